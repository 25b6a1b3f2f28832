"""Drift of what plans do: the last backup or copy of a resource by a rule of the bundle, if it did not go well.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyJob.html
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Finding, Kind
from backup_apps.domain.drift.judging import quoted
from backup_apps.domain.live import LiveTarget

LOOKED_BACK = timedelta(days=2)
"""How far a look goes back: more than a day, so that what one sweep misses the next one sees."""
KEPT = timedelta(days=35)
"""How long a failure stays open while no later job tells how it is now: longer than a month, for monthly rules."""
_ENDED_BY_JOBS = (Kind.JOB_FAILED, Kind.JOB_ISSUES)
_FAILED = ("FAILED", "ABORTED", "EXPIRED")
_COMPLETED, _PARTIAL = "COMPLETED", "PARTIAL"


class LiveJob(NamedTuple):
    """A backup job, or a copy job where it has a destination."""

    plan: str
    """The id of the plan that started it; empty where somebody did."""
    rule: str
    resource: str
    vault: str
    """By name, of the recovery point; of a copy, where it comes from."""
    created: datetime
    state: str
    message: str = ""
    has_issues: bool = False
    """Completed, and the console says "with issues"."""
    destination: str = ""
    """The ARN of the vault that a copy goes to."""
    completed: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state in (*_FAILED, _COMPLETED, _PARTIAL)

    def is_made_by(self, moment: datetime) -> bool:
        """Whether it had gone well by then, and made a whole recovery point."""
        return self.state == _COMPLETED and self.completed is not None and self.completed <= moment


class Place(NamedTuple):
    """A plan of the bundle, by the name and the leaf that it has there."""

    name: str
    app: str


def places_of(desired: DesiredTarget, live: LiveTarget) -> dict[str, Place]:
    """By the ids of the plans."""
    apps = {plan.name: plan.app for plan in desired.plans}
    return {plan.id: Place(plan.name, apps[plan.name]) for plan in live.plans if plan.name in apps}


def last_jobs(jobs: Iterable[LiveJob], places: Mapping[str, Place]) -> tuple[LiveJob, ...]:
    """Of those that are over, the last of each rule, resource and destination."""
    last: dict[tuple[str, ...], LiveJob] = {}
    for job in jobs:
        of = (job.plan, job.rule, job.resource, job.destination)
        if job.plan in places and job.is_over and (of not in last or last[of].created < job.created):
            last[of] = job
    return tuple(last[of] for of in sorted(last))


def job_drift(last: Iterable[LiveJob], places: Mapping[str, Place]) -> Iterator[Drift]:
    for job in last:
        kind = _kind(job)
        if kind is not None:
            yield _drift(kind, job, places[job.plan])


def unsettled(
    known: Iterable[Finding], last: Iterable[LiveJob], places: Mapping[str, Place], at: datetime
) -> frozenset[tuple[str, str]]:
    """The identities of failures that no later job has settled yet."""
    told = {_resource(job, places[job.plan]) for job in last}
    names = {place.name for place in places.values()}
    waiting = (one for one in known if one.kind in _ENDED_BY_JOBS and one.resource not in told)
    return frozenset(
        (one.kind.value, one.resource)
        for one in waiting
        if one.resource.partition("/")[0] in names and datetime.fromisoformat(one.since) + KEPT > at
    )


def path_of(place: Place, rule: str) -> str:
    """Plans are called `<app>-<key>` unless they have a name of their own."""
    return f"policy.plans.{quoted(place.name.removeprefix(f'{place.app}-'))}.rules.{quoted(rule)}"


def _kind(job: LiveJob) -> Kind | None:
    if job.state in _FAILED:
        return Kind.JOB_FAILED
    return Kind.JOB_ISSUES if job.state == _PARTIAL or job.has_issues else None


def _drift(kind: Kind, job: LiveJob, place: Place) -> Drift:
    what = f"copy of {job.resource} to {job.destination}" if job.destination else f"backup of {job.resource}"
    ended = "was completed with issues" if job.has_issues else f"ended as {job.state}"
    because = f": {job.message}" if job.message else ""
    said = f"the last {what} by {place.name}/{job.rule}, begun {job.created.isoformat()}, {ended}{because}"
    return Drift(
        kind,
        _resource(job, place),
        Direction.WEAKENS,
        _COMPLETED,
        job.state,
        (said,),
        (place.app,),
        path_of(place, job.rule),
        name=place.name,
        item=job.rule,
    )


def _resource(job: LiveJob, place: Place) -> str:
    """The rule as people name it, and what it is about."""
    copied = f" to {job.destination}" if job.destination else ""
    return f"{place.name}/{job.rule} {job.resource}{copied}"
