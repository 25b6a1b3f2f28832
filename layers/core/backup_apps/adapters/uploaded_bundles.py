"""Uploaded bundles, unpacked, validated and resolved."""

from backup_apps.adapters.bundles import read_archive
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.resolution import Resolution, resolve


class UploadedBundles:
    """Reads what comes from the policy bucket, and trusts nothing in it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def resolve(self, archive: bytes) -> Resolution:
        bundle = read_archive(archive)
        return resolve(bundle.files, bundle.findings, self._catalog)
