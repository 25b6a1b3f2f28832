"""Bundles written in a test."""

import textwrap
from datetime import date
from zoneinfo import ZoneInfo

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog, Membership
from backup_apps.domain.nodes import File
from backup_apps.domain.places import Finding
from backup_apps.domain.resolution import Resolution, resolve

TODAY = date(2026, 11, 22)
HEAD = "apiVersion: backup-apps/v1\nkind: BackupApp\n"


def app(name: str, spec: str) -> str:
    """One document."""
    return (
        f"{HEAD}metadata: {{name: {name}}}\nspec:\n" + textwrap.indent(textwrap.dedent(spec).strip("\n"), "  ") + "\n"
    )


def files_of(texts: dict[str, str]) -> tuple[list[File], list[Finding]]:
    """The files, read, and what was wrong with reading them."""
    read = [read_documents(path, text.encode()) for path, text in texts.items()]
    return [file for file, _ in read], [finding for _, findings in read for finding in findings]


def resolve_files(texts: dict[str, str], organization: Membership = None) -> Resolution:
    """The bundle of these files, resolved."""
    files, found = files_of(texts)
    zones = frozenset({"Etc/UTC", "Europe/Dublin"})
    catalog = Catalog(timezones=zones, zone_of=ZoneInfo, today=TODAY, organization=organization)
    return resolve(files, found, catalog)
