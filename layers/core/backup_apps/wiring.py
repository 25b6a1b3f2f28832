"""The one file that knows both sides: which adapters stand behind which use case."""

from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from backup_apps.adapters.bundles import Bundle, read_archive, read_folder
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.regions import REGIONS
from backup_apps.domain.resolution import Resolution, resolve


@cache
def catalog() -> Catalog:
    """What the offline checks take as given on this machine."""
    return Catalog(timezones=frozenset(available_timezones()), regions=REGIONS)


def resolve_source(source: Path) -> Resolution:
    """The bundle in a folder, or in a .zip of one."""
    bundle = read_folder(source) if source.is_dir() else read_archive(source.read_bytes(), source.name)
    return resolve_bundle(bundle)


def resolve_archive(data: bytes, name: str) -> Resolution:
    """The bundle that was uploaded; `name` is what errors of the archive as a whole are about."""
    return resolve_bundle(read_archive(data, name))


def resolve_bundle(bundle: Bundle) -> Resolution:
    return resolve(bundle.files, bundle.findings, catalog())
