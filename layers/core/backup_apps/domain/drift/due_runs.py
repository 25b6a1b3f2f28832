"""When the rules of a live plan were to run last, and which of their rivals may have backed up instead.

https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from math import inf
from typing import Any, NamedTuple

from backup_apps.domain import cron
from backup_apps.domain.drift.jobs import KEPT, LOOKED_BACK
from backup_apps.domain.normal_form import lifecycle_of
from backup_apps.domain.protection.lifecycles import DELETE

SLACK = timedelta(hours=1)
"""After the end of the start window, or of the backup that is to be copied, until a job would have to be listed."""
_MINUTE = timedelta(minutes=1)
ZoneOf = Callable[[str], tzinfo]


class Run(NamedTuple):
    """A run whose start window is over, and that of every run that may have taken its place."""

    due: datetime
    rivals: tuple[tuple[str, datetime], ...]
    """Rules with the first of their runs whose start windows overlap with this one's: of two such AWS Backup runs the
    one that keeps longer, and of two that keep equally long either."""


class _Timed(NamedTuple):
    name: str
    schedule: cron.Cron
    zone: tzinfo
    window: timedelta

    def first_over(self, start: datetime, end: datetime) -> datetime | None:
        """The first run whose start window has something in common with another one."""
        run = next(self.schedule.occurrences(start - self.window, self.zone), None)
        return run if run is not None and run < end else None


def last_run(
    rule: Mapping[str, Any], rules: Iterable[Mapping[str, Any]], zone_of: ZoneOf, since: datetime, at: datetime
) -> Run | None:
    """Since its rule is known; none of continuous backups, which AWS Backup times by itself. `rules`: all of its plan.
    Raises ValueError for a schedule or a time zone that can't be read."""
    if rule.get("EnableContinuousBackup") or not rule.get("ScheduleExpression"):
        return None
    own, rivals = _timed(rule, zone_of), [_timed(one, zone_of) for one in rules if _outranks(one, rule)]
    end = at - SLACK - own.window
    # most rules run each night: the month is gone through only for those that don't
    starts = (max(since, end - back) for back in (LOOKED_BACK, KEPT))
    return next((run for start in starts for run in _settled(own, rivals, start, end, at)), None)


def _settled(own: _Timed, rivals: Iterable[_Timed], start: datetime, end: datetime, at: datetime) -> Iterator[Run]:
    """The last first. While the window of a rival is open nobody can say which of them is missing."""
    due: datetime | None = end
    while due is not None and (due := own.schedule.last(start, due, own.zone)) is not None:
        firsts = ((one, one.first_over(due, due + own.window)) for one in rivals)
        found = [(one, first) for one, first in firsts if first is not None]
        if all(first + one.window + SLACK <= at for one, first in found):
            yield Run(due, tuple((one.name, first) for one, first in found))
        due -= _MINUTE


def _timed(rule: Mapping[str, Any], zone_of: ZoneOf) -> _Timed:
    schedule, zone = cron.parse(rule["ScheduleExpression"]), zone_of(rule["ScheduleExpressionTimezone"])
    return _Timed(rule["RuleName"], schedule, zone, timedelta(minutes=rule["StartWindowMinutes"]))


def _outranks(one: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Continuous backups and snapshots do not keep each other from running."""
    is_alike = not one.get("EnableContinuousBackup") and bool(one.get("ScheduleExpression"))
    return one["RuleName"] != rule["RuleName"] and is_alike and _kept(one) >= _kept(rule)


def _kept(rule: Mapping[str, Any]) -> float:
    return float(lifecycle_of(rule.get("Lifecycle")).get(DELETE, inf))
