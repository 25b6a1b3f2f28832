"""What a restore test infers for each type of resource, what may be overridden, and how many of each there may be."""

from typing import Any

import pytest

from backup_apps_local.backup.quotas import Quotas

from .conftest import ACCOUNT, BUCKET, DATABASE, FILES, REGION, TABLE, VOLUME, Story, refusal
from .test_restore_testing import PLAN, RESTORE_TEST, selection, set_up_test, until_tested

INSTANCE = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1"
CLUSTER = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:crm"
NAME = "a name of the test's own"
PLAN_NAME = {"RestoreTestingPlanName": "weekly"}

INFERRED = {
    "DynamoDB": (TABLE, {"targetTableName": NAME, "encryptionType": "Default", "deletionProtection": "false"}),
    "EBS": (VOLUME, {"availabilityZone": f"{REGION}a", "encrypted": "true"}),
    "EC2": (INSTANCE, {"instanceType": "t3.micro", "disableApiTermination": "false", "requireImdsV2": "true"}),
    "EFS": (
        FILES,
        {
            "file-system-id": "fs-1",
            "encrypted": "true",
            "newFileSystem": "true",
            "kmsKeyId": "alias/aws/elasticfilesystem",
        },
    ),
    "RDS": (DATABASE, {"DBInstanceIdentifier": NAME}),
    "Aurora": (CLUSTER, {"DBClusterIdentifier": NAME}),
    "S3": (BUCKET, {"DestinationBucketName": NAME, "NewBucket": "true", "RestoreACLs": "false"}),
}


@pytest.mark.behaviour("test-inferred", "test-inferred-can-be-asked")
@pytest.mark.parametrize(("arn", "expected"), INFERRED.values(), ids=INFERRED)
def test_what_is_inferred(story: Story, arn: str, expected: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html"""
    story.cloud.add(ACCOUNT, REGION, INSTANCE, restore_metadata={"InstanceType": "t3.micro", "VpcId": "vpc-1"})
    story.cloud.add(ACCOUNT, REGION, CLUSTER)
    known = {"BackupVaultName": "acme", "RecoveryPointArn": story.back_up(arn)["RecoveryPointArn"]}
    inferred = story.client().get_restore_testing_inferred_metadata(**known)["InferredMetadata"]
    named = {key: NAME if value.startswith(RESTORE_TEST) else value for key, value in inferred.items()}
    assert named == expected


@pytest.mark.behaviour("test-overridden")
@pytest.mark.parametrize(
    ("type_name", "overridable"),
    {
        "DynamoDB": ("encryptionType", "kmsMasterKeyArn"),
        "EBS": ("availabilityZone", "iops", "kmsKeyId", "throughput", "volumesize", "volumetype"),
        "EC2": ("iamInstanceProfileName", "instanceType", "requireImdsV2", "securityGroupIds", "subnetId"),
        "RDS": ("DBSubnetGroupName",),
    }.items(),
)
def test_what_may_be_overridden_in_any_case(story: Story, type_name: str, overridable: tuple[str, ...]) -> None:
    story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
    create = story.client().create_restore_testing_selection
    for number, form in enumerate((str, str.lower, str.upper)):
        chosen = selection(
            ProtectedResourceType=type_name,
            RestoreTestingSelectionName=f"form_{number}",
            RestoreMetadataOverrides={form(key): "x" for key in overridable},
        )
        create(**PLAN_NAME, RestoreTestingSelection=chosen)
    unknown = selection(ProtectedResourceType=type_name, RestoreMetadataOverrides={"colour": "red"})
    assert refusal(create, **PLAN_NAME, RestoreTestingSelection=unknown) == "InvalidParameterValueException"


@pytest.mark.behaviour("test-overridden", "test-selection-reads-back")
def test_fsx_takes_overrides_since_nothing_is_inferred_of_it(story: Story) -> None:
    story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
    chosen = selection(ProtectedResourceType="FSx", RestoreMetadataOverrides={"SubnetIds": "subnet-1"})
    story.client().create_restore_testing_selection(**PLAN_NAME, RestoreTestingSelection=chosen)
    found = story.client().get_restore_testing_selection(**PLAN_NAME, RestoreTestingSelectionName="tables")
    assert found["RestoreTestingSelection"]["RestoreMetadataOverrides"] == {"SubnetIds": "subnet-1"}


@pytest.mark.behaviour("test-verdict-to-come")
def test_a_verdict_that_is_still_to_come_deletes_nothing(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html"""
    set_up_test(story)
    (job,) = until_tested(story)
    known = {"RestoreJobId": job["RestoreJobId"]}
    story.client().put_restore_validation_result(**known, ValidationStatus="VALIDATING")
    assert "DeletionStatus" not in story.client().describe_restore_job(**known)
    story.client().put_restore_validation_result(**known, ValidationStatus="SUCCESSFUL")
    described = story.client().describe_restore_job(**known)
    assert (described["ValidationStatus"], described["DeletionStatus"]) == ("SUCCESSFUL", "SUCCESSFUL")


@pytest.mark.behaviour("test-cleans-up-by-tag")
def test_a_restored_resource_that_cannot_be_deleted_says_so(story: Story) -> None:
    set_up_test(story)
    (job,) = until_tested(story)
    story.cloud.remove(ACCOUNT, REGION, job["CreatedResourceArn"])
    story.advance(hours=2)
    assert story.client().describe_restore_job(RestoreJobId=job["RestoreJobId"])["DeletionStatus"] == "FAILED"


@pytest.mark.behaviour("test-conditions")
def test_tags_that_only_older_recovery_points_or_the_resource_have_do_not_count(story: Story) -> None:
    """Nor does a random choice look at another's."""
    condition = {"StringEquals": [{"Key": "aws:ResourceTag/app", "Value": "shop"}]}
    points = {**PLAN["RecoveryPointSelection"], "Algorithm": "RANDOM_WITHIN_WINDOW"}  # type: ignore[dict-item]
    set_up_test(story, {**PLAN, "RecoveryPointSelection": points}, ProtectedResourceConditions=condition)
    story.advance(days=3, hours=4)
    latest = next(point for point in story.points() if point["ResourceArn"] == TABLE)["RecoveryPointArn"]
    story.client().untag_resource(ResourceArn=latest, TagKeyList=["app"])
    story.advance(hours=6)
    assert story.client().list_restore_jobs()["RestoreJobs"] == []


def many(number: int) -> list[dict[str, str]]:
    return [{"Key": f"aws:ResourceTag/{each}", "Value": "x"} for each in range(number)]


BOUNDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ARNs": (
        {"ProtectedResourceArns": [f"{TABLE}-{number}" for number in range(30)]},
        {"ProtectedResourceArns": [f"{TABLE}-{number}" for number in range(31)]},
    ),
    "conditions": (
        {"ProtectedResourceConditions": {"StringEquals": many(30)}},
        {"ProtectedResourceConditions": {"StringEquals": many(30), "StringNotEquals": many(1)}},
    ),
    "hours to validate": ({"ValidationWindowHours": 168}, {"ValidationWindowHours": 169}),
}


