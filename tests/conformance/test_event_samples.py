"""Each event that AWS has a sample of is told here with the sample's members, irregular as they are.

https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps_local.backup.operations import OPERATIONS
from tests.template.documents import hub, member

from .conftest import (
    ACCOUNT,
    DATABASE,
    OTHER_REGION,
    ROLE,
    TABLE,
    VOLUME,
    Story,
    rule,
    vault_arn,
)
from .samples import SAMPLES, differences, shape
from .test_restore_testing import PLAN, selection
from .test_restores import TO_TABLE, restore

JOB = {"BackupVaultName": "acme", "IamRoleArn": ROLE}
COPIES = vault_arn("copies", region=OTHER_REGION)
KEPT = {"DeleteAfterDays": 100}
SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_BackupAdmin_0123456789abcdef/alice@example.com"


def two_at_once(story: Story) -> None:
    story.client().start_backup_job(ResourceArn=TABLE, **JOB)
    story.back_up(TABLE)


def vault_gone(story: Story) -> None:
    story.client().create_backup_vault(BackupVaultName="gone")
    story.client().start_backup_job(ResourceArn=TABLE, **JOB)
    story.client().start_backup_job(ResourceArn=TABLE, **{**JOB, "BackupVaultName": "gone"})
    story.client().delete_backup_vault(BackupVaultName="gone")
    story.advance(hours=1)


def stopped(story: Story) -> None:
    job = story.client().start_backup_job(ResourceArn=VOLUME, **JOB)["BackupJobId"]
    trail(story).stop_backup_job(BackupJobId=job)


def planned(story: Story, **members: Any) -> None:
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    action = {"DestinationBackupVaultArn": COPIES}
    asked = {"Lifecycle": KEPT, "CopyActions": [action], **members}
    story.plan(rule(**asked), selection={"Resources": [TABLE, DATABASE]})
    story.advance(days=1)


def planned_while_another_runs(story: Story) -> None:
    story.service.fault("backup-stuck", TABLE)
    story.client().start_backup_job(ResourceArn=TABLE, **JOB)
    planned(story)


def planned_and_partial(story: Story) -> None:
    story.service.fault("backup-is-partial", TABLE)
    planned(story, CompletionWindowMinutes=120)


def planned_and_over(story: Story) -> None:
    planned(story, Lifecycle={"DeleteAfterDays": 1}, CopyActions=[])
    story.advance(days=1)


def planned_and_not_deletable(story: Story) -> None:
    story.service.fault("deletion-fails")
    planned_and_over(story)


def continuous(story: Story) -> None:
    planned(story, EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 35}, CopyActions=[])


def continuous_and_stopped(story: Story) -> None:
    continuous(story)
    story.service.fault("continuous-backup-stops", DATABASE)
    story.advance(days=1)


def copied_in_vain(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    asked = {"SourceBackupVaultName": "acme", "DestinationBackupVaultArn": COPIES, "IamRoleArn": ROLE}
    story.client().start_copy_job(RecoveryPointArn=point, **asked)
    story.advance(hours=1)


def restored(story: Story) -> None:
    restore(story, story.back_up(TABLE)["RecoveryPointArn"], TO_TABLE)


def restored_in_vain(story: Story) -> None:
    story.service.fault("restore-fails", TABLE)
    restored(story)


def restore_tested(story: Story) -> None:
    story.back_up(TABLE)
    weekly = {"RestoreTestingPlanName": "weekly"}
    story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
    story.client().create_restore_testing_selection(**weekly, RestoreTestingSelection=selection())
    story.advance(days=8)


def plan_changes(story: Story) -> None:
    """By somebody from the console: what CloudTrail tells, and what AWS Backup tells itself."""
    backup, rules = trail(story), [rule(Lifecycle={"DeleteAfterDays": 7})]
    del rules[0]["StartWindowMinutes"]
    made = backup.create_backup_plan(
        BackupPlan={"BackupPlanName": "gold", "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "acme"}]},
        CreatorRequestId="req-1",
    )
    plan = {"BackupPlanId": made["BackupPlanId"]}
    backup.update_backup_plan(**plan, BackupPlan={"BackupPlanName": "gold", "Rules": rules})
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "gold"}
    chosen = {"SelectionName": "tagged", "IamRoleArn": ROLE, "ListOfTags": [tag]}
    made = backup.create_backup_selection(**plan, BackupSelection=chosen)
    backup.delete_backup_selection(**plan, SelectionId=made["SelectionId"])
    backup.delete_backup_plan(**plan)


def vault_changes(story: Story) -> None:
    backup, vault = trail(story), {"BackupVaultName": "acme"}
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=1)
    backup.delete_backup_vault_lock_configuration(**vault)
    statement = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint"}
    backup.put_backup_vault_access_policy(**vault, Policy=json.dumps({"Statement": statement}))
    backup.delete_backup_vault_access_policy(**vault)
    for opted_in in ({"Aurora": True}, {"DynamoDB": False}):
        backup.update_region_settings(ResourceTypeOptInPreference=opted_in)
    backup.delete_backup_vault(**vault)


def point_changes(story: Story) -> None:
    known = {"BackupVaultName": "acme", "RecoveryPointArn": story.back_up(TABLE)["RecoveryPointArn"]}
    trail(story).update_recovery_point_lifecycle(**known, Lifecycle={"DeleteAfterDays": 1})
    trail(story).delete_recovery_point(**known)


def immutable(story: Story) -> None:
    lock = {"MinRetentionDays": 1, "ChangeableForDays": 3}
    story.client().put_backup_vault_lock_configuration(BackupVaultName="acme", **lock)
    story.advance(days=3)
    with pytest.raises(ClientError):
        trail(story).delete_backup_vault_lock_configuration(BackupVaultName="acme")


def trail(story: Story) -> Any:
    return story.client(principal=SSO)


TOLD_IN: dict[str, Callable[[Story], None]] = {
    "backup-job-created": two_at_once,
    "backup-job-pending": two_at_once,
    "backup-job-completed": two_at_once,
    "backup-job-failed-vault-missing": vault_gone,
    "backup-job-aborted": stopped,
    "backup-job-running": planned,
    "backup-job-expired": planned_while_another_runs,
    "backup-plan-created": plan_changes,
    "backup-plan-modified": plan_changes,
    "backup-plan-deleted": plan_changes,
    "backup-vault-created": vault_changes,
    "backup-vault-modified-locked": vault_changes,
    "backup-vault-deleted": vault_changes,
    "region-setting-modified": vault_changes,
    "copy-job-created": planned,
    "copy-job-running": planned,
    "copy-job-completed": planned,
    "copy-job-failed": copied_in_vain,
    "recovery-point-creating": planned,
    "recovery-point-completed": planned,
    "recovery-point-partial": planned_and_partial,
    "recovery-point-deleting": planned_and_over,
    "recovery-point-expired": planned_and_not_deletable,
    "recovery-point-available": continuous,
    "recovery-point-stopped": continuous_and_stopped,
    "restore-job-created": restored,
    "restore-job-pending": restored,
    "restore-job-running": restored,
    "restore-job-completed": restored,
    "restore-job-failed": restored_in_vain,
    "restore-job-completed-restore-testing": restore_tested,
    "ct-create-backup-plan-oidc": plan_changes,
    "ct-update-backup-plan": plan_changes,
    "ct-delete-backup-plan": plan_changes,
    "ct-create-backup-selection": plan_changes,
    "ct-delete-backup-selection": plan_changes,
    "ct-update-recovery-point-lifecycle": point_changes,
    "ct-delete-recovery-point": point_changes,
    "ct-put-vault-access-policy": vault_changes,
    "ct-delete-vault-access-policy": vault_changes,
    "ct-delete-vault-lock": vault_changes,
    "ct-delete-vault-lock-denied": immutable,
    "ct-update-region-settings": vault_changes,
    "ct-stop-backup-job": stopped,
}
ON_THE_LOCAL_AWS = {
    "ct-kms-disable-key-rotation",
    "ct-kms-schedule-key-deletion",
    "s3-object-created",
    "s3-object-created-service",
}
"""Of other services, in tests/unit/local."""

KNOWN_TO_DIFFER = {
    # AWS documents the status only; nothing is known of the recovery point but what its job knows.
    "recovery-point-creating": {
        ".completionDate is missing",
        ".isEncrypted is missing",
        ".storageClass is missing",
        ".calculatedLifeCycle is missing",
    },
    # botocore gives each request an id of its own where the caller gives none.
    "ct-create-backup-selection": {".requestParameters.creatorRequestId is too much"},
    # A session made by web identity is one of any role here.
    "ct-create-backup-plan-oidc": {".userIdentity.sessionContext.webIdFederationData is missing"},
}


def is_of(sample: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether both tell of the same: the same call, or the same state or status of the same kind of thing."""
    telling = ("eventName", "state", "status", "errorCode")
    same = [sample["detail"].get(name) == event["detail"].get(name) for name in telling]
    is_by_a_plan = ["createdBy" in each["detail"] for each in (sample, event)]
    return sample["detail-type"] == event["detail-type"] and all(same) and is_by_a_plan[0] == is_by_a_plan[1]


