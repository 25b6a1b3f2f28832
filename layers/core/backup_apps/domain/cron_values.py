"""The values that a field of AWS's cron names: lists, ranges, steps and names.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
"""

import re
from typing import NamedTuple


class Span(NamedTuple):
    """What a field may hold. `wraps` is whether a range may run over its end, as NOV-FEB does."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    wraps: bool = True

    def __str__(self) -> str:
        return f"{self.low} to {self.high}" + (f" or {self.names[0]} to {self.names[-1]}" if self.names else "")


MINUTES = Span("minutes", 0, 59)
HOURS = Span("hours", 0, 23)
MONTHS = Span("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"))
YEARS = Span("year", 1970, 2199, wraps=False)


def read_values(text: str, span: Span) -> tuple[int, ...]:
    """The values of a list, in order, each once. Raises ValueError saying what would be right."""
    return tuple(sorted({value for part in text.split(",") for value in _part(part, span)}))


def read_number(text: str, span: Span) -> int:
    """A number or a name. Raises ValueError saying what would be right."""
    if text in span.names:
        return span.low + span.names.index(text)
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError(f"{span.name}: '{text}' is not a value; write {span}, or * for all")
    if not span.low <= int(text) <= span.high:
        raise ValueError(f"{span.name}: {text} is outside {span}")
    return int(text)


def _part(text: str, span: Span) -> list[int]:
    """One item of a list: `*`, `5`, `5-9`, `*/2`, `5/2`, `5-9/2`."""
    base, slash, step = text.partition("/")
    low, dash, high = base.partition("-")
    first = span.low if base == "*" else read_number(low, span)
    last = span.high if base == "*" or (slash and not dash) else read_number(high, span) if dash else first
    size = span.high - span.low + 1
    if last < first and not span.wraps:
        raise ValueError(f"{span.name}: the range {base} runs backwards; write {high}-{low}")
    runs = range(first, last + (size if last < first else 0) + 1, _step(step, span) if slash else 1)
    return [span.low + (value - span.low) % size for value in runs]


def _step(text: str, span: Span) -> int:
    return read_number(text, Span(f"{span.name}, after /", 1, span.high))
