"""Restore tests: what they restore, how their results are judged, and how their plans are made.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps_local.backup.resource_types import RESTORE_TEST

from .conftest import ACCOUNT, REGION, ROLE, ROWS, TABLE, Story, new_story, refusal, rule, vault_arn
from .test_restores import TO_TABLE, restore

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


def set_up_test(story: Story, plan: dict[str, Any] | None = None, **members: Any) -> None:
    story.plan(rule())
    story.client().create_restore_testing_plan(RestoreTestingPlan=plan or PLAN)
    story.client().create_restore_testing_selection(
        RestoreTestingPlanName="weekly", RestoreTestingSelection=selection(**members)
    )


def until_tested(story: Story) -> list[dict[str, Any]]:
    """Until an hour after the test of Sunday, the 4th."""
    story.advance(to=story.now + timedelta(days=3, hours=10))
    return list(story.client().list_restore_jobs()["RestoreJobs"])


@pytest.mark.behaviour("test-restores-the-latest", "test-plan-reads-back")
def test_the_latest_recovery_point_of_each_resource_is_restored_and_waits_for_a_verdict(story: Story) -> None:
    set_up_test(story)
    (job,) = until_tested(story)
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


@pytest.mark.behaviour("test-verdict")
def test_a_verdict_ends_it_and_deletes_what_was_restored(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html"""
    set_up_test(story)
    (job,) = until_tested(story)
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
    story.advance(hours=3)
    after = story.client().describe_restore_job(RestoreJobId=job["RestoreJobId"])
    assert [after[name] for name in ("ValidationStatus", "DeletionStatus")] == ["FAILED", "SUCCESSFUL"]


@pytest.mark.behaviour("test-times-out")
def test_without_a_window_nobody_is_waited_for(story: Story) -> None:
    set_up_test(story, ValidationWindowHours=0)
    (job,) = until_tested(story)
    assert (job["DeletionStatus"], "ValidationStatus" in job) == ("SUCCESSFUL", False)


@pytest.mark.behaviour("test-times-out")
def test_without_a_verdict_it_times_out(story: Story) -> None:
    set_up_test(story)
    until_tested(story)
    story.advance(hours=2)
    (job,) = story.client().list_restore_jobs()["RestoreJobs"]
    assert (job["ValidationStatus"], job["DeletionStatus"]) == ("TIMED_OUT", "SUCCESSFUL")


@pytest.mark.behaviour("test-cleans-up-by-tag")
def test_who_removes_the_tag_keeps_the_resource(story: Story) -> None:
    set_up_test(story)
    (job,) = until_tested(story)
    arn = job["CreatedResourceArn"]
    story.cloud.add(ACCOUNT, REGION, arn, story.cloud.contents(ACCOUNT, REGION, arn))
    story.advance(hours=2)
    (job,) = story.client().list_restore_jobs()["RestoreJobs"]
    assert job["DeletionStatus"] == "FAILED"
    assert story.cloud.contents(ACCOUNT, REGION, arn) == ROWS


@pytest.mark.behaviour("test-verdict-only-of-tests")
def test_only_a_restore_test_gets_a_verdict(story: Story) -> None:
    job = restore(story, story.back_up(TABLE)["RecoveryPointArn"], TO_TABLE)
    verdict = {"RestoreJobId": job["RestoreJobId"], "ValidationStatus": "SUCCESSFUL"}
    assert refusal(story.client().put_restore_validation_result, **verdict) == "InvalidRequestException"


@pytest.mark.behaviour("test-is-silent")
@pytest.mark.parametrize(
    "narrowed",
    [
        {"SelectionWindowDays": 1, "IncludeVaults": ["arn:aws:backup:*:*:backup-vault:other"]},
        {"ExcludeVaults": [vault_arn()]},
        {"RecoveryPointTypes": ["CONTINUOUS"]},
    ],
)
def test_without_an_eligible_recovery_point_there_is_silence(story: Story, narrowed: dict[str, Any]) -> None:
    points = {**PLAN["RecoveryPointSelection"], **narrowed}  # type: ignore[dict-item]
    set_up_test(story, {**PLAN, "RecoveryPointSelection": points})
    assert until_tested(story) == []


@pytest.mark.behaviour("test-is-silent")
def test_recovery_points_older_than_the_window_are_not_eligible(story: Story) -> None:
    story.back_up(TABLE)
    plan = {**PLAN, "RecoveryPointSelection": {**PLAN["RecoveryPointSelection"], "SelectionWindowDays": 3}}  # type: ignore[dict-item]
    story.client().create_restore_testing_plan(RestoreTestingPlan=plan)
    story.client().create_restore_testing_selection(
        RestoreTestingPlanName="weekly", RestoreTestingSelection=selection()
    )
    assert until_tested(story) == []


