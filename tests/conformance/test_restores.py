"""Restores, and restore tests.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps_local.backup.resource_types import RESTORE_TEST

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
    rule,
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


def test_into_a_bucket_that_is_there(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html"""
    point = story.back_up(BUCKET)["RecoveryPointArn"]
    story.cloud.write(ACCOUNT, REGION, BUCKET, {"b.pdf": b"new"})
    job = restore(story, point, {"DestinationBucketName": "acme-invoices"})
    assert job["CreatedResourceArn"] == BUCKET
    assert story.cloud.contents(ACCOUNT, REGION, BUCKET) == {"a.pdf": b"%PDF", "b.pdf": b"new"}


def test_what_exists_fails_the_job(story: Story) -> None:
    job = restore(story, story.back_up(TABLE)["RecoveryPointArn"], {"targetTableName": "orders"})
    assert (job["Status"], "already exists" in job["StatusMessage"]) == ("FAILED", True)


def test_tags_come_along_on_request(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html"""
    point = story.back_up(TABLE)["RecoveryPointArn"]
    restore(story, point, TO_TABLE, CopySourceTagsToRestoredResource=True)
    restore(story, point, {"targetTableName": "orders-3"})
    found = [story.cloud.find(ACCOUNT, REGION, TABLE.replace("orders", name)) for name in ("orders-2", "orders-3")]
    assert [each.tags if each else None for each in found] == [{"backup": "daily", "app": "shop"}, {}]


def test_same_token_is_the_same_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    first, again = (restore(story, point, TO_TABLE, IdempotencyToken="one") for _ in range(2))
    assert first["RestoreJobId"] == again["RestoreJobId"]


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


def test_a_recovery_point_that_goes_meanwhile_fails_the_job(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.client().start_restore_job(RecoveryPointArn=point, Metadata=TO_TABLE)
    story.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    story.advance(hours=1)
    (job,) = story.client().list_restore_jobs_by_protected_resource(ResourceArn=TABLE)["RestoreJobs"]
    assert job["Status"] == "FAILED"
    assert story.client().list_restore_jobs(ByStatus="FAILED", ByResourceType="DynamoDB")["RestoreJobs"] == [job]
    assert story.client().list_restore_jobs_by_protected_resource(ResourceArn=VOLUME)["RestoreJobs"] == []


def test_metadata_of_the_backup_are_known(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRecoveryPointRestoreMetadata.html"""
    point = story.back_up(FILES)["RecoveryPointArn"]
    known = story.client().get_recovery_point_restore_metadata(BackupVaultName="acme", RecoveryPointArn=point)
    assert (known["RestoreMetadata"], known["ResourceType"]) == ({"file-system-id": "fs-1"}, "EFS")


PLAN = {
    "RestoreTestingPlanName": "weekly",
    "ScheduleExpression": "cron(0 9 ? * SUN *)",
    "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW",
        "IncludeVaults": ["*"],
        "RecoveryPointTypes": ["SNAPSHOT"],
        "SelectionWindowDays": 7,
    },
}


def selection(**members: Any) -> dict[str, Any]:
    return {
        "RestoreTestingSelectionName": "tables",
        "ProtectedResourceType": "DynamoDB",
        "ProtectedResourceArns": ["*"],
        "IamRoleArn": ROLE,
        "ValidationWindowHours": 2,
        **members,
    }


