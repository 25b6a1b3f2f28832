"""AWS's cron of six fields: `cron(minutes hours day-of-month month day-of-week year)`.

A schedule is in wall time; the time zone is whatever the caller hands in.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
"""

import re
from bisect import bisect_left
from calendar import isleap
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise, product, takewhile
from typing import NamedTuple

from backup_apps.domain.cron_days import Days, read_days
from backup_apps.domain.cron_values import HOURS, MINUTES, MONTHS, YEARS, read_values

_FIELDS = "minutes hours day-of-month month day-of-week year"
_RATE = re.compile(r"rate\(\s*([0-9]+)\s+(minute|hour|day)s?\s*\)")


class Cron(NamedTuple):
    """Which minutes of which days a schedule names, on the wall clock."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def matches(self, wall: datetime) -> bool:
        """Whether the schedule runs in a minute of the wall clock."""
        return (
            wall.minute in self.minutes
            and wall.hour in self.hours
            and wall.month in self.months
            and wall.year in self.years
            and wall.day in self.days.of(wall.year, wall.month)
        )

    def times(self) -> tuple[time, ...]:
        """The times of each of its days, in order."""
        return tuple(time(hour, minute) for hour in self.hours for minute in self.minutes)

    def dates(self, first: date = date(1970, 1, 1)) -> Iterator[date]:
        """Its days in order, none before `first`."""
        for year in self.years[bisect_left(self.years, first.year) :]:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in self.days.of(year, month))
                    yield from (day for day in days if day >= first)

    def occurrences(self, after: datetime, zone: tzinfo = UTC) -> Iterator[datetime]:
        """The moments after `after` at which it runs in a zone: in UTC, in order, until it never runs again.

        A wall time that the clock skips in spring does not run; one that it repeats in autumn runs once, the first
        time. They are in UTC since Python subtracts two moments of one zone by the wall clock.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        """
        if after.tzinfo is None:
            raise ValueError("'after' needs a time zone: a wall time alone is not a moment")
        times = self.times()
        for day in self.dates(after.astimezone(zone).date()):
            for at in times:
                moment = _moment(day, at, zone)
                if moment is not None and moment > after:
                    yield moment

    def last(self, after: datetime, until: datetime, zone: tzinfo = UTC) -> datetime | None:
        """The last moment after `after`, up to `until`, at which it runs in a zone."""
        return max(takewhile(lambda moment: moment <= until, self.occurrences(after, zone)), default=None)

    def shortest_gap(self) -> timedelta:
        """The shortest time on the wall clock between one run and the next; `timedelta.max` if it runs only once."""
        clock = [timedelta(hours=at.hour, minutes=at.minute) for at in self.times()]
        within = min((later - earlier for earlier, later in pairwise(clock)), default=timedelta.max)
        days = _shortest_day_gap(self.dates())
        return min(within, days - (clock[-1] - clock[0])) if days else within


def _moment(day: date, at: time, zone: tzinfo) -> datetime | None:
    """The moment at which the clock shows a time, the first if it does twice; None where it never does."""
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else None


def _shortest_day_gap(dates: Iterable[date]) -> timedelta | None:
    """None for a single day. Two days in a row end the search: nothing is shorter."""
    shortest: timedelta | None = None
    for earlier, later in pairwise(dates):
        gap = later - earlier
        shortest = gap if shortest is None else min(shortest, gap)
        if shortest == timedelta(days=1):
            break
    return shortest


@lru_cache(maxsize=4096)
def parse(text: str) -> Cron:
    """Read a schedule expression. Raises ValueError saying which field is wrong, how, and what would be right."""
    minutes, hours, day_of_month, month, day_of_week, year = _fields(text)
    cron = Cron(
        minutes=read_values(minutes, MINUTES),
        hours=read_values(hours, HOURS),
        days=read_days(day_of_month, day_of_week),
        months=read_values(month, MONTHS),
        years=read_values(year, YEARS),
    )
    if next(cron.dates(), None) is None:
        raise ValueError(f"it never runs: no month of '{month}' has the day '{day_of_month}'")
    return cron


@lru_cache(maxsize=4096)
def shortest_gap(schedule: str) -> timedelta | None:
    """That of a schedule, known by its text; None where it is wrong."""
    try:
        return parse(schedule).shortest_gap()
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def includes(schedule: str, other: str) -> bool:
    """Whether a schedule runs at every time at which the other does; never where one of them is wrong."""
    try:
        wide, narrow = parse(schedule), parse(other)
    except ValueError:
        return False
    fields = ("minutes", "hours", "months", "years")
    if not all(set(getattr(wide, field)) >= set(getattr(narrow, field)) for field in fields):
        return False
    calendars = {(date(year, 1, 1).weekday(), isleap(year)): year for year in narrow.years}  # there are fourteen
    months = product(calendars.values(), narrow.months)
    return all(set(wide.days.of(*month)) >= set(narrow.days.of(*month)) for month in months)


def _fields(text: str) -> list[str]:
    if text.startswith("rate("):
        raise ValueError(f"rate() is not a schedule of AWS Backup; write {_instead_of(text)}")
    if not (text.startswith("cron(") and text.endswith(")")):
        raise ValueError("it is not a cron schedule; write 'cron(0 3 * * ? *)' for every day at 03:00")
    fields = text[len("cron(") : -1].upper().split()
    if len(fields) != 6:
        raise ValueError(f"cron has six fields ({_FIELDS}), this has {len(fields)}: write 'cron(0 3 * * ? *)'")
    return fields


def _instead_of(rate: str) -> str:
    """The cron schedule that comes closest to a rate."""
    match = _RATE.fullmatch(rate)
    number, unit = (int(match[1]), match[2]) if match else (1, "day")
    hours = {"minute": -(-number // 60), "hour": number, "day": 24 * number}[unit]
    if hours <= 1:
        return "'cron(0 * * * ? *)' for every hour, as often as AWS Backup runs"
    if hours < 24:
        return f"'cron(0 0/{hours} * * ? *)' for every {hours} hours of a day"
    if hours < 48:
        return "'cron(0 3 * * ? *)' for every day at 03:00"
    return f"'cron(0 3 1/{min(hours // 24, 31)} * ? *)' for every {hours // 24} days of a month"