@pytest.mark.behaviour("test-conditions")
@pytest.mark.parametrize(("kind", "value", "count"), [("StringEquals", "shop", 1), ("StringNotEquals", "shop", 0)])
def test_conditions_look_at_the_tags_of_the_latest_recovery_point(
    story: Story, kind: str, value: str, count: int
) -> None:
    condition = {kind: [{"Key": "aws:ResourceTag/app", "Value": value}]}
    set_up_test(story, ProtectedResourceConditions=condition)
    assert len(until_tested(story)) == count


@pytest.mark.behaviour("test-is-silent")
def test_named_resources_only(story: Story) -> None:
    set_up_test(story, ProtectedResourceArns=[f"{TABLE}-other"])
    assert until_tested(story) == []


@pytest.mark.behaviour("test-restores-the-latest")
def test_random_is_one_of_the_window_and_repeats(story: Story) -> None:
    points = {**PLAN["RecoveryPointSelection"], "Algorithm": "RANDOM_WITHIN_WINDOW"}  # type: ignore[dict-item]
    other = new_story()
    chosen = []
    for each in (story, other):
        set_up_test(each, {**PLAN, "ScheduleExpression": "cron(0 9 * * ? *)", "RecoveryPointSelection": points})
        each.advance(days=20)
        chosen.append([job["RecoveryPointArn"] for job in each.client().list_restore_jobs()["RestoreJobs"]])
    made = {point["RecoveryPointArn"]: point["CreationDate"] for point in story.points()}
    ages = {
        job["CreationDate"] - made[job["RecoveryPointArn"]] for job in story.client().list_restore_jobs()["RestoreJobs"]
    }
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 20
    assert len(ages) > 3
    assert max(ages) <= timedelta(days=7)


@pytest.mark.behaviour("restore-job-metadata", "test-inferred")
def test_metadata_are_inferred_and_overridden_in_any_case(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html"""
    key = "arn:aws:kms:eu-west-1:111111111111:key/test"
    set_up_test(story, RestoreMetadataOverrides={"KMSMASTERKEYARN": key})
    (job,) = until_tested(story)
    used = story.client().get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
    assert used.pop("targetTableName").startswith(RESTORE_TEST)
    assert used == {"encryptionType": "Default", "deletionProtection": "false", "kmsMasterKeyArn": key}
    inferred = story.client().get_restore_testing_inferred_metadata(
        BackupVaultName="acme", RecoveryPointArn=job["RecoveryPointArn"]
    )["InferredMetadata"]
    assert set(inferred) == {"targetTableName", "encryptionType", "deletionProtection"}


@pytest.mark.behaviour("test-plan-update", "test-selection-reads-back", "test-selection-update")
def test_updates_are_in_part_and_count_from_now_on(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingPlan.html"""
    set_up_test(story)
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
    assert len(until_tested(story)) == 1


@pytest.mark.behaviour("test-plan-deleted-after-selections", "test-plans-listed", "test-selection-deleted")
def test_selections_are_deleted_before_their_plan(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingPlan.html"""
    set_up_test(story)
    backup = story.client()
    assert refusal(backup.delete_restore_testing_plan, RestoreTestingPlanName="weekly") == "InvalidRequestException"
    names = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelectionName": "tables"}
    backup.delete_restore_testing_selection(**names)
    assert refusal(backup.get_restore_testing_selection, **names) == "ResourceNotFoundException"
    backup.delete_restore_testing_plan(RestoreTestingPlanName="weekly")
    assert backup.list_restore_testing_plans()["RestoreTestingPlans"] == []
    assert refusal(backup.delete_restore_testing_plan, RestoreTestingPlanName="weekly") == "InvalidRequestException"
    assert until_tested(story) == []


@pytest.mark.behaviour("test-plan-refused")
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
def test_plans_refused(story: Story, members: dict[str, Any]) -> None:
    create = story.client().create_restore_testing_plan
    assert refusal(create, RestoreTestingPlan={**PLAN, **members}) == "InvalidParameterValueException"


@pytest.mark.behaviour("test-selection-refused")
@pytest.mark.parametrize(
    "members",
    [
        {"RestoreTestingSelectionName": "tab-les"},
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
def test_selections_refused(story: Story, members: dict[str, Any]) -> None:
    story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
    create = story.client().create_restore_testing_selection
    asked = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelection": selection(**members)}
    assert refusal(create, **asked) == "InvalidParameterValueException"


@pytest.mark.behaviour("test-plan-retry", "test-selection-name-once", "test-selections-listed")
def test_names_are_taken_once_and_retries_are_known(story: Story) -> None:
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
