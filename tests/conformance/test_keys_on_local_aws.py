"""Which key encrypts what was restored, as the services of the local AWS say."""

from typing import Any

import pytest

from backup_apps_local.backup.client import client

from .conftest import ACCOUNT, OTHER_REGION, REGION, ROLE, key_arn, vault_arn
from .test_on_local_aws import DATABASE, Aws, aws, bucket, endpoint, table

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

__all__ = ["aws", "bucket", "endpoint", "table"]


@pytest.mark.behaviour("fault-restores")
def test_a_restore_with_the_wrong_key(aws: Aws, bucket: str, table: str) -> None:
    """Seen where the resource says which key it has, in each service."""
    wrong = aws.here("kms").create_key()["KeyMetadata"]["Arn"]
    volume = aws.here("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=3)["VolumeId"]
    aws.here("rds").create_db_instance(DBInstanceIdentifier="keys", **DATABASE)
    asked = {
        f"arn:aws:s3:::{bucket}": {"DestinationBucketName": f"{bucket}-keys", "NewBucket": "true"},
        table: {"targetTableName": "keys"},
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}": {"availabilityZone": f"{REGION}a"},
        f"arn:aws:rds:{REGION}:{ACCOUNT}:db:keys": {"DBInstanceIdentifier": "keys-2"},
    }
    aws.service.fault("restore-has-wrong-key", value=wrong, times=None)
    jobs = [aws.restore(aws.back_up(arn)["RecoveryPointArn"], **metadata) for arn, metadata in asked.items()]
    assert [job["Status"] for job in jobs] == ["COMPLETED"] * 4
    restored = jobs[2]["CreatedResourceArn"].rpartition("/")[2]
    assert [
        aws.here("s3").head_object(Bucket=f"{bucket}-keys", Key="photos/ü 1.jpg")["SSEKMSKeyId"],
        aws.here("dynamodb").describe_table(TableName="keys")["Table"]["SSEDescription"]["KMSMasterKeyArn"],
        aws.here("ec2").describe_volumes(VolumeIds=[restored])["Volumes"][0]["KmsKeyId"],
        aws.here("rds").describe_db_instances(DBInstanceIdentifier="keys-2")["DBInstances"][0]["KmsKeyId"],
    ] == [wrong] * 4


@pytest.fixture
def encrypted(aws: Aws) -> tuple[str, list[str]]:
    """A key, and a volume and a database under it."""
    key = aws.here("kms").create_key()["KeyMetadata"]["Arn"]
    volume = aws.here("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=3, KmsKeyId=key, Encrypted=True)
    name = f"secret-{volume['VolumeId'][-5:]}"
    aws.here("rds").create_db_instance(DBInstanceIdentifier=name, StorageEncrypted=True, KmsKeyId=key, **DATABASE)
    arns = [
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume['VolumeId']}",
        f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}",
    ]
    return key, arns


def restored_keys(aws: Aws, points: list[str], region: str = REGION) -> list[Any]:
    backup = client(aws.service, ACCOUNT, region)
    metadata = ({"availabilityZone": f"{region}a"}, {"DBInstanceIdentifier": f"restored-{region}"})
    jobs = [
        backup.start_restore_job(RecoveryPointArn=point, Metadata=each, IamRoleArn=ROLE)["RestoreJobId"]
        for point, each in zip(points, metadata, strict=True)
    ]
    aws.service.advance(hours=1)
    volume = backup.describe_restore_job(RestoreJobId=jobs[0])["CreatedResourceArn"].rpartition("/")[2]
    ec2, rds = (aws.connect(service, ACCOUNT, region) for service in ("ec2", "rds"))
    database = rds.describe_db_instances(DBInstanceIdentifier=f"restored-{region}")["DBInstances"][0]
    return [ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0].get("KmsKeyId"), database.get("KmsKeyId")]


@pytest.mark.behaviour("restore-ebs", "restore-rds")
def test_a_restore_has_the_key_of_its_original(aws: Aws, encrypted: tuple[str, list[str]]) -> None:
    key, arns = encrypted
    jobs = [aws.back_up(arn) for arn in arns]
    assert [job["EncryptionKeyArn"] for job in jobs] == [key] * 2
    assert restored_keys(aws, [job["RecoveryPointArn"] for job in jobs]) == [key] * 2


@pytest.mark.behaviour("copy-date-and-key")
def test_a_restore_of_a_copy_has_the_key_of_its_vault(aws: Aws, encrypted: tuple[str, list[str]]) -> None:
    there = key_arn(region=OTHER_REGION)
    abroad = client(aws.service, ACCOUNT, OTHER_REGION)
    abroad.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=there)
    points = [aws.back_up(arn)["RecoveryPointArn"] for arn in encrypted[1]]
    for point in points:
        aws.backup.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName="acme",
            DestinationBackupVaultArn=vault_arn("copies", region=OTHER_REGION),
            IamRoleArn=ROLE,
        )
        aws.service.advance(hours=1)
    copies = abroad.list_recovery_points_by_backup_vault(BackupVaultName="copies")["RecoveryPoints"]
    assert restored_keys(aws, [copy["RecoveryPointArn"] for copy in reversed(copies)], OTHER_REGION) == [there] * 2
