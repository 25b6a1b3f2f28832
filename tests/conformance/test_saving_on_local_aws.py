"""A story is saved on one local AWS and goes on in another, with the bytes behind its recovery points."""

from pathlib import Path
from typing import Any

import pytest

from backup_apps_local.launcher import start, stop

from .conftest import ACCOUNT, REGION
from .test_on_local_aws import (
    DATABASE,
    PHOTO,
    TRUST,
    Aws,
    ask,
    aws,
    bucket,
    endpoint,
    items,
    pass_time,
    table,
)

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

__all__ = ["aws", "bucket", "endpoint", "table"]


@pytest.mark.behaviour("saved-and-loaded")
def test_a_story_that_is_saved_here_goes_on_in_another_local_aws(
    endpoint: str, bucket: str, table: str, tmp_path: Path, socket_enabled: None
) -> None:
    """Over HTTP, with what is behind its recovery points: objects and items, and snapshots made anew."""
    here = Aws(endpoint).here
    backup = here("backup")
    backup.create_backup_vault(BackupVaultName="saved")
    role = here("iam").create_role(RoleName="saves", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    volume = here("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=7)["VolumeId"]
    here("rds").create_db_instance(DBInstanceIdentifier="saved", **DATABASE)
    arns = [
        f"arn:aws:s3:::{bucket}",
        table,
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}",
        f"arn:aws:rds:{REGION}:{ACCOUNT}:db:saved",
    ]
    for arn in arns:
        backup.start_backup_job(BackupVaultName="saved", ResourceArn=arn, IamRoleArn=role)
    pass_time(endpoint, hours=1)
    story = ask(endpoint, "state")
    before = items(Aws(endpoint), table)
    server = start(tmp_path)
    try:
        ask(server.endpoint, "state", story)
        told_on(Aws(server.endpoint), server.endpoint, bucket, before)
    finally:
        stop(server)


def told_on(aws: Aws, endpoint: str, bucket: str, before: list[Any]) -> None:
    backup = aws.here("backup")
    points = backup.list_recovery_points_by_backup_vault(BackupVaultName="saved")["RecoveryPoints"]
    metadata = {
        "S3": {"DestinationBucketName": bucket, "NewBucket": "true"},
        "DynamoDB": {"targetTableName": "told-on"},
        "EBS": {"availabilityZone": f"{REGION}a"},
        "RDS": {"DBInstanceIdentifier": "told-on"},
    }
    jobs = [
        backup.start_restore_job(RecoveryPointArn=point["RecoveryPointArn"], Metadata=metadata[point["ResourceType"]])[
            "RestoreJobId"
        ]
        for point in points
    ]
    pass_time(endpoint, hours=1)
    ended = {(job := backup.describe_restore_job(RestoreJobId=each))["ResourceType"]: job for each in jobs}
    assert {kind: job["Status"] for kind, job in ended.items()} == dict.fromkeys(metadata, "COMPLETED")
    assert aws.here("s3").get_object(Bucket=bucket, Key="photos/ü 1.jpg")["Body"].read() == PHOTO
    assert items(aws, ended["DynamoDB"]["CreatedResourceArn"]) == before
    volume = ended["EBS"]["CreatedResourceArn"].rpartition("/")[2]
    assert aws.here("ec2").describe_volumes(VolumeIds=[volume])["Volumes"][0]["Size"] == 7
    told = aws.here("rds").describe_db_instances(DBInstanceIdentifier="told-on")["DBInstances"][0]
    assert told["AllocatedStorage"] == DATABASE["AllocatedStorage"]
