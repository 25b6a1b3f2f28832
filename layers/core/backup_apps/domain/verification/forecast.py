"""How long a restore will take, from how long those before it took."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from backup_apps.domain.verification.results import Result

FEWEST = 3
"""Restores below which nothing is foretold."""


class Forecast(NamedTuple):
    """Eight of ten restores lie between `low` and `high`."""

    low: timedelta
    median: timedelta
    high: timedelta
    restores: int


def forecast(results: Sequence[Result], type_: str) -> Forecast | None:
    """Of a resource type; None with too little of a history."""
    times = sorted(one.seconds for one in results if one.type == type_ and one.seconds is not None)
    if len(times) < FEWEST:
        return None
    low, median, high = (timedelta(seconds=_quantile(times, share)) for share in (0.1, 0.5, 0.9))
    return Forecast(low, median, high, len(times))


def _quantile(ordered: Sequence[int], share: float) -> float:
    """Between the two neighbours, in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
