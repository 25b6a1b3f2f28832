"""What AWS Backup can do with each type of resource, as its pages list it, and what it calls its recovery points.

https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
"""

import re
from typing import Any, NamedTuple

import pytest

from backup_apps_local.backup.resource_types import TYPES

from .conftest import ACCOUNT, REGION, ROLE, Story, key_arn, refusal, rule

HERE = f"{REGION}:{ACCOUNT}"
OWN_KEY = "arn:of:its:own:key"
MANAGED = f"arn:aws:backup:{HERE}:recovery-point:"
CLUSTER = f"arn:aws:rds:{HERE}:cluster-snapshot:awsbackup:job-"
SNAPSHOT = f"arn:aws:ec2:{REGION}::snapshot/snap-"


class Features(NamedTuple):
    arn: str
    """Of a resource of that type."""
    point: str
    """How the ARN of its recovery points begins."""
    cold: bool = False
    continuous: bool = False
    stops: bool = True


FEATURES = {
    "Aurora": Features(f"arn:aws:rds:{HERE}:cluster:a", CLUSTER, continuous=True, stops=False),
    "CloudFormation": Features(f"arn:aws:cloudformation:{HERE}:stack/s/1", MANAGED),
    "DSQL": Features(f"arn:aws:dsql:{HERE}:cluster/c", MANAGED),
    "DocumentDB": Features(f"arn:aws:rds:{HERE}:cluster:d", CLUSTER, stops=False),
    "DynamoDB": Features(f"arn:aws:dynamodb:{HERE}:table/t", MANAGED, cold=True),
    "EBS": Features(f"arn:aws:ec2:{HERE}:volume/vol-9", SNAPSHOT, cold=True),
    "EC2": Features(f"arn:aws:ec2:{HERE}:instance/i-9", f"arn:aws:ec2:{REGION}::image/ami-"),
    "EFS": Features(f"arn:aws:elasticfilesystem:{HERE}:file-system/fs-9", MANAGED, cold=True),
    "EKS": Features(f"arn:aws:eks:{HERE}:cluster/c", MANAGED),
    "FSx": Features(f"arn:aws:fsx:{HERE}:file-system/fs-9", f"arn:aws:fsx:{HERE}:backup/backup-", stops=False),
    "Neptune": Features(f"arn:aws:rds:{HERE}:cluster:n", CLUSTER, stops=False),
    "RDS": Features(
        f"arn:aws:rds:{HERE}:db:d", f"arn:aws:rds:{HERE}:snapshot:awsbackup:job-", continuous=True, stops=False
    ),
    "Redshift": Features(f"arn:aws:redshift:{HERE}:cluster:r", MANAGED),
    "Redshift Serverless": Features(f"arn:aws:redshift-serverless:{HERE}:namespace/n", MANAGED),
    "S3": Features("arn:aws:s3:::objects", MANAGED, continuous=True),
    "SAP HANA on Amazon EC2": Features(
        f"arn:aws:ssm-sap:{HERE}:HANA/h", MANAGED, cold=True, continuous=True, stops=False
    ),
    "Storage Gateway": Features(f"arn:aws:storagegateway:{HERE}:gateway/g/volume/vol-9", SNAPSHOT),
    "Timestream": Features(f"arn:aws:timestream:{HERE}:database/d", MANAGED, cold=True),
    "VirtualMachine": Features(f"arn:aws:backup-gateway:{HERE}:vm/v", MANAGED, cold=True),
}
REDSHIFT = ("Redshift", "Redshift Serverless")
"""AWS's pages don't tell the ARNs of its recovery points; that they are AWS Backup's is of the local AWS alone."""
by_type = pytest.mark.parametrize("name", FEATURES)


def add(story: Story, name: str) -> str:
    story.cloud.add(ACCOUNT, REGION, FEATURES[name].arn, type=name, key_arn=OWN_KEY)
    return FEATURES[name].arn


@pytest.mark.behaviour("cold-storage-by-type", "supported-types")
def test_every_type_is_here() -> None:
    assert set(FEATURES) == set(TYPES)


@pytest.mark.behaviour("point-arns", "point-arns-by-service")
@by_type
def test_recovery_points_have_the_arns_of_their_service(story: Story, name: str) -> None:
    """And the key of the vault where AWS Backup manages them fully, the resource's own elsewhere."""
    job = story.back_up(add(story, name))
    arn = job["RecoveryPointArn"]
    assert (job["ResourceType"], arn.startswith(FEATURES[name].point)) == (name, True), arn
    managed = FEATURES[name].point == MANAGED and name not in REDSHIFT
    assert job["EncryptionKeyArn"] == (key_arn() if managed else OWN_KEY)


@pytest.mark.behaviour("point-arns-by-service", "dynamodb-advanced-features")
def test_without_its_advanced_features_dynamodb_has_backups_of_its_own(story: Story) -> None:
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    arn = add(story, "DynamoDB")
    assert re.fullmatch(rf"{arn}/backup/\d{{14}}-[0-9a-f]{{8}}", story.back_up(arn)["RecoveryPointArn"])


@pytest.mark.behaviour("cold-storage-by-type")
@by_type
def test_cold_storage(story: Story, name: str) -> None:
    """Of EBS, its archive."""
    cold = {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 91, "OptInToArchiveForSupportedResources": True}
    point = story.back_up(add(story, name), Lifecycle=cold)["RecoveryPointArn"]
    story.advance(days=1)
    assert story.point(point)["StorageClass"] == ("COLD" if FEATURES[name].cold else "WARM")


@pytest.mark.behaviour("continuous-is-one-point")
@by_type
def test_continuous_backups(story: Story, name: str) -> None:
    story.client().update_region_settings(ResourceTypeOptInPreference={name: True})
    continuous: dict[str, Any] = {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 35}}
    story.plan(rule(**continuous), selection={"Resources": [add(story, name)]})
    story.advance(days=2)
    statuses = [point["Status"] for point in story.points()]
    assert statuses == (["AVAILABLE"] if FEATURES[name].continuous else ["COMPLETED"] * 2)


@pytest.mark.behaviour("job-stopped")
@by_type
def test_stopping(story: Story, name: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StopBackupJob.html lists those that cannot"""
    asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE, "ResourceArn": add(story, name)}
    job = {"BackupJobId": story.client().start_backup_job(**asked)["BackupJobId"]}
    story.advance(minutes=2)
    if FEATURES[name].stops:
        story.client().stop_backup_job(**job)
    else:
        assert refusal(story.client().stop_backup_job, **job) == "InvalidRequestException"
    assert story.client().describe_backup_job(**job)["State"] == ("ABORTED" if FEATURES[name].stops else "RUNNING")
