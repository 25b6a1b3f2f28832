"""Uploaded bundles, unpacked, validated and resolved."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backup_apps.domain.catalog import Catalog
    from backup_apps.domain.resolution import Resolution


class UploadedBundles:
    """Reads what comes from the policy bucket, and trusts nothing in it.

    The catalog and the language are loaded when a bundle is read: of the functions, only one reads bundles.
    """

    def __init__(self, catalog: "Callable[[], Catalog]") -> None:
        self._catalog = catalog

    def resolve(self, archive: bytes) -> "Resolution":
        from backup_apps.adapters.bundles import read_archive, resolve_bundle

        return resolve_bundle(lambda: read_archive(archive), self._catalog())
