"""Uploaded bundles, unpacked, validated and resolved."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.places import Finding

if TYPE_CHECKING:
    from backup_apps.adapters.bundles import Bundle
    from backup_apps.domain.account_lookups import Lookup
    from backup_apps.domain.catalog import Catalog, Membership
    from backup_apps.domain.page.tree import AppNode

MakeCatalog = Callable[["Membership"], "Catalog"]
"""What the checks take as given, with what is known of the organization."""


class ResolvedBundle(NamedTuple):
    """What a hub has to know of a bundle; `state` and `governance` are there only if nothing is wrong."""

    bundle: str | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    state: DesiredState | None
    governance: Mapping[str, Any] | None
    apps: "tuple[AppNode, ...]"


class UploadedBundle(NamedTuple):
    """One that was read."""

    bundle: "Bundle"
    catalog: MakeCatalog

    @property
    def lookups(self) -> "tuple[Lookup, ...]":
        from backup_apps.domain.account_lookups import lookups_of

        return lookups_of(self.bundle.files)

    def resolve(self, organization: "Membership") -> ResolvedBundle:
        from backup_apps.adapters.bundles import resolve_bundle
        from backup_apps.domain.guardrails.governance import governance_of
        from backup_apps.domain.page.tree import tree_of

        catalog = self.catalog(organization)
        found = resolve_bundle(lambda: self.bundle, catalog)
        governance = governance_of(found).to_json() if found.state else None
        apps = tree_of(found.heirs)
        return ResolvedBundle(found.bundle, found.errors, found.warnings, found.state, governance, apps)


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
