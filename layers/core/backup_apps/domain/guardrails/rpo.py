"""The longest time without a new recovery point that the schedules of a plan leave."""

import heapq
import math
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from backup_apps.domain.cron import parse

AT_LEAST = timedelta(days=400)
"""Both changes of clocks, and every month."""
AT_MOST = timedelta(days=9 * 366)
"""A 29 February, across a century."""
ENOUGH = 5_000


@lru_cache(maxsize=4096)
def longest_gap(schedules: frozenset[tuple[str, tzinfo]], year: int) -> float:
    """Minutes between two runs of any of the schedules, from a year on, changes of clocks included.

    Infinite where nothing runs, or where a schedule with years comes to an end.
    """
    start = datetime(year, 1, 1, tzinfo=UTC)
    runs = heapq.merge(*(parse(text).occurrences(start, zone) for text, zone in schedules))
    last, longest = None, 0.0
    for count, run in enumerate(runs):
        if last is not None:
            longest = max(longest, (run - last).total_seconds() / 60)
        last = run
        if run - start > AT_MOST or (run - start > AT_LEAST and count > ENOUGH):
            return longest
    return math.inf
