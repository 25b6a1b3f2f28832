"""How much space recovery points take, day by day.

https://aws.amazon.com/backup/pricing/: the first backup is full, and each incremental one holds what changed since.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from backup_apps.domain.simulation.points import Form, Point
from backup_apps.domain.simulation.resources import Resource

_DAY = timedelta(days=1)


class Usage(NamedTuple):
    """At the end of a day, in GiB; and what was copied into other regions on it."""

    warm: float = 0.0
    cold: float = 0.0
    transferred: float = 0.0


class _Chain:
    """The recovery points of a resource in one vault and class of storage."""

    def __init__(self, size: float, daily_change: float, *, is_incremental: bool) -> None:
        self.total = 0.0
        self._size, self._change, self._is_incremental = size, daily_change, is_incremental
        self._dates: list[datetime] = []

    def add(self, created: datetime) -> float:
        """How much space it takes besides; others may take less from now on."""
        before, after = self._neighbours(bisect_left(self._dates, created))
        insort(self._dates, created)
        own = self._share(before, created)
        self.total += own + self._share(created, after) - self._share(before, after)
        return own

    def remove(self, created: datetime) -> None:
        position = bisect_left(self._dates, created)
        del self._dates[position]
        before, after = self._neighbours(position)
        self.total -= self._share(before, created) + self._share(created, after) - self._share(before, after)

    def _neighbours(self, position: int) -> tuple[datetime | None, datetime | None]:
        """Those between which something stands, or would."""
        before = self._dates[position - 1] if position else None
        return before, self._dates[position] if position < len(self._dates) else None

    def _share(self, before: datetime | None, created: datetime | None) -> float:
        """What the second of two takes, None where there is none."""
        if created is None:
            return 0.0
        if before is None or not self._is_incremental:
            return self._size
        return min(self._size, self._change * ((created - before) / _DAY))


class _Step(NamedTuple):
    at: datetime
    order: int
    point: Point


_COME, _COOL, _GO = range(3)


def usage_of(
    points: Iterable[Point], daily_change: float, ends: Sequence[datetime]
) -> Iterator[tuple[Point, list[Usage]]]:
    """By resource and vault, as one of the points there, the usage at each of the ends of days.

    `daily_change` is the share of a resource that is written anew each day, where the resource does not say.
    """
    ordered = sorted(points, key=_place)
    for _, group in groupby(ordered, key=_place):
        of_vault = list(group)
        yield of_vault[0], _usage_in_vault(of_vault, daily_change, ends)


def _place(point: Point) -> tuple[object, object]:
    return point.resource.place, point.vault


def _usage_in_vault(points: list[Point], share: float, ends: Sequence[datetime]) -> list[Usage]:
    resource = points[0].resource
    change = share * resource.size if resource.daily_change is None else resource.daily_change
    warm, cold = _chain(resource, change, is_cold=False), _chain(resource, change, is_cold=True)
    continuous = [point for point in points if point.form is Form.CONTINUOUS]
    steps = iter(sorted(_steps(points), key=lambda step: step[:2]))
    step = next(steps, None)
    found = []
    for end in ends:
        transferred = 0.0
        while step is not None and step.at <= end:
            came = _take(step, warm, cold)
            transferred += came if step.at > end - _DAY else 0.0
            step = next(steps, None)
        kept_up = sum(_continuous_size(point, change, end) for point in continuous)
        found.append(Usage(warm.total + kept_up, cold.total, transferred))
    return found


def _chain(resource: Resource, change: float, *, is_cold: bool) -> _Chain:
    """An archived snapshot is full; what can't be told apart is taken to be."""
    kind = resource.kind
    is_incremental = kind is not None and kind.is_incremental and not (is_cold and kind.has_archive)
    return _Chain(resource.size, change, is_incremental=is_incremental)


def _steps(points: Iterable[Point]) -> Iterator[_Step]:
    for point in points:
        if point.form is Form.CONTINUOUS or (point.deleted is not None and point.deleted <= point.completed):
            continue
        yield _Step(point.completed, _COME, point)
        if point.cold is not None and (point.deleted is None or point.cold < point.deleted):
            yield _Step(point.cold, _COOL, point)
        if point.deleted is not None:
            yield _Step(point.deleted, _GO, point)


def _take(step: _Step, warm: _Chain, cold: _Chain) -> float:
    """What was transferred."""
    point = step.point
    if step.order == _COME:
        came = warm.add(point.created)
        return came if point.vault.target.region != point.resource.target.region else 0.0
    was_cold = step.order == _GO and point.cold is not None and point.cold < step.at
    (cold if was_cold else warm).remove(point.created)
    if step.order == _COOL:
        cold.add(point.created)
    return 0.0


def _continuous_size(point: Point, change: float, at: datetime) -> float:
    """All of the resource, and what was written since, as far back as it is kept."""
    if point.form is not Form.CONTINUOUS or not point.is_there(at):
        return 0.0
    kept = point.rule.lifecycle.delete or 0
    return point.resource.size + change * min((at - point.created) / _DAY, kept)
