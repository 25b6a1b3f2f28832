"""Which recovery points a year leaves behind, counted day by day. It knows the calendar, and nothing of AWS Backup."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
END = FIRST_DAY + timedelta(days=365)

Runs = Callable[[date], Iterator[tuple[str, int]]]
"""The names of the rules that run on a day, each with its hour."""


def apart(day: date) -> Iterator[tuple[str, int]]:
    yield "daily", 1
    if day.isoweekday() == 7:
        yield "weekly", 5
    if day.day == 1:
        yield "monthly", 9


def at_once(day: date) -> Iterator[tuple[str, int]]:
    """All at five o'clock, so that only the one that keeps longest runs."""
    yield "monthly" if day.day == 1 else "weekly" if day.isoweekday() == 7 else "daily", 5


def expected(runs: Runs, retention: dict[str, int]) -> Counter[tuple[str, datetime]]:
    """What is left on the last day of one resource: rule and creation date of each recovery point."""
    left: Counter[tuple[str, datetime]] = Counter()
    for day in (FIRST_DAY + timedelta(days=number) for number in range(365)):
        for name, hour in runs(day.date()):
            created = day + timedelta(hours=hour)
            if created + timedelta(days=retention[name]) > END:
                left[name, created] += 1
    return left
