"""Silence: a backup or a copy that was due and did not come. Nothing in AWS tells of what did not happen.

The schedule of a rule says when a run was due, and each backup that went well is followed by its copies; what it backed
up and copied before says of what. What a rule never backed up, or has not since its schedule or its selections changed,
is not missed; nor is what is known to be there no more. Some types can't be copied everywhere, so that what was never
copied is not missed either.

https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.drift.due_runs import SLACK, Run, ZoneOf, last_run
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.jobs import KEPT, LOOKED_BACK, LiveJob, Place, path_of
from backup_apps.domain.live import LivePlan
from backup_apps.domain.normal_form import fingerprint

_EARLY = timedelta(minutes=1)
_OVERLAP = timedelta(days=1)
"""What was under way at the last look may have ended since."""
_DIGITS = 16
_SCHEDULE = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartWindowMinutes", "EnableContinuousBackup")


class Memory(BaseModel):
    """What is remembered of a rule of a live plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    of: str
    """Its schedule and the selections of its plan, as a digest: with others it is another rule."""
    since: datetime
    """When it was seen first."""
    last: Mapping[str, datetime] = {}
    """When the last backup of a resource began, by its ARN."""
    made: Mapping[str, datetime] = {}
    """When the last one began that went well and that is to be copied."""
    copied: Mapping[str, Mapping[str, datetime]] = {}
    """When the last copy of a resource began, by the ARN of the vault that it goes to."""
    read: date | None = None
    """The day, in UTC, of the last look at its jobs."""


Memories = Mapping[str, Memory]
"""By plan and rule."""


class Silence(NamedTuple):
    """What did not come, and of what nobody can say."""

    drifts: tuple[Drift, ...]
    unread: frozenset[tuple[str, str]]
    """The identities of what would be missed by rules whose schedule or time zone can't be read."""


def jobs_since(known: Memories, at: datetime) -> datetime:
    """From when on jobs are to be read: from the last look on, where none came for longer than usual."""
    usual = at - LOOKED_BACK
    looks = [datetime.combine(one.read, time(), UTC) for one in known.values() if one.read]
    last = min(looks, default=usual)
    return usual if last >= usual else max(last - _OVERLAP, at - KEPT)


def remembered(
    known: Memories, plans: Iterable[LivePlan], places: Mapping[str, Place], jobs: Iterable[LiveJob], at: datetime
) -> dict[str, Memory]:
    """With the jobs that came since."""
    came: dict[str, list[LiveJob]] = {}
    for job in jobs:
        came.setdefault(_rule(job.plan, job.rule), []).append(job)
    rules = [(plan, rule) for plan in plans if plan.id in places for rule in _rules(plan)]
    names = [_rule(plan.id, rule["RuleName"]) for plan, rule in rules]
    return {
        name: _memory(known.get(name), plan, rule, came.get(name, ()), at)
        for name, (plan, rule) in zip(names, rules, strict=True)
    }


def missed(
    memories: Memories, plans: Iterable[LivePlan], places: Mapping[str, Place], zone_of: ZoneOf, at: datetime
) -> Silence:
    """Of what was backed up before, wherever it may be now. `zone_of` raises ValueError for what is no time zone."""
    drifts: list[Drift] = []
    unread: set[tuple[str, str]] = set()
    for plan in plans:
        for rule in _rules(plan) if plan.id in places else ():
            place, name, memory = places[plan.id], rule["RuleName"], memories[_rule(plan.id, rule["RuleName"])]
            try:
                run = last_run(rule, _rules(plan), zone_of, memory.since, at)
            except ValueError:
                unread |= {(Kind.JOB_MISSING.value, _resource(place, name, arn)) for arn in memory.last}
            else:
                of_plan = {one["RuleName"]: memories[_rule(plan.id, one["RuleName"])] for one in _rules(plan)}
                drifts += _late(place, name, memory.last, run, of_plan) if run else ()
    return Silence(tuple(drifts), frozenset(unread))