def compared(name: str, event: dict[str, Any]) -> list[str]:
    """How the event differs from the sample. Answers of calls are not compared: those of the samples are cut short."""
    expected, actual = ({**each["detail"]} for each in (SAMPLES[name], event))
    for each in (expected, actual):
        if "eventName" in each:
            each["responseElements"] = None
    return differences(shape(expected), shape(actual))


@pytest.mark.behaviour("lock-compliance", "continuous-is-one-point", "event-has-its-sample")
@pytest.mark.parametrize("name", TOLD_IN)
def test_it_has_the_members_of_the_sample(story: Story, name: str) -> None:
    TOLD_IN[name](story)
    told = [event.as_json() for event in story.events]
    alike = [event for event in told if is_of(SAMPLES[name], event)]
    assert alike, [(event["detail-type"], event["detail"]) for event in told]
    found = [compared(name, event) for event in alike]
    assert set(min(found, key=len)) == KNOWN_TO_DIFFER.get(name, set())
    assert {len(event["resources"]) for event in alike} == {len(SAMPLES[name]["resources"])}
    assert {event["source"] for event in alike} == {SAMPLES[name]["source"]}


@pytest.mark.behaviour("event-has-its-sample")
def test_every_sample_has_its_case() -> None:
    assert set(SAMPLES) == set(TOLD_IN) | ON_THE_LOCAL_AWS