class TestRestoreTesting:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html"""

    def start(self, story: Story, plan: dict[str, Any] | None = None, **members: Any) -> None:
        story.plan(rule())
        story.client().create_restore_testing_plan(RestoreTestingPlan=plan or PLAN)
        story.client().create_restore_testing_selection(
            RestoreTestingPlanName="weekly", RestoreTestingSelection=selection(**members)
        )

    def run(self, story: Story) -> list[dict[str, Any]]:
        """Until an hour after the test of Sunday, the 4th."""
        story.advance(to=story.now + timedelta(days=3, hours=10))
        return list(story.client().list_restore_jobs()["RestoreJobs"])

    def test_the_latest_recovery_point_of_each_resource_is_restored_and_waits_for_a_verdict(self, story: Story) -> None:
        self.start(story)
        (job,) = self.run(story)
        latest = next(point for point in story.points() if point["ResourceArn"] == TABLE)
        assert (job["Status"], job["ValidationStatus"]) == ("COMPLETED", "VALIDATING")
        assert job["RecoveryPointArn"] == latest["RecoveryPointArn"]
        plan = story.client().get_restore_testing_plan(RestoreTestingPlanName="weekly")["RestoreTestingPlan"]
        assert job["CreatedBy"] == {"RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]}
        assert plan["LastExecutionTime"] == job["CreationDate"]
        restored = story.cloud.find(ACCOUNT, REGION, job["CreatedResourceArn"])
        assert restored is not None
        assert RESTORE_TEST in restored.tags
        assert f"table/{RESTORE_TEST}-" in restored.arn
        by_plan = story.client().list_restore_jobs(ByRestoreTestingPlanArn=plan["RestoreTestingPlanArn"])
        assert by_plan["RestoreJobs"] == [job]

    def test_a_verdict_ends_it_and_deletes_what_was_restored(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html"""
        self.start(story)
        (job,) = self.run(story)
        verdict = {
            "RestoreJobId": job["RestoreJobId"],
            "ValidationStatus": "FAILED",
            "ValidationStatusMessage": "3 rows",
        }
        answer = story.client().put_restore_validation_result(**verdict)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        job = story.client().describe_restore_job(RestoreJobId=job["RestoreJobId"])
        assert (job["ValidationStatus"], job["ValidationStatusMessage"]) == ("FAILED", "3 rows")
        assert job["DeletionStatus"] == "SUCCESSFUL"
        assert story.cloud.find(ACCOUNT, REGION, job["CreatedResourceArn"]) is None
        assert refusal(story.client().put_restore_validation_result, **verdict) == "InvalidRequestException"

    def test_without_a_verdict_it_times_out(self, story: Story) -> None:
        self.start(story)
        self.run(story)
        story.advance(hours=2)
        (job,) = story.client().list_restore_jobs()["RestoreJobs"]
        assert (job["ValidationStatus"], job["DeletionStatus"]) == ("TIMED_OUT", "SUCCESSFUL")

    def test_who_removes_the_tag_keeps_the_resource(self, story: Story) -> None:
        self.start(story)
        (job,) = self.run(story)
        arn = job["CreatedResourceArn"]
        story.cloud.add(ACCOUNT, REGION, arn, story.cloud.contents(ACCOUNT, REGION, arn))
        story.advance(hours=2)
        (job,) = story.client().list_restore_jobs()["RestoreJobs"]
        assert job["DeletionStatus"] == "FAILED"
        assert story.cloud.contents(ACCOUNT, REGION, arn) == ROWS

    def test_only_a_restore_test_gets_a_verdict(self, story: Story) -> None:
        job = restore(story, story.back_up(TABLE)["RecoveryPointArn"], TO_TABLE)
        verdict = {"RestoreJobId": job["RestoreJobId"], "ValidationStatus": "SUCCESSFUL"}
        assert refusal(story.client().put_restore_validation_result, **verdict) == "InvalidRequestException"

    @pytest.mark.parametrize(
        "narrowed",
        [
            {"SelectionWindowDays": 1, "IncludeVaults": ["arn:aws:backup:*:*:backup-vault:other"]},
            {"ExcludeVaults": [vault_arn()]},
            {"RecoveryPointTypes": ["CONTINUOUS"]},
        ],
    )
    def test_without_an_eligible_recovery_point_there_is_silence(self, story: Story, narrowed: dict[str, Any]) -> None:
        points = {**PLAN["RecoveryPointSelection"], **narrowed}  # type: ignore[dict-item]
        self.start(story, {**PLAN, "RecoveryPointSelection": points})
        assert self.run(story) == []

    def test_recovery_points_older_than_the_window_are_not_eligible(self, story: Story) -> None:
        story.back_up(TABLE)
        plan = {**PLAN, "RecoveryPointSelection": {**PLAN["RecoveryPointSelection"], "SelectionWindowDays": 3}}  # type: ignore[dict-item]
        story.client().create_restore_testing_plan(RestoreTestingPlan=plan)
        story.client().create_restore_testing_selection(
            RestoreTestingPlanName="weekly", RestoreTestingSelection=selection()
        )
        assert self.run(story) == []

    @pytest.mark.parametrize(("kind", "value", "count"), [("StringEquals", "shop", 1), ("StringNotEquals", "shop", 0)])
    def test_conditions_look_at_the_tags_of_the_latest_recovery_point(
        self, story: Story, kind: str, value: str, count: int
    ) -> None:
        condition = {kind: [{"Key": "aws:ResourceTag/app", "Value": value}]}
        self.start(story, ProtectedResourceConditions=condition)
        assert len(self.run(story)) == count

    def test_named_resources_only(self, story: Story) -> None:
        self.start(story, ProtectedResourceArns=[f"{TABLE}-other"])
        assert self.run(story) == []

    def test_random_is_one_of_the_window_and_repeats(self, story: Story) -> None:
        points = {**PLAN["RecoveryPointSelection"], "Algorithm": "RANDOM_WITHIN_WINDOW"}  # type: ignore[dict-item]
        self.start(story, {**PLAN, "RecoveryPointSelection": points})
        (job,) = self.run(story)
        assert job["RecoveryPointArn"] in {point["RecoveryPointArn"] for point in story.points()}

    def test_metadata_are_inferred_and_overridden_in_any_case(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html"""
        key = "arn:aws:kms:eu-west-1:111111111111:key/test"
        self.start(story, RestoreMetadataOverrides={"KMSMASTERKEYARN": key})
        (job,) = self.run(story)
        used = story.client().get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
        assert used.pop("targetTableName").startswith(RESTORE_TEST)
        assert used == {"encryptionType": "Default", "deletionProtection": "false", "kmsMasterKeyArn": key}
        inferred = story.client().get_restore_testing_inferred_metadata(
            BackupVaultName="acme", RecoveryPointArn=job["RecoveryPointArn"]
        )["InferredMetadata"]
        assert set(inferred) == {"targetTableName", "encryptionType", "deletionProtection"}

    def test_updates_are_in_part_and_count_from_now_on(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingPlan.html"""
        self.start(story)
        backup = story.client()
        backup.update_restore_testing_plan(
            RestoreTestingPlanName="weekly", RestoreTestingPlan={"RecoveryPointSelection": {"SelectionWindowDays": 3}}
        )
        plan = backup.get_restore_testing_plan(RestoreTestingPlanName="weekly")["RestoreTestingPlan"]
        assert plan["ScheduleExpression"] == PLAN["ScheduleExpression"]
        assert plan["RecoveryPointSelection"]["SelectionWindowDays"] == 3
        assert plan["RecoveryPointSelection"]["IncludeVaults"] == ["*"]
        names = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelectionName": "tables"}
        backup.update_restore_testing_selection(**names, RestoreTestingSelection={"ValidationWindowHours": 5})
        found = backup.get_restore_testing_selection(**names)["RestoreTestingSelection"]
        assert (found["ValidationWindowHours"], found["ProtectedResourceArns"]) == (5, ["*"])
        assert len(self.run(story)) == 1

    def test_selections_are_deleted_before_their_plan(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingPlan.html"""
        self.start(story)
        backup = story.client()
        assert refusal(backup.delete_restore_testing_plan, RestoreTestingPlanName="weekly") == "InvalidRequestException"
        names = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelectionName": "tables"}
        backup.delete_restore_testing_selection(**names)
        assert refusal(backup.get_restore_testing_selection, **names) == "ResourceNotFoundException"
        backup.delete_restore_testing_plan(RestoreTestingPlanName="weekly")
        assert backup.list_restore_testing_plans()["RestoreTestingPlans"] == []
        assert self.run(story) == []

    @pytest.mark.parametrize(
        "members",
        [
            {"RestoreTestingPlanName": "week-ly"},
            {"ScheduleExpression": "rate(1 day)"},
            {"ScheduleExpressionTimezone": "Mars/Base"},
            {"StartWindowHours": 169},
            {"RecoveryPointSelection": {"Algorithm": "LATEST_WITHIN_WINDOW"}},
        ],
    )
    def test_plans_refused(self, story: Story, members: dict[str, Any]) -> None:
        create = story.client().create_restore_testing_plan
        assert refusal(create, RestoreTestingPlan={**PLAN, **members}) == "InvalidParameterValueException"

    @pytest.mark.parametrize(
        "members",
        [
            {"ProtectedResourceType": "Redshift"},
            {"ProtectedResourceArns": ["*", TABLE]},
            {
                "ProtectedResourceArns": [TABLE],
                "ProtectedResourceConditions": {"StringEquals": [{"Key": "k", "Value": "v"}]},
            },
            {"ValidationWindowHours": 169},
            {"RestoreMetadataOverrides": {"targetTableName": "mine"}},
            {"IamRoleArn": "role"},
        ],
    )
    def test_selections_refused(self, story: Story, members: dict[str, Any]) -> None:
        story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
        create = story.client().create_restore_testing_selection
        asked = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelection": selection(**members)}
        assert refusal(create, **asked) == "InvalidParameterValueException"

    def test_names_are_taken_once_and_retries_are_known(self, story: Story) -> None:
        backup = story.client()
        made = backup.create_restore_testing_plan(RestoreTestingPlan=PLAN, CreatorRequestId="r", Tags={"a": "b"})
        again = backup.create_restore_testing_plan(RestoreTestingPlan=PLAN, CreatorRequestId="r")
        assert made["RestoreTestingPlanArn"] == again["RestoreTestingPlanArn"]
        assert refusal(backup.create_restore_testing_plan, RestoreTestingPlan=PLAN) == "AlreadyExistsException"
        assert backup.list_tags(ResourceArn=made["RestoreTestingPlanArn"])["Tags"] == {"a": "b"}
        asked = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelection": selection()}
        backup.create_restore_testing_selection(**asked)
        assert refusal(backup.create_restore_testing_selection, **asked) == "AlreadyExistsException"
        (listed,) = backup.list_restore_testing_selections(RestoreTestingPlanName="weekly")["RestoreTestingSelections"]
        assert listed["ProtectedResourceType"] == "DynamoDB"


def test_an_instance_is_restored_with_what_the_backup_knows(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-rds.html"""
    job = restore(story, story.back_up(DATABASE)["RecoveryPointArn"], {"DBInstanceIdentifier": "crm-2"})
    assert job["CreatedResourceArn"] == DATABASE.replace("crm", "crm-2")
