"""What can be asked of recovery points and jobs, and what each of them is when it is not COMPLETED."""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import (
    ACCOUNT,
    BUCKET,
    DATABASE,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    ROLE,
    ROWS,
    TABLE,
    VOLUME,
    Story,
    refusal,
    rule,
    vault_arn,
)
from .test_restores import NEW_TABLE, TO_TABLE, restore

CONTINUOUS = rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 35})


@pytest.mark.behaviour("job-named-resource")
def test_a_named_resource_is_backed_up_whatever_the_region_opted_into(story: Story) -> None:
    story.client().update_region_settings(ResourceTypeOptInPreference={"DynamoDB": False})
    assert story.back_up(TABLE)["State"] == "COMPLETED"


@pytest.mark.behaviour("job-knows-its-point")
def test_dynamodb_with_its_advanced_features_knows_its_recovery_point_at_once(story: Story) -> None:
    start = story.client().start_backup_job
    asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE}
    promised = start(**asked)["RecoveryPointArn"]
    story.advance(hours=1)
    assert promised in [point["RecoveryPointArn"] for point in story.points()]
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    assert "RecoveryPointArn" not in start(**asked)


@pytest.mark.behaviour("points-listed")
def test_recovery_points_are_listed_newest_first_and_by_what_is_asked(story: Story) -> None:
    table, volume = story.back_up(TABLE), story.back_up(VOLUME)

    def listed(**filters: object) -> list[str]:
        found = story.client().list_recovery_points_by_backup_vault(BackupVaultName="acme", **filters)
        return [point["RecoveryPointArn"] for point in found["RecoveryPoints"]]

    newest = [volume["RecoveryPointArn"], table["RecoveryPointArn"]]
    assert listed() == newest
    assert listed(ByResourceArn=VOLUME) == listed(ByResourceType="EBS") == newest[:1]
    assert listed(ByCreatedAfter=table["CreationDate"]) == newest[:1]
    assert listed(ByCreatedBefore=volume["CreationDate"]) == newest[1:]
    assert listed(ByBackupPlanId="none") == []


@pytest.mark.behaviour("copy-jobs-listed", "restore-jobs-listed")
def test_copy_and_restore_jobs_are_listed_newest_first_and_by_what_is_asked(story: Story) -> None:
    backup, point = story.client(), story.back_up(TABLE)["RecoveryPointArn"]
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    asked = {
        "RecoveryPointArn": point,
        "SourceBackupVaultName": "acme",
        "DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION),
        "IamRoleArn": ROLE,
    }
    copies, restores = [], []
    for name in ("one", "two"):
        copies.append(backup.start_copy_job(**asked)["CopyJobId"])
        story.advance(hours=1)
        restores.append(restore(story, point, {"targetTableName": f"orders-{name}"})["RestoreJobId"])

    def listed(kind: str, **filters: object) -> list[str]:
        found = getattr(backup, f"list_{kind.lower()}_jobs")(**filters)[f"{kind}Jobs"]
        return [job[f"{kind}JobId"] for job in found]

    for kind, made in (("Copy", copies), ("Restore", restores)):
        assert listed(kind) == listed(kind, ByAccountId="*") == made[::-1]
        assert listed(kind, ByResourceType="EBS") == listed(kind, ByAccountId="222222222222") == []
        moment = story.now - timedelta(hours=2, minutes=1)
        assert listed(kind, ByCreatedAfter=moment) == listed(kind, ByCompleteAfter=moment) == made[1:]
        assert listed(kind, ByCreatedBefore=moment) == listed(kind, ByCompleteBefore=moment) == made[:1]
    assert listed("Copy", ByState="COMPLETED", BySourceRecoveryPointArn=point) == copies[::-1]
    assert listed("Restore", ByStatus="FAILED") == []


