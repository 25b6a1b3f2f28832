"""Backup jobs. https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html"""

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
    days,
    key_arn,
    refusal,
    rule,
    vault_arn,
)


@pytest.mark.behaviour("job-makes-a-point", "job-on-demand", "job-message-category")
def test_on_demand_backup_ends_with_a_recovery_point(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html"""
    job = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 7}, RecoveryPointTags={"why": "release"})
    assert (job["State"], job["PercentDone"], job["ResourceType"]) == ("COMPLETED", "100.0", "DynamoDB")
    assert job["MessageCategory"] == "SUCCESS"
    assert job["BackupSizeInBytes"] == sum(map(len, ROWS.values()))
    point = story.point(job["RecoveryPointArn"])
    assert point["CreationDate"] == job["CreationDate"]
    assert days(point["CalculatedLifecycle"]["DeleteAt"], point["CreationDate"]) == 7
    assert (point["IamRoleArn"], point["ResourceName"], point["StorageClass"]) == (ROLE, "orders", "WARM")
    assert "CreatedBy" not in point


@pytest.mark.behaviour("tags-of-the-resource")
def test_tags_of_the_resource_and_of_the_job_are_on_the_recovery_point(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/tags-on-backups.html"""
    point = story.back_up(VOLUME, RecoveryPointTags={"why": "release"})["RecoveryPointArn"]
    assert story.client().list_tags(ResourceArn=point)["Tags"] == {"Backup": "daily", "why": "release"}
    story.client().tag_resource(ResourceArn=point, Tags={"hold": "1"})
    story.client().untag_resource(ResourceArn=point, TagKeyList=["why"])
    assert story.client().list_tags(ResourceArn=point)["Tags"] == {"Backup": "daily", "hold": "1"}


@pytest.mark.behaviour("dynamodb-advanced-features")
def test_fully_managed_types_have_the_key_of_the_vault_others_their_own(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"""
    assert story.point(story.back_up(BUCKET)["RecoveryPointArn"])["EncryptionKeyArn"] == key_arn()
    assert story.point(story.back_up(VOLUME)["RecoveryPointArn"])["EncryptionKeyArn"] == "arn:of:its:own:key"
    assert story.point(story.back_up(TABLE)["RecoveryPointArn"])["EncryptionKeyArn"] == key_arn()
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    plain = story.point(story.back_up(TABLE)["RecoveryPointArn"])
    assert (plain["IsEncrypted"], "EncryptionKeyArn" in plain) == (False, False)


@pytest.mark.behaviour("job-knows-its-point")
def test_efs_knows_its_recovery_point_at_once(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html, RecoveryPointArn"""
    members = {"BackupVaultName": "acme", "IamRoleArn": ROLE}
    started = story.client().start_backup_job(ResourceArn=FILES, **members)
    assert "RecoveryPointArn" not in story.client().start_backup_job(ResourceArn=VOLUME, **members)
    story.advance(hours=1)
    assert story.point(started["RecoveryPointArn"])["ResourceArn"] == FILES


@pytest.mark.behaviour("job-retry")
def test_same_token_is_the_same_job(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html, IdempotencyToken"""
    first, again, other = (story.back_up(TABLE, IdempotencyToken=token)["BackupJobId"] for token in "aab")
    assert first == again != other
    assert len(story.points()) == 2


@pytest.mark.behaviour("rule-retries", "quota-jobs")
def test_a_job_waits_for_the_one_that_runs(story: Story) -> None:
    """One job at a time for a resource: https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""
    members = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE}
    jobs = [story.client().start_backup_job(**members)["BackupJobId"] for _ in range(2)]
    story.advance(minutes=5)
    states = [story.client().describe_backup_job(BackupJobId=job)["State"] for job in jobs]
    assert states == ["RUNNING", "PENDING"]
    story.advance(minutes=30)
    assert len(story.points()) == 2


@pytest.mark.behaviour("rule-retries")
def test_a_job_that_waits_tries_every_ten_minutes(story: Story) -> None:
    story.service.fault("backup-stuck", TABLE)
    members = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE}
    first, waiting = (story.client().start_backup_job(**members)["BackupJobId"] for _ in range(2))
    story.advance(minutes=45)
    story.client().stop_backup_job(BackupJobId=first)
    assert story.client().describe_backup_job(BackupJobId=waiting)["State"] == "PENDING"
    story.advance(minutes=10)
    assert story.client().describe_backup_job(BackupJobId=waiting)["State"] == "RUNNING"


@pytest.mark.behaviour("rule-retries", "event-expired-words")
def test_a_start_window_that_closes_expires_the_job(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html, the EXPIRED sample"""
    story.service.fault("backup-stuck", TABLE)
    members = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE}
    story.client().start_backup_job(**members)
    late = story.client().start_backup_job(**members, StartWindowMinutes=60)["BackupJobId"]
    story.advance(minutes=59)
    assert story.client().describe_backup_job(BackupJobId=late)["State"] == "PENDING"
    story.advance(minutes=1)
    job = story.client().describe_backup_job(BackupJobId=late)
    assert (job["State"], job["StatusMessage"]) == (
        "EXPIRED",
        "Backup job failed because there was a running job for the same resource.",
    )


@pytest.mark.behaviour("rule-completion-window", "job-complete-window")
def test_a_completion_window_that_closes_expires_the_job(story: Story) -> None:
    """Counted from when it was scheduled: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html"""
    story.service.fault("backup-stuck", TABLE)
    job = story.back_up(TABLE, StartWindowMinutes=60, CompleteWindowMinutes=120)
    assert job["State"] == "RUNNING"
    story.advance(hours=1)
    job = story.client().describe_backup_job(BackupJobId=job["BackupJobId"])
    assert (job["State"], job["StatusMessage"]) == ("EXPIRED", "Backup job expired before completion.")
    assert story.points() == []
    assert story.back_up(TABLE)["State"] == "COMPLETED"


@pytest.mark.behaviour("job-stopped")
def test_stopping(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StopBackupJob.html: not for RDS, and others"""
    backup = story.client()
    members = {"BackupVaultName": "acme", "IamRoleArn": ROLE}
    job = backup.start_backup_job(ResourceArn=TABLE, **members)["BackupJobId"]
    unstoppable = backup.start_backup_job(ResourceArn=DATABASE, **members)["BackupJobId"]
    story.advance(minutes=2)
    backup.stop_backup_job(BackupJobId=job)
    assert refusal(backup.stop_backup_job, BackupJobId=unstoppable) == "InvalidRequestException"
    story.advance(hours=1)
    assert backup.describe_backup_job(BackupJobId=job)["State"] == "ABORTED"
    assert refusal(backup.stop_backup_job, BackupJobId=job) == "InvalidRequestException"
    assert refusal(backup.stop_backup_job, BackupJobId="none") == "ResourceNotFoundException"
    assert [point["ResourceArn"] for point in story.points()] == [DATABASE]


@pytest.mark.behaviour("job-finds-what-is-missing")
def test_what_a_job_finds_missing_fails_it(story: Story) -> None:
    """The vault: https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html, the FAILED sample"""
    backup = story.client()
    backup.create_backup_vault(BackupVaultName="brief")
    job = backup.start_backup_job(BackupVaultName="brief", IamRoleArn=ROLE, ResourceArn=TABLE)["BackupJobId"]
    backup.delete_backup_vault(BackupVaultName="brief")
    story.advance(hours=1)
    described = backup.describe_backup_job(BackupJobId=job)
    message = f"Backup job failed because backup vault {vault_arn('brief')} does not exist."
    assert (described["State"], described["StatusMessage"]) == ("FAILED", message)
    assert story.back_up(VOLUME.replace("vol-1", "vol-2"))["State"] == "FAILED"


@pytest.mark.behaviour("job-finds-what-is-missing")
def test_what_goes_while_a_job_runs_fails_it(story: Story) -> None:
    backup, jobs = story.client(), []
    backup.create_backup_vault(BackupVaultName="brief")
    for arn, vault in ((TABLE, "brief"), (VOLUME, "acme")):
        started = backup.start_backup_job(BackupVaultName=vault, IamRoleArn=ROLE, ResourceArn=arn)
        jobs.append(started["BackupJobId"])
    story.advance(minutes=5)
    backup.delete_backup_vault(BackupVaultName="brief")
    story.cloud.remove(ACCOUNT, REGION, VOLUME)
    story.advance(hours=1)
    described = [backup.describe_backup_job(BackupJobId=job) for job in jobs]
    assert [job["State"] for job in described] == ["FAILED", "FAILED"]
    assert [job["StatusMessage"] for job in described] == [
        f"{vault_arn('brief')} does not exist",
        f"{VOLUME} does not exist",
    ]


@pytest.mark.behaviour("job-refused")
@pytest.mark.parametrize(
    "windows",
    [
        {"StartWindowMinutes": 60, "CompleteWindowMinutes": 60},
        {"StartWindowMinutes": 52_560_000},
        {"CompleteWindowMinutes": 1},
    ],
)
def test_windows_up_to_the_bounds_are_taken(story: Story, windows: dict[str, int]) -> None:
    asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE, **windows}
    assert story.client().start_backup_job(**asked)["BackupJobId"]


@pytest.mark.behaviour("role-at-job-time")
def test_a_role_that_cannot_be_assumed_any_more_fails_the_job(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""
    story.client().start_backup_job(BackupVaultName="acme", IamRoleArn=ROLE, ResourceArn=TABLE)
    story.service.role_is_assumable = lambda arn: False
    story.advance(hours=1)
    (job,) = story.client().list_backup_jobs()["BackupJobs"]
    assert (job["State"], job["StatusMessage"]) == ("FAILED", f"IAM Role {ROLE} cannot be assumed by AWS Backup")


@pytest.mark.behaviour("job-refused")
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"BackupVaultName": "none"}, "ResourceNotFoundException"),
        ({"ResourceArn": "arn:aws:sqs:eu-west-1:111111111111:queue"}, "InvalidParameterValueException"),
        ({"IamRoleArn": "arn:aws:iam::222222222222:role/theirs"}, "InvalidParameterValueException"),
        ({"StartWindowMinutes": 59}, "InvalidParameterValueException"),
        ({"StartWindowMinutes": 120, "CompleteWindowMinutes": 119}, "InvalidParameterValueException"),
        ({"CompleteWindowMinutes": 0}, "InvalidParameterValueException"),
        ({"Lifecycle": {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 90}}, "InvalidParameterValueException"),
    ],
)
def test_refused_at_the_call(story: Story, members: dict[str, object], code: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html#API_StartBackupJob_Errors"""
    asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": TABLE, **members}
    assert refusal(story.client().start_backup_job, **asked) == code
    assert story.client().list_backup_jobs()["BackupJobs"] == []


@pytest.mark.behaviour("lock-fails-the-job")
@pytest.mark.parametrize(
    ("lifecycle", "state"),
    [
        ({"DeleteAfterDays": 6}, "FAILED"),
        ({"DeleteAfterDays": 7}, "COMPLETED"),
        ({"DeleteAfterDays": 30}, "COMPLETED"),
        ({"DeleteAfterDays": 31}, "FAILED"),
        ({}, "FAILED"),
    ],
)
def test_a_vault_lock_refuses_when_the_job_runs(story: Story, lifecycle: dict[str, int], state: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html"""
    story.client().put_backup_vault_lock_configuration(
        BackupVaultName="acme", MinRetentionDays=7, MaxRetentionDays=30, ChangeableForDays=3
    )
    assert story.back_up(TABLE, Lifecycle=lifecycle)["State"] == state


@pytest.mark.behaviour("lock-without-a-maximum")
def test_a_lock_without_a_maximum_takes_what_is_kept_for_ever(story: Story) -> None:
    story.client().put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=7)
    assert story.back_up(TABLE)["State"] == "COMPLETED"


@pytest.mark.behaviour("jobs-listed")
def test_jobs_are_listed_newest_first_and_by_what_is_asked(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html"""
    table, volume = story.back_up(TABLE), story.back_up(VOLUME)
    backup = story.client()

    def listed(**filters: object) -> list[str]:
        return [job["BackupJobId"] for job in backup.list_backup_jobs(**filters)["BackupJobs"]]

    newest = [volume["BackupJobId"], table["BackupJobId"]]
    assert listed() == newest
    assert listed(ByResourceArn=TABLE) == listed(ByResourceType="DynamoDB") == newest[1:]
    assert listed(ByCreatedAfter=table["CreationDate"]) == newest[:1]
    assert listed(ByCreatedBefore=volume["CreationDate"]) == newest[1:]
    assert listed(ByState="FAILED") == listed(ByBackupVaultName="none") == listed(ByAccountId="222222222222") == []
    assert listed(ByMessageCategory="AccessDenied") == listed(ByParentJobId="none") == []
    assert listed(ByState="COMPLETED") == listed(ByBackupVaultName="acme") == listed(ByAccountId=ACCOUNT) == newest
    assert listed(ByMessageCategory="SUCCESS") == newest
    assert listed(ByCompleteAfter=table["CompletionDate"]) == newest[:1]
    assert listed(ByCompleteBefore=volume["CompletionDate"]) == newest[1:]
    first = backup.list_backup_jobs(MaxResults=1)
    second = backup.list_backup_jobs(MaxResults=1, NextToken=first["NextToken"])
    assert [first["BackupJobs"][0]["BackupJobId"], second["BackupJobs"][0]["BackupJobId"]] == newest
    assert "NextToken" not in second


@pytest.mark.behaviour("jobs-of-30-days")
def test_jobs_of_the_last_30_days_are_listed(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html; the recovery point stays"""
    job = story.back_up(TABLE)
    story.plan(rule())
    story.advance(days=29)
    assert job["BackupJobId"] in [each["BackupJobId"] for each in story.client().list_backup_jobs()["BackupJobs"]]
    story.advance(days=3)
    assert job["BackupJobId"] not in [each["BackupJobId"] for each in story.client().list_backup_jobs()["BackupJobs"]]
    assert story.point(job["RecoveryPointArn"])["Status"] == "COMPLETED"
