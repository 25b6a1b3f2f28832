"""The retention timeline: which recovery points there are at the end of each day, before and after a pending change.

A recovery point is a span of days: the first at whose end it is there (it may lie before the first day), and the first
at whose end it is not any more, None if that is after the last. Spans of one rule into one vault are a line, and equal
lines are written once: apps that are kept alike have the same ones, however many they are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

_DAY = timedelta(days=1)

Place = tuple[str, str, str]
"""App, account and region."""
Span = tuple[int, int | None]
Lines = dict[str, list[Span]]
"""By what the page calls them."""


Side = Mapping[Place, Lines]


class Timeline(NamedTuple):
    """The lines of each app on each target: if nothing changes, and with the pending change; None for a side that there
    is not."""

    first: date
    days: int
    stays: Side | None
    changes: Side | None


class Window(NamedTuple):
    """The days that are shown."""

    first: date
    days: int

    def days_of(self, completed: datetime, deleted: datetime | None) -> Span | None:
        """None for what is there at the end of none of the days."""
        begins = self._day(completed)
        ends = self._day(deleted) if deleted else None
        if begins >= self.days or (ends is not None and ends <= max(begins, 0)):
            return None
        return begins, None if ends is None or ends >= self.days else ends

    def _day(self, moment: datetime) -> int:
        """The first day at whose end that moment has come."""
        return -((datetime.combine(self.first, time(), tzinfo=UTC) - moment) // _DAY) - 1


class Book:
    """Lines, each distinct one once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Span, ...], int] = {}

    def number(self, spans: Iterable[Span]) -> int:
        return self._known.setdefault(tuple(sorted(spans, key=_in_order)), len(self._known))

    def to_json(self) -> list[Any]:
        return [_packed(spans) for spans in self._known]


def _in_order(span: Span) -> tuple[int, int]:
    return span[0], -1 if span[1] is None else span[1]


def _packed(spans: Sequence[Span]) -> list[list[int | None]]:
    """Begin, end, and how many of these there are."""
    return [[*span, count] for span, count in Counter(spans).items()]
