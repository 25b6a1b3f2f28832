"""Desired and live states as literals, small enough to read in a test."""

from typing import Any

from backup_apps.domain import testing_form
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredTestingPlan, DesiredVault
from backup_apps.domain.live import (
    LivePlan,
    LiveSelection,
    LiveTarget,
    LiveTestingPlan,
    LiveTestingSelection,
    LiveVault,
)
from backup_apps.domain.normal_form import backup_plan, backup_selection

ACCOUNT, REGION, BUNDLE = "111111111111", "eu-west-1", "acme"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OURS = {"backup-apps:bundle": BUNDLE}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:backups"


def rule(name: str = "nightly", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "TargetBackupVaultName": "primary",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 480,
        "EnableContinuousBackup": False,
        "Lifecycle": {"DeleteAfterDays": 35},
    } | members


def selection(name: str = "tagged-1a2b3c4d", value: str = "daily") -> dict[str, Any]:
    return {
        "SelectionName": name,
        "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/acme-backup",
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": value}],
    }


def plan(name: str = "shop-daily", *, rules: Any = None, selections: Any = None, tags: Any = None) -> DesiredPlan:
    return DesiredPlan(
        app="shop",
        backup_plan={"BackupPlanName": name, "Rules": [rule()] if rules is None else rules},
        tags=OURS | {"backup-apps:app": "shop"} if tags is None else tags,
        selections=(selection(),) if selections is None else tuple(selections),
    )


def restore_testing(
    name: str = "shop", *types: str, tags: Any = None, selections: Any = None, **points: Any
) -> DesiredTestingPlan:
    """A plan of AWS restore testing; `points` replace members of its RecoveryPointSelection."""
    found = tuple(selection_of(type_) for type_ in types or ("DynamoDB",))
    return DesiredTestingPlan(
        app=name,
        plan={
            "RestoreTestingPlanName": name,
            "ScheduleExpression": "cron(0 6 ? * MON *)",
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": 8,
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "IncludeVaults": [f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:primary"],
                "RecoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"],
                "SelectionWindowDays": 30,
            }
            | points,
        },
        tags=OURS | {"backup-apps:app": name} if tags is None else tags,
        selections=found if selections is None else tuple(selections),
    )


def selection_of(type_: str, **members: Any) -> dict[str, Any]:
    return {
        "RestoreTestingSelectionName": type_,
        "ProtectedResourceType": type_,
        "ProtectedResourceArns": ["*"],
        "ProtectedResourceConditions": {"StringEquals": [{"Key": "aws:ResourceTag/backup-apps:app", "Value": "shop"}]},
        "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/backup-apps-restore",
        "ValidationWindowHours": 24,
    } | members


def vault(name: str = "primary", **members: Any) -> DesiredVault:
    return DesiredVault(**({"name": name, "key_arn": KEY, "tags": OURS} | members))


def target(*items: DesiredPlan | DesiredVault, **members: Any) -> DesiredTarget:
    return DesiredTarget(
        account=ACCOUNT,
        region=REGION,
        vaults=tuple(item for item in items if isinstance(item, DesiredVault)),
        plans=tuple(item for item in items if isinstance(item, DesiredPlan)),
        **members,
    )


def live_vault(name: str = "primary", **members: Any) -> LiveVault:
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:{name}"
    return LiveVault(**({"name": name, "arn": arn, "key_arn": KEY, "tags": OURS} | members))


def live_plan(like: DesiredPlan | None = None, **members: Any) -> LivePlan:
    """A live plan as if it had been created from a desired one."""
    like = like or plan()
    identity = f"id-of-{like.name}"
    found = {
        "name": like.name,
        "id": identity,
        "arn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{identity}",
        "version": "v1",
        "tags": dict(like.tags),
        "content": backup_plan(like.backup_plan),
        "selections": tuple(live_selection(one) for one in like.selections),
    }
    return LivePlan(**(found | members))


def live_selection(like: Any = None, **members: Any) -> LiveSelection:
    like = like or selection()
    found = {"name": like["SelectionName"], "id": f"id-of-{like['SelectionName']}", "content": backup_selection(like)}
    return LiveSelection(**(found | members))


def live_testing(like: DesiredTestingPlan | None = None, **members: Any) -> LiveTestingPlan:
    like = like or restore_testing()
    found = {
        "name": like.name,
        "arn": f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:{like.name}-1-2",
        "tags": dict(like.tags),
        "content": testing_form.testing_plan(like.plan),
        "selections": tuple(
            LiveTestingSelection(name=one["RestoreTestingSelectionName"], content=testing_form.testing_selection(one))
            for one in like.selections
        ),
    }
    return LiveTestingPlan(**(found | members))


def live(*items: LivePlan | LiveVault, **members: Any) -> LiveTarget:
    return LiveTarget(
        account=ACCOUNT,
        region=REGION,
        vaults=tuple(item for item in items if isinstance(item, LiveVault)),
        plans=tuple(item for item in items if isinstance(item, LivePlan)),
        **members,
    )
