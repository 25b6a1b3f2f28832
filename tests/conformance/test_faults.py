"""What goes wrong on request, and shows as AWS shows it."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps_local.backup.faults import UnknownFaultError

from .conftest import ACCOUNT, OTHER_REGION, REGION, ROLE, TABLE, VOLUME, Story, key_arn, refusal, rule, vault_arn
from .test_restores import NEW_TABLE, TO_TABLE, restore


@pytest.mark.behaviour("fault-jobs")
def test_a_failing_job(story: Story) -> None:
    story.service.fault("backup-fails", TABLE, message="Throttled by DynamoDB")
    failed, fine = story.back_up(TABLE), story.back_up(TABLE)
    assert [failed["State"], fine["State"]] == ["FAILED", "COMPLETED"]
    assert failed["StatusMessage"] == "Throttled by DynamoDB"
    assert "RecoveryPointArn" not in failed


@pytest.mark.behaviour("fault-jobs")
def test_a_fault_is_for_its_target_and_its_times(story: Story) -> None:
    story.service.fault("backup-fails", "arn:aws:dynamodb:*", times=2)
    story.service.fault("backup-fails", VOLUME, times=None)
    states = [story.back_up(arn)["State"] for arn in (VOLUME, TABLE, TABLE, TABLE, VOLUME)]
    assert states == ["FAILED", "FAILED", "FAILED", "COMPLETED", "FAILED"]


@pytest.mark.behaviour("fault-jobs")
def test_a_job_that_never_starts(story: Story) -> None:
    story.service.fault("backup-never-starts", TABLE)
    job = story.back_up(TABLE)
    assert job["State"] == "CREATED"
    story.advance(hours=7)
    job = story.client().describe_backup_job(BackupJobId=job["BackupJobId"])
    assert (job["State"], job["CompletionDate"]) == ("EXPIRED", job["StartBy"])


@pytest.mark.behaviour("fault-jobs")
def test_a_job_that_hangs_holds_up_its_resource_until_its_window_closes(story: Story) -> None:
    story.service.fault("backup-stuck", TABLE)
    stuck = story.back_up(TABLE, StartWindowMinutes=60, CompleteWindowMinutes=180)
    waiting = story.back_up(TABLE)
    assert (stuck["State"], waiting["State"]) == ("RUNNING", "PENDING")
    story.advance(hours=2)
    states = [story.client().describe_backup_job(BackupJobId=job["BackupJobId"])["State"] for job in (stuck, waiting)]
    assert states == ["EXPIRED", "COMPLETED"]


@pytest.mark.behaviour("fault-jobs")
def test_a_run_that_is_missed_is_silent(story: Story) -> None:
    story.plan(rule(), rule("noon", "cron(0 12 * * ? *)"), selection={"Resources": [TABLE]})
    story.service.fault("run-is-missed", "plan/nightly")
    story.events.clear()
    story.advance(hours=11)
    assert (story.points(), story.events) == ([], [])
    assert "LastExecutionDate" not in story.client().list_backup_plans()["BackupPlansList"][0]
    story.advance(days=1)
    assert [point["CreatedBy"]["BackupRuleName"] for point in story.points()] == ["nightly", "noon"]


@pytest.mark.behaviour("event-completed-with-issues", "fault-jobs", "job-issues-category")
def test_completed_with_issues(story: Story) -> None:
    """A state of the console only: COMPLETED with a message, and never among those of the category SUCCESS.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """
    story.service.fault("backup-has-issues", TABLE, message="2 objects were skipped")
    job = story.back_up(TABLE)
    assert (job["State"], job["StatusMessage"]) == ("COMPLETED", "2 objects were skipped")
    assert "MessageCategory" not in job
    assert story.told("Backup Job State Change")[-1]["statusMessage"] == '"2 objects were skipped"'
    fine = story.back_up(TABLE)
    listed = story.client().list_backup_jobs(ByMessageCategory="SUCCESS")["BackupJobs"]
    assert [each["BackupJobId"] for each in listed] == [fine["BackupJobId"]]
    story.service.fault("backup-has-issues", TABLE)
    assert story.back_up(TABLE)["StatusMessage"] == "Completed with issues"


@pytest.mark.behaviour("fault-jobs")
def test_copies_that_fail_or_hang(story: Story) -> None:
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    asked = {
        "RecoveryPointArn": story.back_up(TABLE)["RecoveryPointArn"],
        "SourceBackupVaultName": "acme",
        "DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION),
        "IamRoleArn": ROLE,
    }
    story.service.fault("copy-fails", TABLE, message="Access denied exception while trying to list tags")
    story.client().start_copy_job(**asked)
    story.advance(hours=1)
    (failed,) = story.client().list_copy_jobs(ByState="FAILED")["CopyJobs"]
    assert failed["StatusMessage"] == "Access denied exception while trying to list tags"
    story.service.fault("copy-stuck", TABLE)
    stuck = story.client().start_copy_job(**asked)["CopyJobId"]
    story.advance(days=2)
    assert story.client().describe_copy_job(CopyJobId=stuck)["CopyJob"]["State"] == "RUNNING"


@pytest.mark.behaviour("fault-jobs")
def test_restores_that_fail_or_hang(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.service.fault("restore-fails", TABLE, message="No capacity")
    failed = restore(story, point, TO_TABLE)
    assert (failed["Status"], failed["StatusMessage"]) == ("FAILED", "No capacity")
    story.service.fault("restore-stuck", TABLE)
    assert restore(story, point, TO_TABLE)["Status"] == "RUNNING"


@pytest.mark.behaviour("fault-restores")
def test_a_restore_that_comes_back_empty(story: Story) -> None:
    story.service.fault("restore-comes-back-empty", TABLE)
    assert restore(story, story.back_up(TABLE)["RecoveryPointArn"], TO_TABLE)["Status"] == "COMPLETED"
    assert story.cloud.contents(ACCOUNT, REGION, NEW_TABLE) == {}


@pytest.mark.behaviour("fault-restores")
def test_a_restore_with_the_wrong_key(story: Story) -> None:
    story.service.fault("restore-has-wrong-key", TABLE, value="arn:wrong")
    metadata = {**TO_TABLE, "encryptionType": "KMS", "kmsMasterKeyArn": key_arn()}
    assert restore(story, story.back_up(TABLE)["RecoveryPointArn"], metadata)["Status"] == "COMPLETED"
    restored = story.cloud.find(ACCOUNT, REGION, NEW_TABLE)
    assert restored is not None
    assert restored.key_arn == "arn:wrong"


@pytest.mark.behaviour("point-expired")
def test_a_deletion_that_fails(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html, EXPIRED"""
    story.service.fault("deletion-fails", message="no service-linked role")
    point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 1})["RecoveryPointArn"]
    story.advance(days=1)
    found = story.point(point)
    assert (found["Status"], found["StatusMessage"]) == ("EXPIRED", "no service-linked role")
    assert story.told("Recovery Point State Change")[-1]["status"] == "EXPIRED"


