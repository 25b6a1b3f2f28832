"""Restore tests at work: a plan's run restores, for each resource of a selection, one of its recovery points.

A resource without an eligible recovery point is silently left out, so no result is a result too.
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from backup_apps.domain.cron import parse
from backup_apps_local.backup.records import (
    Document,
    RecoveryPoint,
    RestoreJob,
    RestoreTestingPlan,
    RestoreTestingSelection,
)
from backup_apps_local.backup.resource_types import RESTORE_TEST, TYPES
from backup_apps_local.backup.restore_jobs import RESTORABLE, create_restore_job
from backup_apps_local.backup.site import Site

DEFAULT_ZONE = "Etc/UTC"
_DEFAULT_WINDOW = 30
"""Days in which a recovery point must have been created."""
_CONDITIONS = ("StringEquals", "StringNotEquals")


def schedule_test(site: Site, plan: RestoreTestingPlan) -> None:
    zone = ZoneInfo(plan.document.get("ScheduleExpressionTimezone", DEFAULT_ZONE))
    run = next(parse(plan.document["ScheduleExpression"]).occurrences(site.now, zone), None)
    if run is not None:
        site.appoint(run, "run-restore-test", f"{plan.name}/{plan.arn}/{plan.revision}")


def run_restore_test(site: Site, subject: str) -> None:
    name, _, version = subject.partition("/")
    plan = site.here.restore_testing_plans.get(name)
    if plan is None or f"{plan.arn}/{plan.revision}" != version:
        return
    schedule_test(site, plan)
    plan.last_run = site.now
    for selection in plan.selections.values():
        for point in chosen(site, plan, selection):
            _restore(site, plan, selection, point)


def chosen(site: Site, plan: RestoreTestingPlan, selection: RestoreTestingSelection) -> Iterator[RecoveryPoint]:
    """One recovery point a resource, the latest, or one drawn by lot that is always the same for the same moment."""
    eligible: dict[str, list[RecoveryPoint]] = {}
    for point in _eligible(site, plan, selection):
        eligible.setdefault(point.resource_arn, []).append(point)
    for arn, points in eligible.items():
        points.sort(key=lambda point: point.created)
        if _meets_conditions(selection.document, points[-1]):
            is_latest = plan.document["RecoveryPointSelection"].get("Algorithm") != "RANDOM_WITHIN_WINDOW"
            yield points[-1] if is_latest else Random(f"{arn} {site.now}").choice(points)


def _eligible(site: Site, plan: RestoreTestingPlan, selection: RestoreTestingSelection) -> Iterator[RecoveryPoint]:
    wanted = plan.document["RecoveryPointSelection"]
    for vault in site.here.vaults.values():
        is_included = _names(wanted.get("IncludeVaults", []), vault.arn)
        if is_included and not _names(wanted.get("ExcludeVaults", []), vault.arn):
            points = vault.recovery_points.values()
            yield from (each for each in points if _is_eligible(site, wanted, selection.document, each))


def _is_eligible(site: Site, wanted: Document, selection: Document, point: RecoveryPoint) -> bool:
    oldest = site.now - timedelta(days=wanted.get("SelectionWindowDays", _DEFAULT_WINDOW))
    arns = selection.get("ProtectedResourceArns") or ["*"]
    return (
        point.resource_type == selection["ProtectedResourceType"]
        and ("CONTINUOUS" if point.is_continuous else "SNAPSHOT") in wanted.get("RecoveryPointTypes", [])
        and point.status in RESTORABLE
        and (point.completed if point.is_continuous else point.created) >= oldest
        and ("*" in arns or point.resource_arn in arns)
    )


def _names(patterns: list[str], arn: str) -> bool:
    return any(fnmatchcase(arn, pattern) for pattern in patterns)


def _meets_conditions(selection: Mapping[str, Any], point: RecoveryPoint) -> bool:
    """On the tags of the latest recovery point; keys are as backup selections write them, `aws:ResourceTag/…`."""
    conditions = selection.get("ProtectedResourceConditions", {})
    return all(
        (point.tags.get(each["Key"].removeprefix("aws:ResourceTag/")) == each["Value"]) == (kind == "StringEquals")
        for kind in _CONDITIONS
        for each in conditions.get(kind, ())
    )


def _restore(site: Site, plan: RestoreTestingPlan, selection: RestoreTestingSelection, point: RecoveryPoint) -> None:
    """Jobs start within the window at random moments in AWS; here at once, which is one of them."""
    overrides = selection.document.get("RestoreMetadataOverrides", {})
    job_id = site.world.draw_id()
    metadata = overridden(inferred(site, point, f"{RESTORE_TEST}-{job_id[:8]}"), point.resource_type, overrides)
    job = RestoreJob(
        job_id=job_id,
        point_arn=point.arn,
        vault_arn=point.vault_arn,
        source_arn=point.resource_arn,
        resource_type=point.resource_type,
        role_arn=selection.document["IamRoleArn"],
        created=site.now,
        point_created=point.created,
        metadata=metadata,
        size=point.size,
        tags={RESTORE_TEST: plan.arn},
        testing_plan_arn=plan.arn,
        window=timedelta(hours=selection.document.get("ValidationWindowHours", 0)),
    )
    create_restore_job(site, job)


def inferred(site: Site, point: RecoveryPoint, name: str) -> dict[str, str]:
    """The least that a restore needs, safely set.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
    """
    kind = TYPES[point.resource_type]
    made = {key: value.format(name=name, region=site.region) for key, value in kind.inferred.items()}
    return {**_as_backed_up(point), **made}


def _as_backed_up(point: RecoveryPoint) -> dict[str, str]:
    """What cannot be set safely for every resource: which file system it was, what size the instance had."""
    known = point.restore_metadata
    match point.resource_type:
        case "EFS":
            return dict(known)
        case "EC2" if "InstanceType" in known:
            return {"instanceType": known["InstanceType"]}
    return {}


def overridden(metadata: dict[str, str], type_name: str, overrides: Mapping[str, str]) -> dict[str, str]:
    """Override keys match whatever their case, and take the spelling that restores know."""
    spelling = {key.lower(): key for key in (*TYPES[type_name].overridable, *metadata)}
    return metadata | {spelling.get(key.lower(), key): value for key, value in overrides.items()}
