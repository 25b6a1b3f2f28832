"""What describing and listing show, whole: every member that is known, and no other."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from .conftest import (
    ACCOUNT,
    BEGINNING,
    OTHER_REGION,
    REGION,
    ROLE,
    TABLE,
    VOLUME,
    Story,
    key_arn,
    rule,
    vault_arn,
)
from .test_restore_testing import PLAN, selection, set_up_test, until_tested
from .test_restores import NEW_TABLE, TO_TABLE, restore

ABROAD = vault_arn("copies", region=OTHER_REGION)
KEPT = {"DeleteAfterDays": 100}
COLD = {"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 100}


def at(**time: float) -> datetime:
    return BEGINNING + timedelta(**time)


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.behaviour("job-described")
def test_a_backup_job(story: Story) -> None:
    story.cloud.add(ACCOUNT, REGION, VOLUME, {"block": b"1"}, key_arn="arn:of:its:own:key", name="disk")
    job = story.back_up(VOLUME, Lifecycle=KEPT, BackupOptions={"x": "y"})
    common = {
        "AccountId": ACCOUNT,
        "BackupJobId": job["BackupJobId"],
        "BackupVaultName": "acme",
        "BackupVaultArn": vault_arn(),
        "VaultType": "BACKUP_VAULT",
        "VaultLockState": "UNLOCKED",
        "RecoveryPointLifecycle": KEPT,
        "ResourceArn": VOLUME,
        "ResourceType": "EBS",
        "ResourceName": "disk",
        "CreationDate": at(),
        "InitiationDate": at(),
        "CompletionDate": at(minutes=10),
        "IamRoleArn": ROLE,
        "StartBy": at(hours=8),
        "ExpectedCompletionDate": at(minutes=10),
        "BackupOptions": {"x": "y"},
        "IsParent": False,
    }
    assert shown(job) == {
        **common,
        "RecoveryPointArn": job["RecoveryPointArn"],
        "EncryptionKeyArn": "arn:of:its:own:key",
        "IsEncrypted": True,
        "State": "COMPLETED",
        "MessageCategory": "SUCCESS",
        "PercentDone": "100.0",
        "BackupSizeInBytes": 1,
        "BytesTransferred": 1,
    }
    assert story.client().list_backup_jobs()["BackupJobs"] == [shown(job)]


@pytest.mark.behaviour("job-described")
def test_a_backup_job_that_failed_in_a_locked_vault(story: Story) -> None:
    story.client().put_backup_vault_lock_configuration(BackupVaultName="acme", MaxRetentionDays=7)
    job = story.back_up(TABLE)
    assert {name: job.get(name) for name in ("VaultLockState", "State", "PercentDone", "BackupSizeInBytes")} == {
        "VaultLockState": "LOCKED",
        "State": "FAILED",
        "PercentDone": "0.0",
        "BackupSizeInBytes": 0,
    }
    assert set(job) & {"RecoveryPointArn", "MessageCategory", "ExpectedCompletionDate", "IsEncrypted"} == set()


@pytest.mark.behaviour("point-described")
def test_a_recovery_point(story: Story) -> None:
    """Of its key it is told whose it is only if it is the vault's."""
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})
    arn = story.back_up(TABLE, Lifecycle=COLD)["RecoveryPointArn"]
    listed = {
        "RecoveryPointArn": arn,
        "BackupVaultName": "acme",
        "BackupVaultArn": vault_arn(),
        "ResourceArn": TABLE,
        "ResourceType": "DynamoDB",
        "ResourceName": "orders",
        "IamRoleArn": ROLE,
        "Status": "COMPLETED",
        "CreationDate": at(),
        "InitiationDate": at(),
        "CompletionDate": at(minutes=10),
        "BackupSizeInBytes": 13,
        "CalculatedLifecycle": {"MoveToColdStorageAt": at(days=10), "DeleteAt": at(days=100)},
        "Lifecycle": COLD,
        "EncryptionKeyArn": key_arn(),
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "IsEncrypted": True,
        "IsParent": False,
        "VaultType": "BACKUP_VAULT",
    }
    assert story.points() == [listed]
    assert shown(story.point(arn)) == {**listed, "StorageClass": "WARM"}
    by_resource = story.client().list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"]
    members = ("RecoveryPointArn", "CreationDate", "Status", "EncryptionKeyArn", "EncryptionKeyType", "VaultType")
    more = {name: listed[name] for name in (*members, "BackupVaultName", "IsParent", "ResourceName")}
    assert by_resource == [{**more, "BackupSizeBytes": 13}]
    assert story.client().list_recovery_points_by_resource(ResourceArn=VOLUME)["RecoveryPoints"] == []
    assert "EncryptionKeyType" not in story.point(story.back_up(VOLUME)["RecoveryPointArn"])


