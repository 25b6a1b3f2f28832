"""What recovery points cost, month by month."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.simulation.points import Point
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.storage import Usage, usage_of


class Day(NamedTuple):
    """What there is at its end: recovery points, and GiB in each class of storage."""

    day: date
    points: int
    warm: float
    cold: float


class Month(NamedTuple):
    """Of the days of it that were looked at, in the currency of the price list."""

    month: str
    days: int
    storage: float
    transfer: float

    @property
    def total(self) -> float:
        return self.storage + self.transfer


class Bill(NamedTuple):
    days: tuple[Day, ...]
    months: tuple[Month, ...]


def bill_of(points: Sequence[Point], first: date, ends: Sequence[datetime], prices: Prices) -> Bill:
    """`ends` are the ends of the days from the first on."""
    days = [first + timedelta(days=number) for number in range(len(ends))]
    warm, cold, storage, transfer = ([0.0] * len(ends) for _ in range(4))
    for sample, usage in usage_of(points, prices.daily_change, ends):
        for index, used in enumerate(usage):
            warm[index] += used.warm
            cold[index] += used.cold
            storage[index] += _storage_price(sample, used, prices) / monthrange(days[index].year, days[index].month)[1]
            transfer[index] += used.transferred * prices.transfer_from(sample.resource.target.region)
    counts = counts_of(points, ends)
    return Bill(
        tuple(Day(*one) for one in zip(days, counts, warm, cold, strict=True)),
        tuple(_months(days, storage, transfer)),
    )


def _storage_price(sample: Point, used: Usage, prices: Prices) -> float:
    """Of a month of it."""
    price = prices.of(sample.vault.target.region, sample.resource.type)
    return used.warm * price.warm + used.cold * (price.warm if price.cold is None else price.cold)


def counts_of(points: Iterable[Point], ends: Sequence[datetime]) -> list[int]:
    """How many points are there at each of the ends."""
    changes = [0] * (len(ends) + 1)
    for point in points:
        come = _first_at_or_after(point.completed, ends)
        go = len(ends) if point.deleted is None else _first_at_or_after(point.deleted, ends)
        if come < go:
            changes[come] += 1
            changes[go] -= 1
    counts, there = [], 0
    for change in changes[:-1]:
        there += change
        counts.append(there)
    return counts


def _first_at_or_after(moment: datetime, ends: Sequence[datetime]) -> int:
    """Ends are a day apart."""
    days = -((ends[0] - moment) // timedelta(days=1))
    return min(max(days, 0), len(ends))


def _months(days: Sequence[date], storage: Sequence[float], transfer: Sequence[float]) -> Iterable[Month]:
    names = [f"{day:%Y-%m}" for day in days]
    for name in sorted(set(names)):
        of_month = [index for index, each in enumerate(names) if each == name]
        yield Month(
            name, len(of_month), sum(storage[index] for index in of_month), sum(transfer[index] for index in of_month)
        )
