"""Copies. https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html"""

import json
from typing import Any

import pytest

from .conftest import (
    ACCOUNT,
    DATABASE,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    ROLE,
    TABLE,
    VOLUME,
    Story,
    days,
    key_arn,
    refusal,
    rule,
    vault_arn,
)

ABROAD = vault_arn("copies", region=OTHER_REGION)
THEIRS = vault_arn("copies", account=OTHER_ACCOUNT)
ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(autouse=True)
def destinations(story: Story) -> None:
    """A vault in another region, and one in another account that lets anyone copy into it."""
    story.client(region=OTHER_REGION).create_backup_vault(
        BackupVaultName="copies", EncryptionKeyArn=key_arn(region=OTHER_REGION)
    )
    theirs = story.client(OTHER_ACCOUNT)
    theirs.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key_arn(OTHER_ACCOUNT))
    theirs.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy(ANYONE))
    story.client().update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})


def copy(story: Story, point_arn: str, destination: str, **members: Any) -> dict[str, Any]:
    started = story.client().start_copy_job(
        RecoveryPointArn=point_arn,
        SourceBackupVaultName="acme",
        DestinationBackupVaultArn=destination,
        IamRoleArn=ROLE,
        **members,
    )
    story.advance(hours=1)
    return dict(story.client().describe_copy_job(CopyJobId=started["CopyJobId"])["CopyJob"])


