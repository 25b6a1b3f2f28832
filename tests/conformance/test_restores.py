"""Restores, and restore tests.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import (
    ACCOUNT,
    BUCKET,
    DATABASE,
    FILES,
    REGION,
    ROLE,
    ROWS,
    TABLE,
    VOLUME,
    Story,
    refusal,
    vault_arn,
)

NEW_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders-2"
TO_TABLE = {"targetTableName": "orders-2"}


def restore(story: Story, point_arn: str, metadata: dict[str, str], **members: Any) -> dict[str, Any]:
    started = story.client().start_restore_job(
        RecoveryPointArn=point_arn, Metadata=metadata, IamRoleArn=ROLE, **members
    )
    story.advance(hours=1)
    return dict(story.client().describe_restore_job(RestoreJobId=started["RestoreJobId"]))


@pytest.mark.behaviour("protected-resource-last-restore", "restore-byte-for-byte")
def test_the_data_come_back_byte_for_byte(story: Story) -> None:
    point = story.back_up(TABLE)
    story.cloud.write(ACCOUNT, REGION, TABLE, {"1": b"changed since"})
    job = restore(story, point["RecoveryPointArn"], TO_TABLE)
    assert (job["Status"], job["CreatedResourceArn"], job["PercentDone"]) == ("COMPLETED", NEW_TABLE, "100.00%")
    assert (job["SourceResourceArn"], job["BackupVaultArn"]) == (TABLE, vault_arn())
    assert job["RecoveryPointCreationDate"] == point["CreationDate"]
    assert story.cloud.contents(ACCOUNT, REGION, NEW_TABLE) == ROWS
    used = story.client().get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])
    assert used["Metadata"] == TO_TABLE
    protected = story.client().describe_protected_resource(ResourceArn=TABLE)
    assert protected["LatestRestoreExecutionTimeMinutes"] == 21
    assert story.point(point["RecoveryPointArn"])["LastRestoreTime"] == job["CompletionDate"]


@pytest.mark.behaviour("restore-s3")
def test_into_a_bucket_that_is_there(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html"""
    point = story.back_up(BUCKET)["RecoveryPointArn"]
    story.cloud.write(ACCOUNT, REGION, BUCKET, {"b.pdf": b"new"})
    job = restore(story, point, {"DestinationBucketName": "acme-invoices"})
    assert job["CreatedResourceArn"] == BUCKET
    assert story.cloud.contents(ACCOUNT, REGION, BUCKET) == {"a.pdf": b"%PDF", "b.pdf": b"new"}


@pytest.mark.behaviour("restore-not-over-what-exists")
def test_what_exists_fails_the_job(story: Story) -> None:
    job = restore(story, story.back_up(TABLE)["RecoveryPointArn"], {"targetTableName": "orders"})
    assert (job["Status"], "already exists" in job["StatusMessage"]) == ("FAILED", True)


@pytest.mark.behaviour("restore-copies-tags")
def test_tags_come_along_on_request(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html"""
    point = story.back_up(TABLE)["RecoveryPointArn"]
    restore(story, point, TO_TABLE, CopySourceTagsToRestoredResource=True)
    restore(story, point, {"targetTableName": "orders-3"})
    found = [story.cloud.find(ACCOUNT, REGION, TABLE.replace("orders", name)) for name in ("orders-2", "orders-3")]
    assert [each.tags if each else None for each in found] == [{"backup": "daily", "app": "shop"}, {}]


@pytest.mark.behaviour("restore-retry")
def test_same_token_is_the_same_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    first, again = (restore(story, point, TO_TABLE, IdempotencyToken="one") for _ in range(2))
    assert first["RestoreJobId"] == again["RestoreJobId"]


@pytest.mark.behaviour("restore-refused")
def test_refused_at_the_call(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html#API_StartRestoreJob_Errors"""
    start, point = story.client().start_restore_job, story.back_up(TABLE)["RecoveryPointArn"]
    asked: dict[str, Any] = {"RecoveryPointArn": point, "Metadata": TO_TABLE}
    assert refusal(start, **{**asked, "RecoveryPointArn": "arn:none"}) == "ResourceNotFoundException"
    assert refusal(start, **{**asked, "Metadata": {}}) == "InvalidParameterValueException"
    assert refusal(start, **asked, ResourceType="S3") == "InvalidParameterValueException"
    assert refusal(start, **asked, IamRoleArn="role") == "InvalidParameterValueException"
    assert refusal(story.client().describe_restore_job, RestoreJobId="none") == "ResourceNotFoundException"
    assert story.client().list_restore_jobs()["RestoreJobs"] == []


@pytest.mark.behaviour("restore-needs-its-point", "restore-jobs-of-a-resource")
def test_a_recovery_point_that_goes_meanwhile_fails_the_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.client().start_restore_job(RecoveryPointArn=point, Metadata=TO_TABLE)
    story.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    story.advance(hours=1)
    (job,) = story.client().list_restore_jobs_by_protected_resource(ResourceArn=TABLE)["RestoreJobs"]
    assert (job["Status"], job["PercentDone"]) == ("FAILED", "0.00%")
    assert story.client().list_restore_jobs(ByStatus="FAILED", ByResourceType="DynamoDB")["RestoreJobs"] == [job]
    assert story.client().list_restore_jobs_by_protected_resource(ResourceArn=VOLUME)["RestoreJobs"] == []

    def listed(**filters: object) -> list[Any]:
        by_resource = story.client().list_restore_jobs_by_protected_resource
        return list(by_resource(ResourceArn=TABLE, **filters)["RestoreJobs"])

    created = job["RecoveryPointCreationDate"]
    earlier, later = created - timedelta(seconds=1), created + timedelta(seconds=1)
    assert listed(ByStatus="FAILED") == listed(ByRecoveryPointCreationDateAfter=earlier) == [job]
    assert listed(ByRecoveryPointCreationDateBefore=later) == [job]
    assert listed(ByStatus="COMPLETED") == listed(ByRecoveryPointCreationDateAfter=later) == []
    assert listed(ByRecoveryPointCreationDateBefore=earlier) == []


@pytest.mark.behaviour("restore-needs-its-point")
def test_a_recovery_point_that_goes_while_it_is_restored_fails_the_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    job = story.client().start_restore_job(RecoveryPointArn=point, Metadata=TO_TABLE)["RestoreJobId"]
    story.advance(minutes=5)
    assert story.client().describe_restore_job(RestoreJobId=job)["Status"] == "RUNNING"
    story.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    story.advance(hours=1)
    failed = story.client().describe_restore_job(RestoreJobId=job)
    assert (failed["Status"], failed["StatusMessage"]) == ("FAILED", f"Recovery point {point} does not exist")
    assert story.cloud.find(ACCOUNT, REGION, NEW_TABLE) is None


@pytest.mark.behaviour("point-knows-its-resource")
def test_metadata_of_the_backup_are_known(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRecoveryPointRestoreMetadata.html"""
    point = story.back_up(FILES)["RecoveryPointArn"]
    known = story.client().get_recovery_point_restore_metadata(BackupVaultName="acme", RecoveryPointArn=point)
    assert (known["RestoreMetadata"], known["ResourceType"]) == ({"file-system-id": "fs-1"}, "EFS")


@pytest.mark.behaviour("restore-rds")
def test_an_instance_is_restored_with_what_the_backup_knows(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-rds.html"""
    job = restore(story, story.back_up(DATABASE)["RecoveryPointArn"], {"DBInstanceIdentifier": "crm-2"})
    assert job["CreatedResourceArn"] == DATABASE.replace("crm", "crm-2")
