"""Recovery points of a target, beside what its configuration says."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from backup_apps.domain.drift.findings import POINT_KINDS, Drift, Finding, Kind
from backup_apps.domain.drift.live_points import LivePoint
from backup_apps.domain.live import belongs_to
from backup_apps.ports.members import Member
from backup_apps.ports.signals import Clock
from backup_apps.usecases.look_at_target import Looked

if TYPE_CHECKING:
    from backup_apps.domain.drift.recovery_points import Held

LONGEST = timedelta(minutes=12)
"""From the beginning of a look on: a function ends after fifteen, and what was found is still to be recorded.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


def with_points(
    clock: Clock,
    looked: Looked,
    member: Member,
    previous: Iterable[Finding],
    filled: Collection[str],
    watching: Callable[[Iterable[LivePoint]], Iterator[LivePoint]] = iter,
) -> tuple[Looked, bool]:
    """With all of them, vault after vault: also of a vault that is still asked for and lost its tag, and of those that
    the bundle's plans filled (`filled`) or had filled before; and whether the time sufficed. Where it did not, nothing
    that was found before (`previous`) ends. `watching` sees each as it goes by."""
    from backup_apps.domain.drift.orphans import Orphans
    from backup_apps.domain.drift.recovery_points import point_drift

    previous = [one for one in previous if one.is_open and one.kind in POINT_KINDS]
    held, at = _held(looked, member), looked.look.at
    astray = {str(one.live) for one in previous if one.kind is Kind.RECOVERY_POINT_VAULT}
    empty = {one.name for one in looked.live.vaults if not one.recovery_points}
    vaults = _in_turn(sorted({*(held.vaults or ()), *filled, *astray} - empty), at)
    reading = _Reading(clock, at + LONGEST)
    orphans = Orphans(held)
    read = reading.until(point for vault in vaults for point in member.recovery_points(vault))
    points = orphans.watching(watching(read))
    drifts = point_drift(points, held, [(one.kind.value, one.resource) for one in previous])
    if reading.is_cut:
        return _with(looked, drifts, frozenset()), False
    return _with(looked, (*drifts, *orphans.drift())), True


class _Reading:
    """What is read before a moment."""

    def __init__(self, clock: Clock, end: datetime) -> None:
        self._clock, self._end = clock, end
        self.is_cut = False

    def until(self, points: Iterable[LivePoint]) -> Iterator[LivePoint]:
        for point in points:
            if self._clock() >= self._end:
                self.is_cut = True
                return
            yield point


def _in_turn(vaults: Sequence[str], at: datetime) -> Sequence[str]:
    """Each sweep begins with another one, by the hour and by the day, so that each has its turn where time is short."""
    first = (at.toordinal() + at.hour) % len(vaults) if vaults else 0
    return [*vaults[first:], *vaults[:first]]


def with_point(looked: Looked, member: Member, vault: str, arn: str) -> Looked:
    """With one: the list is read as far as to it, since vaults can be named in a permission and points hardly."""
    from backup_apps.domain.drift.recovery_points import point_drift

    return _with(looked, point_drift(_only(member.recovery_points(vault), arn), _held(looked, member)))


def _held(looked: Looked, member: Member) -> "Held":
    from backup_apps.domain.drift.recovery_points import Held

    wanted = {vault.name for vault in looked.desired.vaults}
    bundle = looked.look.bundle
    ours = {one.name for one in looked.live.vaults if one.name in wanted or belongs_to(one.tags, bundle)}
    names = {plan.name for plan in looked.desired.plans}
    plans = {plan.id: plan.name for plan in looked.live.plans if plan.name in names}
    return Held(cache(member.rules_of_version), looked.desired, plans, ours)


def _only(points: Iterable[LivePoint], arn: str) -> Iterator[LivePoint]:
    for point in points:
        if point.arn == arn:
            yield point
            return


def _with(looked: Looked, drifts: Iterable[Drift], scope: frozenset[Kind] = POINT_KINDS) -> Looked:
    look = looked.look
    return looked._replace(look=look._replace(drifts=(*look.drifts, *drifts), scope=look.scope | scope))
