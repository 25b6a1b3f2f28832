"""Recovery points of a vault, page after page, and the rules that made them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupPlan.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.normal_form import lifecycle_of

_PAGE = 1000
_RESTORABLE = ("COMPLETED", "AVAILABLE")


def recovery_points(backup: Any, vault: str) -> Iterator[LivePoint]:
    """One page is in memory at a time. None for a vault that is gone."""
    pages = backup.get_paginator("list_recovery_points_by_backup_vault")
    try:
        with translated():
            for page in pages.paginate(BackupVaultName=vault, PaginationConfig={"PageSize": _PAGE}):
                yield from (_point(one) for one in page["RecoveryPoints"] if one.get("Status") in _RESTORABLE)
    except NotFoundError:
        return


def rules_of_version(backup: Any, plan: str, version: str) -> Mapping[str, MadeBy]:
    """By id. Empty for a plan that is gone: then nobody knows any more what made its recovery points."""
    try:
        with translated():
            answer = backup.get_backup_plan(BackupPlanId=plan, VersionId=version)
    except NotFoundError:
        return {}
    if "DeletionDate" in answer:
        return {}
    content = answer["BackupPlan"]
    name = content["BackupPlanName"]
    return {
        rule["RuleId"]: MadeBy(name, rule["RuleName"], lifecycle_of(rule.get("Lifecycle"))) for rule in content["Rules"]
    }


def plan_name(backup: Any, plan: str) -> str | None:
    try:
        with translated():
            return str(backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["BackupPlanName"])
    except NotFoundError:
        return None


def _point(found: Mapping[str, Any]) -> LivePoint:
    made = found.get("CreatedBy") or {}
    return LivePoint(
        arn=found["RecoveryPointArn"],
        vault=found["BackupVaultName"],
        resource=found.get("ResourceArn", ""),
        lifecycle=lifecycle_of(found.get("Lifecycle")),
        key_arn=found.get("EncryptionKeyArn"),
        plan=made.get("BackupPlanId", ""),
        version=made.get("BackupPlanVersion", ""),
        rule=made.get("BackupRuleId", ""),
        is_copy="SourceBackupVaultArn" in found,
        type=found.get("ResourceType", ""),
        created=found.get("CreationDate"),
        completed=found.get("CompletionDate"),
    )