@pytest.mark.behaviour("copy-described")
def test_a_copy_job_and_its_copy(story: Story) -> None:
    abroad = story.client(region=OTHER_REGION)
    abroad.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key_arn(region=OTHER_REGION))
    story.cloud.add(ACCOUNT, REGION, VOLUME, {"block": b"1"}, name="disk")
    plan_id = story.plan(
        rule(CopyActions=[{"DestinationBackupVaultArn": ABROAD, "Lifecycle": KEPT}]), selection={"Resources": [VOLUME]}
    )
    story.advance(days=1)
    (job,) = story.client().list_copy_jobs()["CopyJobs"]
    (source,), (copied,) = story.points(), story.points("copies", region=OTHER_REGION)
    assert source["CreatedBy"]["BackupPlanId"] == plan_id
    assert job == {
        "AccountId": ACCOUNT,
        "CopyJobId": job["CopyJobId"],
        "SourceBackupVaultArn": vault_arn(),
        "SourceRecoveryPointArn": source["RecoveryPointArn"],
        "DestinationBackupVaultArn": ABROAD,
        "DestinationVaultType": "BACKUP_VAULT",
        "DestinationRecoveryPointArn": copied["RecoveryPointArn"],
        "DestinationEncryptionKeyArn": key_arn(region=OTHER_REGION),
        "DestinationRecoveryPointLifecycle": KEPT,
        "ResourceArn": VOLUME,
        "ResourceType": "EBS",
        "ResourceName": "disk",
        "CreationDate": at(hours=3, minutes=10),
        "CompletionDate": at(hours=3, minutes=26),
        "State": "COMPLETED",
        "MessageCategory": "SUCCESS",
        "BackupSizeInBytes": 1,
        "IamRoleArn": ROLE,
        "CreatedBy": source["CreatedBy"],
        "CreatedByBackupJobId": story.client().list_backup_jobs()["BackupJobs"][0]["BackupJobId"],
        "IsParent": False,
    }
    assert shown(story.client().describe_copy_job(CopyJobId=job["CopyJobId"])) == {"CopyJob": job}
    assert source["IsEncrypted"] is False
    assert copied == source | {
        "IsEncrypted": True,
        "RecoveryPointArn": copied["RecoveryPointArn"],
        "BackupVaultName": "copies",
        "BackupVaultArn": ABROAD,
        "SourceBackupVaultArn": vault_arn(),
        "CompletionDate": job["CompletionDate"],
        "Lifecycle": KEPT,
        "CalculatedLifecycle": {"DeleteAt": at(hours=3, days=100)},
        "EncryptionKeyArn": key_arn(region=OTHER_REGION),
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
    }


@pytest.mark.behaviour("restore-described")
def test_a_restore_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    job = restore(story, point, TO_TABLE)
    assert shown(job) == {
        "AccountId": ACCOUNT,
        "RestoreJobId": job["RestoreJobId"],
        "RecoveryPointArn": point,
        "SourceResourceArn": TABLE,
        "BackupVaultArn": vault_arn(),
        "CreationDate": at(hours=1),
        "CompletionDate": at(hours=1, minutes=21),
        "Status": "COMPLETED",
        "PercentDone": "100.00%",
        "BackupSizeInBytes": 13,
        "IamRoleArn": ROLE,
        "CreatedResourceArn": NEW_TABLE,
        "ResourceType": "DynamoDB",
        "RecoveryPointCreationDate": at(),
        "IsParent": False,
    }
    assert story.client().list_restore_jobs()["RestoreJobs"] == [shown(job)]
    assert story.client().list_restore_jobs_by_protected_resource(ResourceArn=TABLE)["RestoreJobs"] == [shown(job)]
    assert shown(story.client().describe_protected_resource(ResourceArn=TABLE)) == {
        "ResourceArn": TABLE,
        "ResourceType": "DynamoDB",
        "ResourceName": "orders",
        "LastBackupTime": at(),
        "LastBackupVaultArn": vault_arn(),
        "LastRecoveryPointArn": point,
        "LatestRestoreExecutionTimeMinutes": 21,
        "LatestRestoreJobCreationDate": at(hours=1),
        "LatestRestoreRecoveryPointCreationDate": at(),
    }


