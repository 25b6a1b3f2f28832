"""Bundles written in a test."""

import textwrap
from datetime import date
from zoneinfo import ZoneInfo

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.resolution import Resolution, resolve

TODAY = date(2026, 11, 22)
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
    zones = frozenset({"Etc/UTC", "Europe/Dublin"})
    return resolve([file for file, _ in read], found, Catalog(timezones=zones, zone_of=ZoneInfo, today=TODAY))
