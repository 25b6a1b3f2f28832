"""Bundles, read and resolved, and the organization that they ask about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.account_lookups import LookedUp, Lookup
    from backup_apps.domain.catalog import Membership
    from backup_apps.domain.desired import DesiredState
    from backup_apps.domain.page.tree import AppNode
    from backup_apps.domain.patches.places import Edit
    from backup_apps.domain.places import Finding
    from backup_apps.domain.resolution import Resolution


class Resolved(Protocol):
    """A bundle, validated and resolved. `state` is there only if nothing is wrong."""

    @property
    def bundle(self) -> str | None: ...
    @property
    def state(self) -> DesiredState | None: ...
    @property
    def errors(self) -> tuple[Finding, ...]: ...
    @property
    def warnings(self) -> tuple[Finding, ...]: ...


class Admissible(Resolved, Protocol):
    """A bundle as the hub admits it."""

    @property
    def governance(self) -> Mapping[str, Any] | None:
        """What it promises besides, as `Governance.to_json` writes it; there if `state` is."""
        ...

    @property
    def apps(self) -> Sequence[AppNode]:
        """All of them, parents before their children."""
        ...


class ReadBundle(Protocol):
    """A bundle that was read and is to be resolved."""

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """What it asks of AWS Organizations."""
        ...

    def resolve(self, organization: Membership) -> Admissible: ...


class BundleReader(Protocol):
    """Reads the zip of a bundle. Whatever is wrong with it is a finding; nothing in it raises."""

    def read(self, archive: bytes) -> ReadBundle: ...


class Organizations(Protocol):
    """AWS Organizations."""

    def look_up(self, lookups: Sequence[Lookup], former: Collection[str]) -> LookedUp:
        """What is asked for, and which of the `former` accounts have departed. Raises AccessDeniedError where this
        account may not read the organization, NotFoundError where it belongs to none."""
        ...


class PolicySource(Protocol):
    """The policy files of a bundle, to be edited as text and resolved again."""

    @property
    def texts(self) -> Mapping[str, str]:
        """By their paths in the bundle."""
        ...

    def resolve(self, texts: Mapping[str, str]) -> Resolution: ...

    def edited(self, texts: Mapping[str, str], edit: Edit) -> Mapping[str, str] | None:
        """None where the text is not of a form that can be edited."""
        ...