@pytest.mark.behaviour("test-plan-reads-back", "test-plans-listed")
def test_a_restore_testing_plan(story: Story) -> None:
    backup = story.client()
    arn = backup.create_restore_testing_plan(RestoreTestingPlan=PLAN, CreatorRequestId="r")["RestoreTestingPlanArn"]
    listed = {
        "RestoreTestingPlanName": "weekly",
        "RestoreTestingPlanArn": arn,
        "ScheduleExpression": PLAN["ScheduleExpression"],
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowHours": 24,
        "CreationTime": at(),
    }
    assert backup.list_restore_testing_plans()["RestoreTestingPlans"] == [listed]
    whole = {**listed, "RecoveryPointSelection": PLAN["RecoveryPointSelection"], "CreatorRequestId": "r"}
    read = backup.get_restore_testing_plan(RestoreTestingPlanName="weekly")["RestoreTestingPlan"]
    assert read == whole
    story.advance(hours=1)
    backup.update_restore_testing_plan(RestoreTestingPlanName="weekly", RestoreTestingPlan={"StartWindowHours": 2})
    story.advance(days=4)
    updated = {"StartWindowHours": 2, "LastUpdateTime": at(hours=1), "LastExecutionTime": at(days=3, hours=9)}
    assert backup.list_restore_testing_plans()["RestoreTestingPlans"] == [listed | updated]


@pytest.mark.behaviour("test-selection-reads-back", "test-selections-listed")
def test_a_restore_testing_selection(story: Story) -> None:
    backup, plan = story.client(), {"RestoreTestingPlanName": "weekly"}
    backup.create_restore_testing_plan(RestoreTestingPlan=PLAN)
    asked = selection(RestoreMetadataOverrides={"encryptionType": "KMS"})
    backup.create_restore_testing_selection(**plan, RestoreTestingSelection=asked, CreatorRequestId="r")
    found = backup.get_restore_testing_selection(**plan, RestoreTestingSelectionName="tables")
    more = {**plan, "CreationTime": at()}
    assert found["RestoreTestingSelection"] == {**asked, **more, "CreatorRequestId": "r"}
    names = ("RestoreTestingSelectionName", "ProtectedResourceType", "IamRoleArn", "ValidationWindowHours")
    listed = backup.list_restore_testing_selections(**plan)["RestoreTestingSelections"]
    assert listed == [{**more, **{name: asked[name] for name in names}}]


@pytest.mark.behaviour("restore-described")
def test_a_restore_test(story: Story) -> None:
    set_up_test(story)
    (job,) = until_tested(story)
    verdict = {"RestoreJobId": job["RestoreJobId"], "ValidationStatus": "FAILED", "ValidationStatusMessage": "3 rows"}
    story.client().put_restore_validation_result(**verdict)
    described = story.client().describe_restore_job(RestoreJobId=job["RestoreJobId"])
    assert shown(described) == job | {
        "ValidationStatus": "FAILED",
        "ValidationStatusMessage": "3 rows",
        "DeletionStatus": "SUCCESSFUL",
    }


@pytest.mark.behaviour("hold-described", "hold-lists-its-points")
def test_a_legal_hold(story: Story) -> None:
    backup, point = story.client(), story.back_up(TABLE)["RecoveryPointArn"]
    dates = {"FromDate": at(), "ToDate": at(hours=1)}
    chosen = {"VaultNames": ["acme"], "ResourceIdentifiers": [TABLE], "DateRange": dates}
    made = backup.create_legal_hold(Title="case 7", Description="evidence", RecoveryPointSelection=chosen)
    hold = {"LegalHoldId": made["LegalHoldId"]}
    listed = {
        **hold,
        "LegalHoldArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:legal-hold:{made['LegalHoldId']}",
        "Title": "case 7",
        "Description": "evidence",
        "Status": "ACTIVE",
        "CreationDate": at(hours=1),
    }
    assert shown(made) == shown(backup.get_legal_hold(**hold)) == {**listed, "RecoveryPointSelection": chosen}
    assert backup.list_legal_holds()["LegalHolds"] == [listed]
    assert backup.list_recovery_points_by_legal_hold(**hold)["RecoveryPoints"] == [
        {"RecoveryPointArn": point, "ResourceArn": TABLE, "ResourceType": "DynamoDB", "BackupVaultName": "acme"}
    ]
    backup.cancel_legal_hold(**hold, CancelDescription="over", RetainRecordInDays=10)
    over = {"Status": "CANCELED", "CancellationDate": at(hours=1)}
    assert backup.list_legal_holds()["LegalHolds"] == [listed | over]
    assert shown(backup.get_legal_hold(**hold)) == {
        **(listed | over),
        "RecoveryPointSelection": chosen,
        "CancelDescription": "over",
        "RetainRecordUntil": at(hours=1, days=10),
    }
