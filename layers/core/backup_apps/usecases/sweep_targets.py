"""What a sweep goes through: each target of each bundle."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.ports.hub import Hub
from backup_apps.ports.storage import Records


class ToSweep(NamedTuple):
    """A target of a bundle, and whether that bundle tells of what no bundle manages there: the first one does."""

    bundle: str
    target: Target
    unmanaged: bool


def sweep_targets(hub: Hub) -> list[dict[str, Any]]:
    """In order, so that the same state gives the same list."""
    found = to_sweep(hub.records)
    return [{"bundle": one.bundle, **one.target._asdict(), "unmanaged": one.unmanaged} for one in found]


def to_sweep(records: Records) -> Iterator[ToSweep]:
    told: set[Target] = set()
    for bundle in sorted(records.bundles()):
        for target in sorted(records.known_targets(bundle)):
            yield ToSweep(bundle, target, target not in told)
            told.add(target)