@pytest.mark.behaviour("copy-by-a-rule")
def test_a_rule_copies_with_a_lifecycle_of_the_copys_own(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyAction.html"""
    action = {"DestinationBackupVaultArn": ABROAD, "Lifecycle": {"DeleteAfterDays": 90}}
    story.plan(rule(Lifecycle={"DeleteAfterDays": 7}, CopyActions=[action]), selection={"Resources": [VOLUME]})
    story.advance(days=1)
    (source,), (copied,) = story.points(), story.points("copies", region=OTHER_REGION)
    (job,) = story.client().list_copy_jobs()["CopyJobs"]
    (backup_job,) = story.client().list_backup_jobs()["BackupJobs"]
    assert (job["State"], job["CreatedByBackupJobId"]) == ("COMPLETED", backup_job["BackupJobId"])
    assert job["SourceRecoveryPointArn"] == source["RecoveryPointArn"] != copied["RecoveryPointArn"]
    assert job["DestinationRecoveryPointArn"] == copied["RecoveryPointArn"]
    assert copied["SourceBackupVaultArn"] == vault_arn()
    assert days(copied["CalculatedLifecycle"]["DeleteAt"], copied["CreationDate"]) == 90


@pytest.mark.behaviour("copy-date-and-key")
def test_a_copy_has_the_creation_date_of_its_original_and_the_key_of_its_vault(story: Story) -> None:
    """Creation date: the page above. Key: https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"""
    source = story.back_up(VOLUME)
    story.advance(days=3)
    copied = story.point(
        copy(story, source["RecoveryPointArn"], ABROAD)["DestinationRecoveryPointArn"], "copies", region=OTHER_REGION
    )
    assert copied["CreationDate"] == source["CreationDate"]
    assert copied["EncryptionKeyArn"] == key_arn(region=OTHER_REGION)


LIFECYCLES: dict[str, tuple[dict[str, int] | None, dict[str, int] | None, float | None]] = {
    "its own": ({"DeleteAfterDays": 7}, {"DeleteAfterDays": 90}, 90),
    "that of its source, where it has none": ({"DeleteAfterDays": 7}, None, 7),
    "the expiry of its source, where it is never to expire": (
        {"DeleteAfterDays": 7},
        {"MoveToColdStorageAfterDays": -1, "DeleteAfterDays": -1},
        7,
    ),
    "never, where neither expires": (None, {"MoveToColdStorageAfterDays": -1, "DeleteAfterDays": -1}, None),
}


@pytest.mark.behaviour("copy-lifecycle")
@pytest.mark.parametrize(("of_source", "of_copy", "kept"), LIFECYCLES.values(), ids=LIFECYCLES)
def test_how_long_a_copy_is_kept(story: Story, of_source: Any, of_copy: Any, kept: float | None) -> None:
    source = story.back_up(VOLUME, **({"Lifecycle": of_source} if of_source else {}))
    members = {"Lifecycle": of_copy} if of_copy else {}
    arn = copy(story, source["RecoveryPointArn"], ABROAD, **members)["DestinationRecoveryPointArn"]
    copied = story.point(arn, "copies", region=OTHER_REGION)
    calculated = copied.get("CalculatedLifecycle", {}).get("DeleteAt")
    assert (days(calculated, copied["CreationDate"]) if calculated else None) == kept


@pytest.mark.behaviour("copy-of-continuous", "copy-no-continuous")
def test_a_copy_of_a_continuous_backup_is_a_snapshot(story: Story) -> None:
    """On demand there is none: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html"""
    weekly = rule(
        EnableContinuousBackup=True,
        Lifecycle={"DeleteAfterDays": 35},
        CopyActions=[{"DestinationBackupVaultArn": ABROAD, "Lifecycle": {"DeleteAfterDays": 90}}],
    )
    story.plan(weekly, selection={"Resources": [DATABASE]})
    story.advance(days=3)
    (source,), copied = story.points(), story.points("copies", region=OTHER_REGION)
    assert source["Status"] == "AVAILABLE"
    assert [point["Status"] for point in copied] == ["COMPLETED"] * 3
    assert {days(point["CalculatedLifecycle"]["DeleteAt"], point["CreationDate"]) for point in copied} == {90}
    assert [int(days(point["CreationDate"])) for point in copied] == [2, 1, 0]
    asked = {"RecoveryPointArn": source["RecoveryPointArn"], "SourceBackupVaultName": "acme", "IamRoleArn": ROLE}
    start = story.client().start_copy_job
    assert refusal(start, **asked, DestinationBackupVaultArn=ABROAD) == "InvalidRequestException"


@pytest.mark.behaviour("copy-lives-on")
def test_the_original_may_go_and_the_copy_stays(story: Story) -> None:
    source = story.back_up(TABLE)["RecoveryPointArn"]
    copy(story, source, ABROAD)
    story.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=source)
    assert (len(story.points()), len(story.points("copies", region=OTHER_REGION))) == (0, 1)
    assert story.cloud.snapshots_kept == 1


@pytest.mark.behaviour("copy-across-accounts", "protected-resources-of-a-vault")
def test_across_accounts(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html"""
    job = copy(story, story.back_up(TABLE)["RecoveryPointArn"], THEIRS)
    assert job["State"] == "COMPLETED"
    (copied,) = story.points("copies", account=OTHER_ACCOUNT)
    assert (copied["ResourceArn"], copied["BackupVaultArn"]) == (TABLE, THEIRS)
    assert story.client(OTHER_ACCOUNT).list_copy_jobs()["CopyJobs"] == []
    assert story.client(OTHER_ACCOUNT).list_protected_resources()["Results"] == []
    by_vault = story.client(OTHER_ACCOUNT).list_protected_resources_by_backup_vault(BackupVaultName="copies")
    assert [each["ResourceArn"] for each in by_vault["Results"]] == [TABLE]


@pytest.mark.behaviour("copy-organization-allows")
def test_the_organization_must_allow_it(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateGlobalSettings.html"""
    story.client().update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "false"})
    assert copy(story, story.back_up(TABLE)["RecoveryPointArn"], THEIRS)["State"] == "FAILED"


@pytest.mark.behaviour("copy-customer-key")
def test_the_key_of_the_destination_must_be_a_customers(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html, of the default vault"""
    theirs = story.client(OTHER_ACCOUNT)
    theirs.create_backup_vault(BackupVaultName="default")
    theirs.put_backup_vault_access_policy(BackupVaultName="default", Policy=policy(ANYONE))
    job = copy(story, story.back_up(TABLE)["RecoveryPointArn"], vault_arn("default", OTHER_ACCOUNT))
    assert (job["State"], "cannot be shared" in job["StatusMessage"]) == ("FAILED", True)


@pytest.mark.behaviour("lock-fails-the-copy")
def test_the_lock_of_the_destination_refuses_when_the_job_runs(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html"""
    story.client(region=OTHER_REGION).put_backup_vault_lock_configuration(BackupVaultName="copies", MinRetentionDays=30)
    point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 29})["RecoveryPointArn"]
    assert copy(story, point, ABROAD)["State"] == "FAILED"
    assert copy(story, point, ABROAD, Lifecycle={"DeleteAfterDays": 30})["State"] == "COMPLETED"


@pytest.mark.behaviour("copy-not-of-cold")
def test_what_is_missing_or_cold_fails_the_job(story: Story) -> None:
    """Cold storage: "backups in cold storage or archive tiers cannot be copied", the page above"""
    cold = {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 100}
    point = story.back_up(TABLE, Lifecycle=cold)["RecoveryPointArn"]
    assert copy(story, point, vault_arn("nowhere"))["State"] == "FAILED"
    story.advance(days=1)
    assert copy(story, point, ABROAD)["State"] == "FAILED"


@pytest.mark.behaviour("dynamodb-copies")
def test_a_table_is_copied_with_the_advanced_features_of_dynamodb_only(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html"""
    for where in ({}, {"region": OTHER_REGION}):
        story.client(**where).update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    plain = story.back_up(TABLE)["RecoveryPointArn"]
    assert copy(story, plain, ABROAD)["State"] == "FAILED"
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})
    made = copy(story, story.back_up(TABLE)["RecoveryPointArn"], ABROAD)["DestinationRecoveryPointArn"]
    assert made.startswith(f"arn:aws:backup:{OTHER_REGION}:{ACCOUNT}:recovery-point:")


@pytest.mark.behaviour("copy-refused")
def test_refused_at_the_call(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html#API_StartCopyJob_Errors"""
    asked = {
        "RecoveryPointArn": story.back_up(TABLE)["RecoveryPointArn"],
        "SourceBackupVaultName": "acme",
        "DestinationBackupVaultArn": ABROAD,
        "IamRoleArn": ROLE,
    }
    start = story.client().start_copy_job
    assert refusal(start, **{**asked, "RecoveryPointArn": "arn:none"}) == "ResourceNotFoundException"
    assert refusal(start, **{**asked, "SourceBackupVaultName": "none"}) == "ResourceNotFoundException"
    assert refusal(start, **{**asked, "DestinationBackupVaultArn": "copies"}) == "InvalidParameterValueException"
    assert refusal(start, **{**asked, "IamRoleArn": "role"}) == "InvalidParameterValueException"
    assert refusal(start, **asked, Lifecycle={"DeleteAfterDays": 0}) == "InvalidParameterValueException"
    assert refusal(story.client().describe_copy_job, CopyJobId="none") == "ResourceNotFoundException"
    assert story.client().list_copy_jobs()["CopyJobs"] == []


@pytest.mark.behaviour("copy-retry")
def test_same_token_is_the_same_job(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html, IdempotencyToken"""
    point = story.back_up(TABLE)["RecoveryPointArn"]
    first, again = (copy(story, point, ABROAD, IdempotencyToken="one")["CopyJobId"] for _ in range(2))
    assert first == again
    assert len(story.points("copies", region=OTHER_REGION)) == 1


@pytest.mark.behaviour("quota-jobs", "copy-jobs-listed")
def test_one_job_at_a_time_for_a_resource(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""
    actions = [{"DestinationBackupVaultArn": each} for each in (ABROAD, THEIRS)]
    story.plan(rule(CopyActions=actions), selection={"Resources": [TABLE]})
    story.advance(hours=3, minutes=12)
    jobs = story.client().list_copy_jobs()["CopyJobs"]
    assert sorted(job["State"] for job in jobs) == ["CREATED", "RUNNING"]
    story.advance(hours=1)
    assert {job["State"] for job in story.client().list_copy_jobs(ByResourceArn=TABLE)["CopyJobs"]} == {"COMPLETED"}
    assert len(story.client().list_copy_jobs(ByDestinationVaultArn=THEIRS)["CopyJobs"]) == 1


@pytest.mark.behaviour("copy-regions-apart")
def test_regions_are_apart(story: Story) -> None:
    assert story.client(region=OTHER_REGION).list_backup_jobs()["BackupJobs"] == []
    story.back_up(TABLE)
    assert story.client(region=OTHER_REGION).list_backup_jobs()["BackupJobs"] == []
    assert story.client(region=REGION).list_backup_jobs()["BackupJobs"]
