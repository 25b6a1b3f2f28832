"""Silence of AWS restore testing: a resource whose restore was to be tested, and of which no result came.

AWS leaves a resource without an eligible recovery point out and says nothing. So of each resource that has one, a
result is missed: the points that a sweep reads anyway tell which these are.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain import cron
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.jobs import KEPT
from backup_apps.domain.drift.live_points import LivePoint
from backup_apps.domain.drift.rehearsals import SLACK, Schedules
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.verification.engines import START_HOURS, VALIDATION_HOURS
from backup_apps.domain.verification.results import Result, Trigger

WAIT = timedelta(hours=START_HOURS + VALIDATION_HOURS) + SLACK
"""AWS starts a test within its start window, and waits for a verdict as long as its validation window."""


class DueTest(NamedTuple):
    """The last test of an app that should have had its results by now."""

    due: datetime
    since: datetime
    """What was made before has no tag of the app yet."""
    types: frozenset[str]

    def takes(self, point: LivePoint) -> bool:
        """Whether AWS may choose it, surely."""
        if point.created is None or point.completed is None or point.type not in self.types:
            return False
        return self.since <= point.created and point.completed <= self.due


class RestoreTests:
    """Finds what was to be tested while recovery points go by."""

    def __init__(self, tests: Mapping[str, DueTest], plans: Mapping[str, str]) -> None:
        """`tests` by app; `plans`: the apps of backup plans, by the ids of these."""
        self._tests, self._plans = tests, plans
        self._tested: set[tuple[str, str]] = set()

    def watching(self, points: Iterable[LivePoint]) -> Iterator[LivePoint]:
        for point in points:
            app = self._plans.get(point.plan, "")
            if app in self._tests and not point.is_copy and self._tests[app].takes(point):
                self._tested.add((app, point.resource))
            yield point

    def missed(self, results: Collection[Result]) -> Iterator[Drift]:
        """Once all points went by. `results`: of the target; whoever restores for a purpose of theirs tests nothing."""
        for app, resource in sorted(self._tested):
            due = self._tests[app].due
            own = (one for one in results if (one.app, one.resource) == (app, resource))
            last = max((one.at for one in own if one.trigger is not Trigger.RESTORE), default=None)
            if last is None or datetime.fromisoformat(last) < due:
                yield _drift(app, resource, due, last)


def restore_tests(schedules: Schedules, desired: DesiredTarget, live: LiveTarget, at: datetime) -> RestoreTests:
    """Those whose results should be there at a moment."""
    types = {
        plan.app: frozenset(str(one["ProtectedResourceType"]) for one in plan.selections)
        for plan in desired.testing or ()
    }
    apps = {plan.name: plan.app for plan in desired.plans}
    tests = {app: test for app, of in types.items() if (test := _test(schedules, app, of, at))}
    return RestoreTests(tests, {plan.id: apps[plan.name] for plan in live.plans if plan.name in apps})


def _test(schedules: Schedules, app: str, types: frozenset[str], at: datetime) -> DueTest | None:
    known, end = schedules.get(app), at - WAIT
    if known is None or not known.is_by_aws:
        return None
    due = cron.parse(known.schedule).last(max(known.since, end - KEPT), end)
    return DueTest(due, known.since, types) if due else None


def _drift(app: str, resource: str, due: datetime, last: str | None) -> Drift:
    since = f"since {last}" if last else "so far"
    return Drift(
        Kind.VERIFICATION_MISSING,
        f"{app}: {resource}",
        Direction.WEAKENS,
        due.isoformat(),
        last,
        (f"no restore of {resource} was tested {since}; one was due at {due.isoformat()}",),
        (app,),
        "policy.verification.schedule",
        name=app,
    )
