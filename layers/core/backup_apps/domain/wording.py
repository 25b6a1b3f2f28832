"""Moments and times as messages say them."""

import math
from datetime import datetime, timedelta

_MINUTES = (("d", 1440), ("h", 60))
_SECONDS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def spoken_moment(moment: datetime) -> str:
    """`2026-11-26 12:00 UTC`, of a moment in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def spoken_span(time: timedelta) -> str:
    """`3d 4h`, `2h 5m`, `12s`: the two largest units; less than nothing as `0s`."""
    seconds = max(int(time.total_seconds()), 0)
    parts = []
    for name, size in _SECONDS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{name}")
    return " ".join(parts[:2]) or "0s"


def spoken_minutes(value: float) -> str:
    """As a bundle writes them: `35d`, `8h` or `90m`; for ever as `never`."""
    if value == math.inf:
        return "never"
    for unit, size in _MINUTES:
        if value % size == 0 and value >= size:
            return f"{int(value // size)}{unit}"
    return f"{int(value)}m"
