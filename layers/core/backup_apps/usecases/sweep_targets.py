"""What a sweep goes through: each target of each bundle."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.ports.hub import Hub
from backup_apps.ports.storage import Records


class ToSweep(NamedTuple):
    """A target of a bundle, and whether that bundle tells of what no bundle manages there: the first one does that was
    ever synced there."""

    bundle: str
    target: Target
    unmanaged: bool


def sweep_targets(hub: Hub) -> list[dict[str, Any]]:
    """In order, so that the same state gives the same list. Of what is found is told at the end."""
    found = to_sweep(hub.records)
    return [{"bundle": one.bundle, **one.target._asdict(), "unmanaged": one.unmanaged, "tells": False} for one in found]


def to_sweep(records: Records, only: Target | None = None) -> Iterator[ToSweep]:
    """Of all targets, or of one."""
    bundles: dict[Target, list[str]] = {}
    for bundle in sorted(records.bundles()):
        for target in records.known_targets(bundle):
            if only in (None, target):
                bundles.setdefault(target, []).append(bundle)
    tellers = {target: _teller(records, target, sharing) for target, sharing in bundles.items()}
    every = [(bundle, target) for target, sharing in bundles.items() for bundle in sharing]
    return (ToSweep(bundle, target, tellers[target] == bundle) for bundle, target in sorted(every))


def _teller(records: Records, target: Target, bundles: Sequence[str]) -> str:
    """Alone in its target a bundle is not asked about: where it was not synced nothing is told anyway."""
    if len(bundles) == 1:
        return bundles[0]
    return next((one for one in bundles if records.standing(one, target).synced), bundles[0])