@pytest.mark.behaviour("throttling", "fault-calls")
def test_throttled_calls_succeed_when_tried_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/CommonErrors.html"""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    story.service.fault("call-throttled", "ListBackup*", times=2)
    assert story.client().list_backup_vaults()["ResponseMetadata"]["RetryAttempts"] == 2
    story.service.fault("call-throttled", "CreateBackupVault", times=None)
    with pytest.raises(ClientError, match="Rate exceeded"):
        story.client().create_backup_vault(BackupVaultName="other")


@pytest.mark.behaviour("trail-refusals", "access-denied", "fault-calls")
def test_denied_calls(story: Story) -> None:
    story.service.fault("call-denied", "StartBackupJob")
    asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE}
    assert refusal(story.client().start_backup_job, **asked) == "AccessDeniedException"
    told = story.told("AWS API Call via CloudTrail")[-1]
    assert (told["eventName"], told["errorCode"]) == ("StartBackupJob", "AccessDenied")
    assert story.client().start_backup_job(**asked)["BackupJobId"]


JOBS = "Backup Job State Change"


def states(story: Story) -> list[Any]:
    return [detail["state"] for detail in story.told(JOBS)]


@pytest.mark.behaviour("fault-events")
def test_an_event_that_is_lost(story: Story) -> None:
    story.service.fault("event-lost", JOBS)
    story.back_up(TABLE)
    assert states(story) == ["RUNNING", "COMPLETED"]


@pytest.mark.behaviour("fault-events")
def test_an_event_that_comes_twice_is_the_same_event(story: Story) -> None:
    story.service.fault("event-doubled", JOBS)
    story.back_up(TABLE)
    assert states(story) == ["CREATED", "CREATED", "RUNNING", "COMPLETED"]
    first, second = [event.id for event in story.events if event.detail_type == JOBS][:2]
    assert first == second


@pytest.mark.behaviour("fault-events")
def test_an_event_that_is_late_tells_when_it_happened(story: Story) -> None:
    story.service.fault("event-late", JOBS, delay=timedelta(hours=3))
    story.back_up(TABLE)
    assert states(story) == ["RUNNING", "COMPLETED"]
    story.advance(hours=3)
    assert states(story) == ["RUNNING", "COMPLETED", "CREATED"]
    assert story.events[-1].time < story.events[-2].time


@pytest.mark.behaviour("fault-events")
def test_an_event_is_15_minutes_late_where_nothing_else_is_asked_for(story: Story) -> None:
    story.service.fault("event-late", JOBS)
    story.client().start_backup_job(BackupVaultName="acme", IamRoleArn=ROLE, ResourceArn=TABLE)
    story.advance(minutes=14)
    assert states(story) == ["RUNNING", "COMPLETED"]
    story.advance(minutes=1)
    assert states(story) == ["RUNNING", "COMPLETED", "CREATED"]


@pytest.mark.behaviour("fault-events")
def test_events_that_come_in_another_order(story: Story) -> None:
    story.service.fault("event-reordered", JOBS)
    story.back_up(TABLE)
    assert [(event.detail_type, event.detail.get("state")) for event in story.events][-6:-3] == [
        ("AWS API Call via CloudTrail", None),
        (JOBS, "CREATED"),
        (JOBS, "RUNNING"),
    ]


@pytest.mark.behaviour("fault-jobs")
def test_a_fault_that_is_none_is_refused(story: Story) -> None:
    with pytest.raises(UnknownFaultError, match="backup-fails"):
        story.service.fault("backup-explodes")