@pytest.mark.behaviour("quota-restore-testing")
@pytest.mark.parametrize(("most", "more"), BOUNDS.values(), ids=BOUNDS)
def test_bounds_of_a_selection(story: Story, most: dict[str, Any], more: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""
    story.client().create_restore_testing_plan(RestoreTestingPlan=PLAN)
    create = story.client().create_restore_testing_selection
    assert refusal(create, **PLAN_NAME, RestoreTestingSelection=selection(**more)) == "InvalidParameterValueException"
    assert create(**PLAN_NAME, RestoreTestingSelection=selection(**most))["RestoreTestingSelectionName"] == "tables"


@pytest.mark.behaviour("quota-restore-testing")
def test_the_quotas_of_plans_and_selections_hold(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""
    defaults = Quotas()
    assert (defaults.restore_testing_plans, defaults.restore_testing_selections_per_plan) == (100, 30)
    story.service.quotas = Quotas(restore_testing_plans=1, restore_testing_selections_per_plan=1)
    backup = story.client()
    backup.create_restore_testing_plan(RestoreTestingPlan=PLAN)
    second = {**PLAN, "RestoreTestingPlanName": "second"}
    assert refusal(backup.create_restore_testing_plan, RestoreTestingPlan=second) == "LimitExceededException"
    backup.create_restore_testing_selection(**PLAN_NAME, RestoreTestingSelection=selection())
    other = selection(RestoreTestingSelectionName="other")
    create = backup.create_restore_testing_selection
    assert refusal(create, **PLAN_NAME, RestoreTestingSelection=other) == "LimitExceededException"
