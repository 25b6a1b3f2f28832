"""Bundles written in a test."""

import textwrap

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.resolution import Resolution, resolve

HEAD = "apiVersion: backup-apps/v1\nkind: BackupApp\n"


def app(name: str, spec: str) -> str:
    """One document."""
    return (
        f"{HEAD}metadata: {{name: {name}}}\nspec:\n" + textwrap.indent(textwrap.dedent(spec).strip("\n"), "  ") + "\n"
    )


def resolve_files(files: dict[str, str]) -> Resolution:
    """The bundle of these files, resolved."""
    read = [read_documents(path, text.encode()) for path, text in files.items()]
    found = [finding for _, findings in read for finding in findings]
    return resolve([file for file, _ in read], found, Catalog(timezones=frozenset({"Etc/UTC", "Europe/Dublin"})))
