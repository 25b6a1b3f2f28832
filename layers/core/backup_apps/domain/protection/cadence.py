"""How often a schedule runs, so that two schedules can be compared."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.protection.classes import Class

if TYPE_CHECKING:
    from backup_apps.domain.cron import Cron

FIRST, LAST = date(2001, 1, 1), date(2028, 12, 31)
"""28 years: in which every date falls on every weekday, leap years included, and then all of it repeats."""
DAY = timedelta(days=1)
_FOR_EVER = 2199
"""The last year that a schedule can name."""


class Cadence(NamedTuple):
    """On the wall clock."""

    longest_gap: timedelta
    """Between one run and the next."""
    runs: int
    """In 28 years."""

    def __str__(self) -> str:
        hours = self.longest_gap // timedelta(hours=1)
        return f"every {hours} h" if hours < 48 else f"every {hours // 24} days"


@lru_cache(maxsize=1024)
def cadence_of(schedule: str) -> Cadence | None:
    """None where it can't be read, or runs in some years only."""
    cron = _parsed(schedule)
    return _cadence(cron) if cron and cron.years[0] <= FIRST.year and cron.years[-1] >= _FOR_EVER else None


def hours_of(schedule: str) -> frozenset[int]:
    """The hours of the day in which it runs; all of them where it can't be read."""
    cron = _parsed(schedule)
    return frozenset(cron.hours if cron else range(24))


def _parsed(schedule: str) -> "Cron | None":
    # Loaded here, since most plans change no schedule and every function that plans would load it at its start.
    from backup_apps.domain.cron import parse

    try:
        return parse(schedule)
    except ValueError:
        return None


def _cadence(cron: "Cron") -> Cadence | None:
    days = list(takewhile(lambda day: day <= LAST, cron.dates(FIRST)))
    if not days:
        return None
    times = [timedelta(hours=at.hour, minutes=at.minute) for at in cron.times()]
    period = (LAST - FIRST) + DAY
    between_days = max(later - earlier for earlier, later in pairwise([*days, days[0] + period]))
    within_a_day = max((later - earlier for earlier, later in pairwise(times)), default=timedelta(0))
    return Cadence(max(within_a_day, between_days - (times[-1] - times[0])), len(days) * len(times))


def compare_schedules(before: str, after: str) -> Class:
    """Weakens if it runs less often, or leaves a longer gap, or if that can't be told."""
    old, new = cadence_of(before), cadence_of(after)
    if old is None or new is None or new.longest_gap > old.longest_gap or new.runs < old.runs:
        return Class.WEAKENS
    return Class.NEUTRAL if new == old else Class.STRENGTHENS