def uncopied(
    memories: Memories, plans: Iterable[LivePlan], places: Mapping[str, Place], at: datetime
) -> Iterator[Drift]:
    """Copies of backups that went well, of what the rule copied there before."""
    for plan in plans:
        for rule in _rules(plan) if plan.id in places else ():
            memory = memories[_rule(plan.id, rule["RuleName"])]
            for to, copied in sorted(memory.copied.items()):
                for arn, last in sorted(copied.items()):
                    made = memory.made.get(arn, last)
                    if last < made and at - KEPT < made:
                        yield _uncopied(places[plan.id], rule["RuleName"], arn, to, made, last)


def without(memories: Memories, gone: Collection[str]) -> dict[str, Memory]:
    """Of resources that are there no more nothing is remembered, or they would be asked for for ever."""
    return {
        name: one.model_copy(update={"last": {arn: last for arn, last in one.last.items() if arn not in gone}})
        for name, one in memories.items()
    }


def _memory(
    known: Memory | None, plan: LivePlan, rule: Mapping[str, Any], came: Collection[LiveJob], at: datetime
) -> Memory:
    selected = sorted((one.id, one.name) for one in plan.selections)
    of = fingerprint([[rule.get(name) for name in _SCHEDULE], selected], _DIGITS)
    before = known if known is not None and known.of == of else Memory(of=of, since=at)
    backups = [job for job in came if not job.destination]
    to = {one["DestinationBackupVaultArn"] for one in rule.get("CopyActions", ())}
    made = [job for job in backups if job.is_made_by(at - SLACK)] if to else []
    copied = {one: _latest(before.copied.get(one, {}), (job for job in came if job.destination == one)) for one in to}
    return before.model_copy(
        update={
            "last": _latest(before.last, backups),
            "made": _latest(before.made if to else {}, made),
            "copied": copied,
            "read": at.date(),
        }
    )


def _latest(known: Mapping[str, datetime], jobs: Iterable[LiveJob]) -> dict[str, datetime]:
    latest = dict(known)
    for job in jobs:
        latest[job.resource] = max(job.created, latest.get(job.resource, job.created))
    return latest


def _late(place: Place, rule: str, last: Mapping[str, datetime], run: Run, memories: Memories) -> Iterator[Drift]:
    """`memories`: of the rules of its plan, by name. What a rival backed up then has come."""
    for arn, began in sorted(last.items()):
        instead = ((memories[name].last.get(arn), first) for name, first in run.rivals)
        if not any(moment and moment >= first - _EARLY for moment, first in ((began, run.due), *instead)):
            yield _drift(place, rule, arn, began, run.due)


def _drift(place: Place, rule: str, arn: str, last: datetime, due: datetime) -> Drift:
    said = f"no backup of {arn} by {place.name}/{rule} began since {last.isoformat()}; one was due at {due.isoformat()}"
    return Drift(
        Kind.JOB_MISSING,
        _resource(place, rule, arn),
        Direction.WEAKENS,
        due.isoformat(),
        last.isoformat(),
        (said,),
        (place.app,),
        path_of(place, rule),
        name=place.name,
        item=arn,
    )


def _uncopied(place: Place, rule: str, arn: str, to: str, made: datetime, last: datetime) -> Drift:
    said = f"no copy of the backup of {arn} that {place.name}/{rule} began at {made.isoformat()} began; the last copy "
    return Drift(
        Kind.COPY_MISSING,
        f"{_resource(place, rule, arn)} to {to}",
        Direction.WEAKENS,
        made.isoformat(),
        last.isoformat(),
        (f"{said}to {to} began at {last.isoformat()}",),
        (place.app,),
        path_of(place, rule),
        name=place.name,
        item=arn,
    )


def _resource(place: Place, rule: str, arn: str) -> str:
    return f"{place.name}/{rule} {arn}"


def _rules(plan: LivePlan) -> tuple[Mapping[str, Any], ...]:
    return tuple((plan.content or {}).get("Rules", ()))


def _rule(plan: str, rule: str) -> str:
    return f"{plan}/{rule}"