@pytest.mark.behaviour("jobs-of-the-organization")
def test_the_management_account_lists_the_jobs_of_others(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html, ByAccountId"""
    management = story.client(OTHER_ACCOUNT)
    job = story.back_up(TABLE)["BackupJobId"]

    def listed(**filters: str) -> list[str]:
        return [each["BackupJobId"] for each in management.list_backup_jobs(**filters)["BackupJobs"]]

    assert listed(ByAccountId=ACCOUNT) == listed(ByAccountId="*") == []
    story.service.management_account = OTHER_ACCOUNT
    assert listed(ByAccountId=ACCOUNT) == listed(ByAccountId="*") == [job]
    assert listed() == listed(ByAccountId="333333333333") == []
    abroad = story.client(OTHER_ACCOUNT, OTHER_REGION)
    assert abroad.list_backup_jobs(ByAccountId="*")["BackupJobs"] == []
    assert management.list_backup_jobs(ByAccountId="*")["BackupJobs"][0]["AccountId"] == ACCOUNT


@pytest.mark.behaviour(
    "job-unknown-is-not-found",
    "copy-job-unknown-is-not-found",
    "hold-unknown-is-not-found",
    "restore-job-unknown-is-not-found",
)
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("describe_backup_job", {"BackupJobId": "none"}),
        ("stop_backup_job", {"BackupJobId": "none"}),
        ("describe_copy_job", {"CopyJobId": "none"}),
        ("describe_restore_job", {"RestoreJobId": "none"}),
        ("get_restore_job_metadata", {"RestoreJobId": "none"}),
        ("put_restore_validation_result", {"RestoreJobId": "none", "ValidationStatus": "FAILED"}),
        ("describe_recovery_point", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("delete_recovery_point", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("disassociate_recovery_point", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("update_recovery_point_lifecycle", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("get_recovery_point_restore_metadata", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("get_restore_testing_inferred_metadata", {"BackupVaultName": "acme", "RecoveryPointArn": "arn:none"}),
        ("list_recovery_points_by_backup_vault", {"BackupVaultName": "none"}),
        ("list_protected_resources_by_backup_vault", {"BackupVaultName": "none"}),
        ("get_legal_hold", {"LegalHoldId": "none"}),
        ("cancel_legal_hold", {"LegalHoldId": "none", "CancelDescription": "over"}),
        ("get_restore_testing_plan", {"RestoreTestingPlanName": "none"}),
        ("list_restore_testing_selections", {"RestoreTestingPlanName": "none"}),
    ],
)
def test_what_is_not_there_is_not_found(story: Story, operation: str, members: dict[str, Any]) -> None:
    assert refusal(getattr(story.client(), operation), **members) == "ResourceNotFoundException"


@pytest.mark.behaviour("tags-added")
def test_recovery_points_have_tags_that_can_be_changed(story: Story) -> None:
    backup, point = story.client(), story.back_up(VOLUME)["RecoveryPointArn"]
    assert point.startswith("arn:aws:ec2:")
    backup.tag_resource(ResourceArn=point, Tags={"case": "7"})
    assert backup.list_tags(ResourceArn=point)["Tags"] == {"Backup": "daily", "case": "7"}
    backup.untag_resource(ResourceArn=point, TagKeyList=["Backup"])
    assert backup.list_tags(ResourceArn=point)["Tags"] == {"case": "7"}


@pytest.mark.behaviour("point-partial")
def test_a_partial_recovery_point_is_what_a_closed_window_leaves(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html, Status"""
    story.service.fault("backup-is-partial", TABLE)
    job = story.back_up(TABLE, StartWindowMinutes=60, CompleteWindowMinutes=120)
    assert (job["State"], story.points()) == ("RUNNING", [])
    story.advance(hours=1)
    assert story.client().describe_backup_job(BackupJobId=job["BackupJobId"])["State"] == "EXPIRED"
    (point,) = story.points()
    assert (point["Status"], point["StatusMessage"]) == ("PARTIAL", "Backup job expired before completion.")
    assert restore(story, point["RecoveryPointArn"], TO_TABLE)["Status"] == "COMPLETED"
    assert story.cloud.contents(ACCOUNT, REGION, NEW_TABLE) == ROWS


@pytest.mark.behaviour("point-partial")
def test_a_continuous_backup_is_never_partial(story: Story) -> None:
    story.plan(rule(**{**CONTINUOUS, "CompletionWindowMinutes": 60}), selection={"Resources": [DATABASE]})
    story.advance(days=1)
    story.service.fault("backup-is-partial", DATABASE)
    story.advance(days=1)
    assert [point["Status"] for point in story.points()] == ["AVAILABLE"]


@pytest.mark.behaviour("point-stopped")
def test_after_a_continuous_backup_stopped_the_next_run_begins_a_new_one(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html, Status"""
    story.plan(CONTINUOUS, selection={"Resources": [DATABASE]})
    story.advance(days=1)
    (first,) = story.points()
    story.service.fault("continuous-backup-stops", DATABASE)
    story.advance(days=2)
    renewed, stopped = story.points()
    assert (renewed["Status"], stopped["Status"]) == ("AVAILABLE", "STOPPED")
    assert stopped["RecoveryPointArn"] == first["RecoveryPointArn"]
    assert stopped["CompletionDate"] == first["CompletionDate"]


@pytest.mark.behaviour("lock-keeps-points")
def test_in_a_locked_vault_a_continuous_backup_is_not_disassociated(story: Story) -> None:
    story.plan(CONTINUOUS, selection={"Resources": [DATABASE]})
    story.advance(days=1)
    story.client().put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=30)
    known = {"BackupVaultName": "acme", "RecoveryPointArn": story.points()[0]["RecoveryPointArn"]}
    assert refusal(story.client().disassociate_recovery_point, **known) == "InvalidRequestException"
    assert story.points()[0]["Status"] == "AVAILABLE"


@pytest.mark.behaviour("hold-not-of-copies-and-continuous")
def test_a_legal_hold_holds_no_copy_and_no_continuous_backup(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/legalhold.html"""
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    action = {
        "DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION),
        "Lifecycle": {"DeleteAfterDays": 9},
    }
    plan_id = story.plan(
        rule(Lifecycle={"DeleteAfterDays": 9}, CopyActions=[action]),
        rule("continuous", "cron(0 12 * * ? *)", EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 9}),
        selection={"Resources": [DATABASE]},
    )
    story.advance(days=1)
    (chosen,) = story.client().list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    story.client().delete_backup_selection(BackupPlanId=plan_id, SelectionId=chosen["SelectionId"])
    story.client().create_legal_hold(Title="t", Description="d")
    assert sorted(point["Status"] for point in story.points()) == ["AVAILABLE", "COMPLETED"]
    assert len(story.points("copies", region=OTHER_REGION)) == 1
    story.advance(days=10)
    assert [point["Status"] for point in story.points()] == ["COMPLETED"]
    assert story.points("copies", region=OTHER_REGION) == []


@pytest.mark.behaviour("point-expired")
def test_an_expired_recovery_point_can_be_restored(story: Story) -> None:
    point = story.back_up(BUCKET)["RecoveryPointArn"]
    story.service.fault("deletion-fails", point)
    story.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    assert story.point(point)["Status"] == "EXPIRED"
    to = {"DestinationBucketName": "acme-restored", "NewBucket": "true"}
    assert restore(story, point, to)["Status"] == "COMPLETED"


@pytest.mark.behaviour("continuous-new-retention")
@pytest.mark.parametrize(
    ("arn", "kept"), [(DATABASE, [("AVAILABLE", 20)]), (BUCKET, [("AVAILABLE", 20), ("STOPPED", 7)])]
)
def test_another_retention_of_a_continuous_rule_counts_from_its_next_run(
    story: Story, arn: str, kept: list[tuple[str, int]]
) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html"""

    def continuous(days: int) -> dict[str, Any]:
        return rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": days})

    def shown() -> list[tuple[str, int]]:
        return [(point["Status"], point["Lifecycle"]["DeleteAfterDays"]) for point in story.points()]

    plan_id = story.plan(continuous(7), selection={"Resources": [arn]})
    story.advance(days=1)
    body = {"BackupPlanName": "plan", "Rules": [continuous(20)]}
    story.client().update_backup_plan(BackupPlanId=plan_id, BackupPlan=body)
    assert shown() == [("AVAILABLE", 7)]
    story.advance(days=1)
    assert shown() == kept
    assert len({point["RecoveryPointArn"] for point in story.points()}) == len(kept)
    story.advance(days=7)
    assert shown() == kept[:1]