def patterns() -> list[dict[str, Any]]:
    """What the product's rules listen for."""
    resources = [each for template in (hub(), member()) for each in template["Resources"].values()]
    rules = [each["Properties"] for each in resources if each["Type"] == "AWS::Events::Rule"]
    found = [each["EventPattern"] for each in rules if "EventPattern" in each]
    return [part for pattern in found for part in pattern.get("$or", [pattern])]


UNHEARD = {
    ("aws.backup", kind)
    for kind in (
        "Backup Plan State Change",
        "Backup Vault State Change",
        "Recovery Point State Change",
        "Region Setting State Change",
    )
}
"""Told here as on AWS, and not listened for: the call that made the change is, since it says who made it."""


@pytest.mark.behaviour("event-has-its-sample")
def test_whatever_the_product_listens_for_is_told_here() -> None:
    """Each kind of event has a sample of its own, and each call of AWS Backup is one that writes."""
    compared = {(SAMPLES[name]["source"], SAMPLES[name]["detail-type"]) for name in {*TOLD_IN, *ON_THE_LOCAL_AWS}}
    listened = {(source, kind) for each in patterns() for source in each["source"] for kind in each["detail-type"]}
    ours = {(source, kind) for source, kind in listened if source in ("aws.backup", "aws.kms", "aws.s3")}
    assert ours == compared - UNHEARD
    details = [each.get("detail", {}) for each in patterns() if each["source"] == ["aws.backup"]]
    calls = {name for detail in details for name in detail.get("eventName", ())}
    assert len(calls) > 10
    assert [name for name in calls if name not in OPERATIONS or name.startswith(("Get", "List", "Describe"))] == []


@pytest.mark.behaviour("event-has-its-sample")
def test_the_comparison_sees_what_is_wrong() -> None:
    event = {"detail": {**SAMPLES["backup-job-pending"]["detail"], "bytesTransferred": 0, "statusMessage": "late"}}
    del event["detail"]["startBy"]
    assert compared("backup-job-pending", event) == [
        ".startBy is missing",
        ".bytesTransferred: int instead of number as text",
        ".statusMessage: text instead of empty text",
    ]
