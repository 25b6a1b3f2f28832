"""Changes of a target, in few words."""

import json
from typing import Any

from backup_apps.domain.changes import Create, Kind, Prune, Update, Write
from backup_apps.domain.normal_form import backup_plan
from sync.targets import (
    ACCOUNT,
    TOPIC,
    live_testing,
    restore_testing,
    rule,
    selection_of,
)

DR = f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:dr"
DELETE, COPY = "backup:DeleteRecoveryPoint", "backup:CopyIntoBackupVault"
TABLES, SHOP, S3 = "arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:*:*:table/shop-*", "arn:aws:s3:::*"


def setting(kind: str, option: str, value: str) -> dict[str, Any]:
    return {"ResourceType": kind, "BackupOptions": {option: value}}


def plan_update(before: Any, after: Any, **both: Any) -> Update:
    sides = (
        {"BackupPlan": {"BackupPlanName": "shop-daily", "Rules": rules, **more}}
        for rules, more in ((before, both.get("old", {})), (after, both.get("new", {})))
    )
    old, new = sides
    return Update(kind=Kind.PLAN, name="shop-daily", before={"BackupPlan": backup_plan(old["BackupPlan"])}, after=new)


def of_rule(before: dict[str, Any], after: dict[str, Any]) -> Update:
    return plan_update([rule(**before)], [rule(**after)])


def of_plan(before: dict[str, Any], after: dict[str, Any]) -> Update:
    return plan_update([rule()], [rule()], old=before, new=after)


def kept(days: int | None, **more: Any) -> dict[str, Any]:
    return {"Lifecycle": {"DeleteAfterDays": days, **more}}


def copied(*destinations: str, **lifecycle: int) -> dict[str, Any]:
    lifecycle = lifecycle or {"DeleteAfterDays": 90}
    return {"CopyActions": [{"DestinationBackupVaultArn": arn, "Lifecycle": lifecycle} for arn in destinations]}


def at(hour: str, day_of_month: str = "*", day_of_week: str = "?", year: str = "*") -> dict[str, Any]:
    return {"ScheduleExpression": f"cron(0 {hour} {day_of_month} * {day_of_week} {year})"}


def resources(name: str, *arns: str, **members: Any) -> dict[str, Any]:
    return {"SelectionName": name, "IamRoleArn": "role", "Resources": list(arns), **members}


def of_vault(kind: Kind, before: Any, after: Any) -> Write:
    if before is None:
        return Create(kind=kind, name="primary", after=after)
    if after is None:
        return Prune(kind=kind, name="primary", before=before)
    return Update(kind=kind, name="primary", before=before, after=after)


def of_lock(before: Any, after: Any) -> Write:
    return of_vault(Kind.LOCK, before, after)


def of_policy(before: Any, after: Any) -> Write:
    sides = (side and {"Policy": json.dumps({"Version": "2012-10-17", "Statement": side})} for side in (before, after))
    return of_vault(Kind.ACCESS_POLICY, *sides)


def statement(effect: str, *actions: str, **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": list(actions), "Resource": "*", **members}


def of_region(before: Any, after: Any, name: str = "ResourceTypeOptInPreference") -> Write:
    return Update(kind=Kind.REGION_SETTINGS, before={name: before}, after={name: after})


def of_tests(before: Any, after: Any) -> Write:
    """A restore testing plan as it is asked for, but for what is named."""
    asked = {"RestoreTestingPlan": {**restore_testing().plan, **(after or {})}, "Tags": {}}
    if before is None:
        return Create(kind=Kind.TESTING_PLAN, name="shop", after=asked)
    content = live_testing().content
    if after is None:
        return Prune(kind=Kind.TESTING_PLAN, name="shop", before=content)
    return Update(kind=Kind.TESTING_PLAN, name="shop", before=content, after={**restore_testing().plan, **after})


def of_points(**members: Any) -> Write:
    points = restore_testing().plan["RecoveryPointSelection"]
    return of_tests({}, {"RecoveryPointSelection": {**points, **members}})


def of_tested(before: Any, after: Any) -> Write:
    sides = (None if side is None else {**selection_of("S3"), **side} for side in (before, after))
    change = of_vault(Kind.TESTING_SELECTION, *sides)
    return change.model_copy(update={"name": "shop", "item": "S3"})


def telling(*events: str, topic: str = TOPIC) -> dict[str, Any]:
    return {"SNSTopicArn": topic, "BackupVaultEvents": list(events)}
