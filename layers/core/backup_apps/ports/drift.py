"""Findings of drift, and their healing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.desired import Target
    from backup_apps.domain.drift.findings import Finding


class Findings(Protocol):
    """What is kept of drift."""

    def of_bundle(self, bundle: str) -> tuple[Finding, ...]: ...

    def of_target(self, bundle: str, target: Target) -> tuple[Finding, ...]:
        """Ended ones too: a drift that comes back is known by them."""
        ...

    def replace(self, before: Finding | None, after: Finding) -> bool:
        """Write `after` in the place of `before`; False, and nothing written, if that is not what is there any more."""
        ...


class Healing(Protocol):
    def start(self, bundle: str, target: Target) -> None:
        """Have what may be put back in a target put back, without waiting for it."""
        ...
