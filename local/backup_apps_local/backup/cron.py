"""AWS cron expressions of six fields, `cron(minutes hours day-of-month month day-of-week year)`, and when they run.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions
Ranges may wrap (`NOV-FEB`, `7-1`), years may not. `L`, `W` and `#` stand alone in their field. One of day-of-month and
day-of-week must be `?`. Day of week counts from 1, Sunday.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if number}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_YEARS = (1970, 2199)
_LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class CronError(ValueError):
    """The expression is not one that AWS takes."""


@dataclass(frozen=True)
class Schedule:
    """Days are kept as written, since `L`, `W` and `#` mean another day each month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: str
    months: frozenset[int]
    days_of_week: str
    years: frozenset[int]

    @property
    def runs_more_than_hourly(self) -> bool:
        return len(self.minutes) > 1

    def next_runs(self, after: datetime, zone: ZoneInfo, count: int) -> list[datetime]:
        """The next `count` runs after `after`, in UTC; fewer where the schedule ends.

        A local time that the change to summer time skips has no run; one that comes twice runs once, the first time.
        """
        return list(islice(self._runs(after, zone), count))

    def _runs(self, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        for day in self._days(after.astimezone(zone).date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    local = datetime.combine(day, time(hour, minute), zone)
                    run = local.astimezone(UTC)
                    if run > after and run.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                        yield run

    def _days(self, start: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= start.year):
            for month in sorted(self.months):
                days = (date(year, month, day) for day in sorted(self._days_in(year, month)))
                yield from (day for day in days if day >= start)

    def _days_in(self, year: int, month: int) -> set[int]:
        if self.days_of_week == "?":
            return _month_days(self.days_of_month, year, month)
        return _week_days(self.days_of_week, year, month)


def parse(expression: str) -> Schedule:
    """Raises CronError with what is wrong."""
    found = re.fullmatch(r"cron\((.*)\)", expression.strip())
    fields = found[1].split() if found else []
    if len(fields) != 6:
        raise CronError(f"{expression!r} is not cron() of six fields")
    minutes, hours, day, month, weekday, year = (field.upper() for field in fields)
    if (day == "?") == (weekday == "?"):
        raise CronError(f"{expression!r}: exactly one of day-of-month and day-of-week is ?")
    months = _numbers(month, 1, 12, _MONTHS)
    _check_day_of_month(day, months)
    _check_day_of_week(weekday)
    return Schedule(
        _numbers(minutes, 0, 59), _numbers(hours, 0, 23), day, months, weekday, _numbers(year, *_YEARS, wraps=False)
    )


def _numbers(
    field: str, least: int, most: int, names: dict[str, int] | None = None, *, wraps: bool = True
) -> frozenset[int]:
    parts = (_part(part, least, most, names or {}, wraps) for part in field.split(","))
    return frozenset(number for part in parts for number in part)


def _part(part: str, least: int, most: int, names: dict[str, int], wraps: bool) -> Iterator[int]:
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step) > 0):
        raise CronError(f"{part!r}: a step is a number above 0")
    first, dash, last = (f"{least}", "-", f"{most}") if span == "*" else span.partition("-")
    start = _number(first, least, most, names)
    end = _number(last, least, most, names) if dash else (most if slash else start)
    if end < start and not wraps:
        raise CronError(f"{part!r} runs backwards")
    length = end - start if end >= start else end - start + most - least + 1
    return (least + (start - least + offset) % (most - least + 1) for offset in range(0, length + 1, int(step or 1)))


def _number(text: str, least: int, most: int, names: dict[str, int]) -> int:
    number = names.get(text, int(text) if text.isascii() and text.isdecimal() else least - 1)
    if not least <= number <= most:
        raise CronError(f"{text!r} is not from {least} to {most}")
    return number


def _check_day_of_month(field: str, months: frozenset[int]) -> None:
    if field == "?" or re.fullmatch(r"L|LW|L-([1-9]|[12]\d|30)", field):
        return
    nearest = re.fullmatch(r"(\d{1,2})W", field)
    if nearest is None:
        _numbers(field, 1, 31)
    elif not 1 <= int(nearest[1]) <= max(_LONGEST_MONTH.get(month, 31) for month in months):
        raise CronError(f"{field!r} is no day of these months")


def _check_day_of_week(field: str) -> None:
    if field == "?" or field == "L":
        return
    special = re.fullmatch(r"([1-7]|[A-Z]{3})(L|#[1-5])", field)
    _numbers(special[1] if special else field, 1, 7, _DAYS)


def _month_days(field: str, year: int, month: int) -> set[int]:
    last = calendar.monthrange(year, month)[1]
    if field in ("L", "LW") or field.startswith("L-"):
        day = last - int(field[2:]) if field.startswith("L-") else last
        return {_nearest_weekday(year, month, day)} if field == "LW" else {day} & set(range(1, last + 1))
    if field.endswith("W"):
        return {_nearest_weekday(year, month, day) for day in {int(field[:-1])} if day <= last}
    return {day for day in _numbers(field, 1, 31) if day <= last}


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Never in another month."""
    shifts = (0, -1, 1, -2, 2)
    candidates = (date(year, month, day) + timedelta(days=shift) for shift in shifts)
    return next(found.day for found in candidates if found.month == month and found.weekday() < 5)


def _week_days(field: str, year: int, month: int) -> set[int]:
    if field == "L":
        return _on_weekdays(year, month, {7})
    if field.endswith("L"):
        return {max(_on_weekdays(year, month, _numbers(field[:-1], 1, 7, _DAYS)))}
    if "#" in field:
        weekday, _, nth = field.partition("#")
        days = sorted(_on_weekdays(year, month, _numbers(weekday, 1, 7, _DAYS)))
        return set(days[int(nth) - 1 : int(nth)])
    return _on_weekdays(year, month, _numbers(field, 1, 7, _DAYS))


def _on_weekdays(year: int, month: int, weekdays: set[int] | frozenset[int]) -> set[int]:
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    return {day for day in days if date(year, month, day).isoweekday() % 7 + 1 in weekdays}
