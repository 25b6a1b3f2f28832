"""Recovery points whose plan is gone: nobody's policy says any more how long they are kept, and nobody changes them.

They end by the lifecycle that they have; those without one stay, and cost, for ever.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.live_points import LivePoint
from backup_apps.domain.drift.recovery_points import Held
from backup_apps.domain.protection.lifecycles import DELETE


class _Place(NamedTuple):
    vault: str
    plan: str


class Orphans:
    """Counts them while points go by, so that a million of them are two numbers."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._counted: dict[_Place, list[int]] = {}

    def watching(self, points: Iterable[LivePoint]) -> Iterator[LivePoint]:
        for point in points:
            if self._is_orphaned(point):
                counts = self._counted.setdefault(_Place(point.vault, point.plan), [0, 0])
                counts[0] += 1
                counts[1] += point.lifecycle.get(DELETE) is None
            yield point

    def _is_orphaned(self, point: LivePoint) -> bool:
        """A copy was made by a plan that may be elsewhere; what nobody planned has none."""
        is_planned = point.plan and not point.is_copy and self._held.is_ours(point.vault)
        is_gone = is_planned and point.plan not in self._held.plans
        return bool(is_gone) and not self._held.rules(point.plan, point.version)

    def drift(self) -> Iterator[Drift]:
        """Once all points went by: one of a vault and plan."""
        for (vault, plan), (count, endless) in sorted(self._counted.items()):
            end = f"{endless} of them never expire" if endless else "they expire by the lifecycle that they have"
            yield Drift(
                Kind.ORPHANED_POINTS,
                f"{vault} of plan {plan}",
                Direction.NEUTRAL,
                None,
                {"recoveryPoints": count, "neverExpire": endless},
                (f"vault {vault} holds {count} recovery points of plan {plan}, which is gone: {end}",),
                name=vault,
            )
