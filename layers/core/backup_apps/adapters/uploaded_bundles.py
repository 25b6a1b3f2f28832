"""Uploaded bundles, unpacked, validated and resolved."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backup_apps.adapters.bundles import Bundle
    from backup_apps.domain.account_lookups import Lookup
    from backup_apps.domain.catalog import Catalog, Membership
    from backup_apps.domain.resolution import Resolution

MakeCatalog = Callable[["Membership"], "Catalog"]
"""What the checks take as given, with what is known of the organization."""


class UploadedBundle(NamedTuple):
    """One that was read."""

    bundle: "Bundle"
    catalog: MakeCatalog

    @property
    def lookups(self) -> "tuple[Lookup, ...]":
        from backup_apps.domain.account_lookups import lookups_of

        return lookups_of(self.bundle.files)

    def resolve(self, organization: "Membership") -> "Resolution":
        from backup_apps.adapters.bundles import resolve_bundle

        return resolve_bundle(lambda: self.bundle, self.catalog(organization))


class UploadedBundles:
    """Reads what comes from the policy bucket, and trusts nothing in it.

    The catalog and the language are loaded when a bundle is read: of the functions, only one reads bundles.
    """

    def __init__(self, catalog: MakeCatalog) -> None:
        self._catalog = catalog

    def read(self, archive: bytes) -> UploadedBundle:
        from backup_apps.adapters.bundles import collector_at_rest, read_archive

        with collector_at_rest():
            return UploadedBundle(read_archive(archive), self._catalog)
