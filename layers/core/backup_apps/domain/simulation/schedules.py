"""When the rules of a plan run, and which of them is outranked by another."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from itertools import takewhile

from backup_apps.domain.cron import parse
from backup_apps.domain.simulation.history import Rule


class Calendar:
    """The runs of each schedule within a span of time, each worked out once."""

    def __init__(self, first: datetime, last: datetime, zone_of: Callable[[str], tzinfo]) -> None:
        self._first, self._last, self._zone_of = first, last, zone_of
        self._runs: dict[tuple[str, str], Sequence[datetime]] = {}

    def next_run(self, rule: Rule, after: datetime) -> datetime | None:
        """The first run after a moment; None where there is none within the span."""
        runs = self._runs_of(rule)
        index = bisect_right(runs, after)
        return runs[index] if index < len(runs) else None

    def outranking(self, rule: Rule, rules: Sequence[Rule], run: datetime) -> Rule | None:
        """The rule of the plan that keeps longer, and whose start window has something in common with that of a run.

        Of two that keep equally long the first counts; continuous rules and snapshots don't compete.
        https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
        """
        position = rules.index(rule)
        for index, other in enumerate(rules):
            if index == position or other.is_continuous != rule.is_continuous:
                continue
            if _kept(other) > _kept(rule) or (index < position and _kept(other) == _kept(rule)):
                theirs = self.next_run(other, run - other.start_window)
                if theirs is not None and theirs < run + rule.start_window:
                    return other
        return None

    def _runs_of(self, rule: Rule) -> Sequence[datetime]:
        key = (rule.schedule, rule.timezone)
        if key not in self._runs:
            occurrences = parse(rule.schedule).occurrences(self._first, self._zone_of(rule.timezone))
            self._runs[key] = tuple(takewhile(lambda run: run <= self._last, occurrences))
        return self._runs[key]


def _kept(rule: Rule) -> float:
    return math.inf if rule.lifecycle.delete is None else rule.lifecycle.delete
