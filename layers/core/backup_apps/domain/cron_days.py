"""Which days of a month a schedule names: the day-of-month and day-of-week fields of AWS's cron.

L, W and # read as Quartz reads them, whose dialect is that of AWS. They stand alone: AWS refuses some lists of them,
and of others it runs only the first.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from backup_apps.domain.cron_values import Span, read_number, read_values

DAY_OF_MONTH = Span("day of month", 1, 31)
DAY_OF_WEEK = Span("day of week", 1, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
_SUNDAY, _SATURDAY = 1, 7
_LAST_DAY = re.compile(r"L(?:-([0-9]{1,2}))?(W?)")
_NEAREST = re.compile(r"([0-9]{1,2})W")
_LAST_WEEKDAY = re.compile(r"([0-9]+|[A-Z]{3})L")
_NTH_WEEKDAY = re.compile(r"([0-9]+|[A-Z]{3})#([0-9]+)")


class Days(Protocol):
    """A choice of days in every month."""

    def of(self, year: int, month: int) -> Iterator[int]:
        """The days of the month in order."""


@dataclass(frozen=True)
class DaysOfMonth:
    """`1,15`, `*/2`: days by number."""

    days: tuple[int, ...]

    def of(self, year: int, month: int) -> Iterator[int]:
        last = monthrange(year, month)[1]
        return (day for day in self.days if day <= last)


@dataclass(frozen=True)
class LastDay:
    """`L`, `L-3`, `LW`: so many days before the last, or the weekday nearest to it."""

    before: int
    weekday: bool

    def of(self, year: int, month: int) -> Iterator[int]:
        day = monthrange(year, month)[1] - self.before
        if day >= 1:
            yield nearest_weekday(year, month, day) if self.weekday else day


@dataclass(frozen=True)
class NearestWeekday:
    """`15W`: the weekday nearest to a day, in the same month."""

    day: int

    def of(self, year: int, month: int) -> Iterator[int]:
        if self.day <= monthrange(year, month)[1]:
            yield nearest_weekday(year, month, self.day)


@dataclass(frozen=True)
class Weekdays:
    """`MON-FRI`, `1,7`: days by weekday; 1 is Sunday."""

    weekdays: tuple[int, ...]

    def of(self, year: int, month: int) -> Iterator[int]:
        last = monthrange(year, month)[1]
        first = weekday_of(year, month, 1)
        return (day for day in range(1, last + 1) if (first + day - 2) % 7 + 1 in self.weekdays)


@dataclass(frozen=True)
class NthWeekday:
    """`MON#2`: the second Monday."""

    weekday: int
    nth: int

    def of(self, year: int, month: int) -> Iterator[int]:
        day = 1 + (self.weekday - weekday_of(year, month, 1)) % 7 + 7 * (self.nth - 1)
        if day <= monthrange(year, month)[1]:
            yield day


@dataclass(frozen=True)
class LastWeekday:
    """`FRIL`: the last Friday."""

    weekday: int

    def of(self, year: int, month: int) -> Iterator[int]:
        last = monthrange(year, month)[1]
        yield last - (weekday_of(year, month, last) - self.weekday) % 7


def weekday_of(year: int, month: int, day: int) -> int:
    """1 is Sunday, as AWS counts."""
    return date(year, month, day).isoweekday() % 7 + 1


def nearest_weekday(year: int, month: int, day: int) -> int:
    """The day itself, or the Friday or Monday beside it; never in another month."""
    weekday = weekday_of(year, month, day)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < monthrange(year, month)[1] else day - 2
    return day


def read_days(day_of_month: str, day_of_week: str) -> Days:
    """Both fields together: one says which days, the other is `?`."""
    if (day_of_month == "?") == (day_of_week == "?"):
        found = "both are" if day_of_month == "?" else "neither is"
        raise ValueError(
            f"exactly one of day of month and day of week must be ?, {found}: write 'cron(0 3 * * ? *)' for every day, "
            "or 'cron(0 3 ? * SUN *)' for Sundays"
        )
    return _read_day_of_month(day_of_month) if day_of_week == "?" else _read_day_of_week(day_of_week)


def _read_day_of_month(text: str) -> Days:
    if match := _LAST_DAY.fullmatch(text):
        before, weekday = match.groups()
        return LastDay(read_number(before, Span("days before the last", 0, 30)) if before else 0, weekday == "W")
    if match := _NEAREST.fullmatch(text):
        return NearestWeekday(read_number(match[1], DAY_OF_MONTH))
    if "L" in text or "W" in text:
        raise ValueError(
            f"day of month: L and W stand alone, as in L, L-3, LW or 15W, not within '{text}': AWS refuses a list or "
            "range of them, or runs only the first; write one rule for each"
        )
    return DaysOfMonth(read_values(text, DAY_OF_MONTH))


def _read_day_of_week(text: str) -> Days:
    if text == "L":
        return Weekdays((_SATURDAY,))
    if match := _LAST_WEEKDAY.fullmatch(text):
        return LastWeekday(read_number(match[1], DAY_OF_WEEK))
    if match := _NTH_WEEKDAY.fullmatch(text):
        return NthWeekday(read_number(match[1], DAY_OF_WEEK), read_number(match[2], Span("day of week, after #", 1, 5)))
    if "#" in text or re.search(r"L(?:$|[,/-])", text):
        raise ValueError(
            f"day of week: L and # stand alone, as in FRIL or MON#2, not within '{text}': AWS refuses a list of them, "
            "or runs only the first; write one rule for each"
        )
    return Weekdays(read_values(text, DAY_OF_WEEK))
