"""The findings of a bundle, as recorded or after a look at every target."""

from collections.abc import Callable, Iterable
from typing import Any

from backup_apps.domain.drift.findings import Direction, Finding
from backup_apps.ports.drift import Findings
from backup_apps.ports.storage import Records
from backup_apps.usecases.sweep_targets import ToSweep, to_sweep

Sweep = Callable[[ToSweep], dict[str, Any]]
"""Look at one target of a bundle now, and record what is found."""


def read_findings(records: Records, findings: Findings, bundle: str | None) -> tuple[Finding, ...]:
    """Those that are open, of one bundle or of all; what weakens first."""
    bundles = [bundle] if bundle else records.bundles()
    return in_order(one for name in bundles for one in findings.of_bundle(name) if one.is_open)


def sweep_now(records: Records, sweep: Sweep, bundle: str | None) -> tuple[str, ...]:
    """Where a target was not looked at to its end: a sentence of each."""
    swept = ((one, sweep(one)) for one in to_sweep(records) if bundle in (None, one.bundle))
    return tuple(f"{one.bundle} in {one.target}: {result['error']}" for one, result in swept if "error" in result)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        sorted(
            findings, key=lambda one: (one.direction is not Direction.WEAKENS, one.bundle, *one.target, one.resource)
        )
    )
