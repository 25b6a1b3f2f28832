"""The data plane on the emulator: real buckets, tables, volumes and databases, over a real endpoint."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from backup_apps_local import clients
from backup_apps_local.backup.client import client
from backup_apps_local.backup.service import BackupService, Surroundings
from backup_apps_local.backup_joint_data import AwsData
from backup_apps_local.backup_joint_resources import AwsResources
from backup_apps_local.backup_joint_store import ACCOUNT as STORE_ACCOUNT
from backup_apps_local.launcher import start, stop

from .conftest import ACCOUNT, BEGINNING, OTHER_ACCOUNT, REGION, ROLE, key_arn, rule, vault_arn

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

PHOTO = bytes(range(256)) * 40
ITEM = {"id": {"S": "1"}, "blob": {"B": b"\x00\xff"}, "more": {"L": [{"N": "1.5"}, {"BS": [b"a", b"b"]}]}}

TRUST = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
DATABASE: dict[str, Any] = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "AllocatedStorage": 5,
    "MasterUsername": "crm",
    "MasterUserPassword": "not-a-secret",
}


class Aws:
    def __init__(self, endpoint: str) -> None:
        def connect(service: str, account: str, region: str) -> Any:
            return clients.client(endpoint, service, clients.Place(account, region))

        self.connect = connect
        around = Surroundings(resources=AwsResources(connect), data=AwsData(connect))
        self.service = BackupService(lambda: BEGINNING, around=around)
        self.backup = client(self.service, ACCOUNT, REGION)
        self.backup.create_backup_vault(BackupVaultName="acme", EncryptionKeyArn=key_arn())

    def here(self, service: str) -> Any:
        return self.connect(service, ACCOUNT, REGION)

    def back_up(self, arn: str) -> dict[str, Any]:
        asked = {"BackupVaultName": "acme", "IamRoleArn": ROLE}
        job = self.backup.start_backup_job(ResourceArn=arn, **asked)["BackupJobId"]
        self.service.advance(hours=1)
        return dict(self.backup.describe_backup_job(BackupJobId=job))

    def restore(self, point: str, **metadata: str) -> dict[str, Any]:
        job = self.backup.start_restore_job(RecoveryPointArn=point, Metadata=metadata, IamRoleArn=ROLE)["RestoreJobId"]
        self.service.advance(hours=1)
        return dict(self.backup.describe_restore_job(RestoreJobId=job))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state: Path = tmp_path_factory.mktemp("aws")
    server = start(state)
    yield server.endpoint
    stop(server)


@pytest.fixture
def aws(endpoint: str, socket_enabled: None) -> Aws:
    return Aws(endpoint)


@pytest.fixture
def bucket(aws: Aws, request: pytest.FixtureRequest) -> str:
    name = f"acme-{abs(hash(request.node.name)) % 10**9}"
    s3 = aws.here("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "backup", "Value": "daily"}]})
    s3.put_object(Bucket=name, Key="photos/ü 1.jpg", Body=PHOTO, ContentType="image/jpeg", Metadata={"by": "eve"})
    s3.put_object_tagging(Bucket=name, Key="photos/ü 1.jpg", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    return name


@pytest.fixture
def table(aws: Aws, request: pytest.FixtureRequest) -> str:
    name = f"orders-{abs(hash(request.node.name)) % 10**9}"
    dynamodb = aws.here("dynamodb")
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(60):
        dynamodb.put_item(TableName=name, Item={**ITEM, "id": {"S": str(number)}})
    return str(made["TableDescription"]["TableArn"])


def items(aws: Aws, arn: str) -> list[Any]:
    found = aws.here("dynamodb").scan(TableName=arn.rpartition("/")[2])["Items"]
    return sorted(found, key=lambda item: int(item["id"]["S"]))


@pytest.mark.behaviour("restore-s3", "backup-s3")
def test_objects_come_back_byte_for_byte(aws: Aws, bucket: str) -> None:
    job = aws.back_up(f"arn:aws:s3:::{bucket}")
    assert (job["State"], job["BackupSizeInBytes"]) == ("COMPLETED", len(PHOTO))
    aws.here("s3").delete_object(Bucket=bucket, Key="photos/ü 1.jpg")
    restored = aws.restore(job["RecoveryPointArn"], DestinationBucketName=f"{bucket}-2", NewBucket="true")
    assert restored["CreatedResourceArn"] == f"arn:aws:s3:::{bucket}-2"
    found = aws.here("s3").get_object(Bucket=f"{bucket}-2", Key="photos/ü 1.jpg")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (PHOTO, "image/jpeg", {"by": "eve"})
    tags = aws.here("s3").get_object_tagging(Bucket=f"{bucket}-2", Key="photos/ü 1.jpg")["TagSet"]
    assert tags == [{"Key": "k", "Value": "v"}]


@pytest.mark.behaviour("restore-s3")
def test_a_bucket_that_is_not_there_is_created_only_on_request(aws: Aws, bucket: str) -> None:
    point = aws.back_up(f"arn:aws:s3:::{bucket}")["RecoveryPointArn"]
    assert aws.restore(point, DestinationBucketName=f"{bucket}-3")["Status"] == "FAILED"


@pytest.mark.behaviour("restore-dynamodb")
def test_items_come_back_byte_for_byte(aws: Aws, table: str) -> None:
    before = items(aws, table)
    point = aws.back_up(table)["RecoveryPointArn"]
    aws.here("dynamodb").put_item(
        TableName=table.rpartition("/")[2], Item={**ITEM, "id": {"S": "0"}, "new": {"N": "1"}}
    )
    name = f"{table.rpartition('/')[2]}-2"
    job = aws.restore(point, targetTableName=name)
    assert job["Status"] == "COMPLETED", job
    assert len(before) == 60
    assert items(aws, job["CreatedResourceArn"]) == before
    assert aws.restore(point, targetTableName=name)["Status"] == "FAILED"


@pytest.mark.behaviour("fault-restores")
def test_a_restore_that_comes_back_empty(aws: Aws, table: str) -> None:
    point = aws.back_up(table)["RecoveryPointArn"]
    aws.service.fault("restore-comes-back-empty", table)
    job = aws.restore(point, targetTableName=f"{table.rpartition('/')[2]}-empty")
    assert (job["Status"], items(aws, job["CreatedResourceArn"])) == ("COMPLETED", [])


@pytest.mark.behaviour("restore-ebs")
def test_volumes_go_through_snapshots(aws: Aws) -> None:
    ec2 = aws.here("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=3)["VolumeId"]
    point = aws.back_up(f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}")["RecoveryPointArn"]
    (snapshot,) = ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume]}])["Snapshots"]
    job = aws.restore(point, availabilityZone=f"{REGION}b")
    made = ec2.describe_volumes(VolumeIds=[job["CreatedResourceArn"].rpartition("/")[2]])["Volumes"][0]
    assert (made["Size"], made["SnapshotId"], made["AvailabilityZone"]) == (3, snapshot["SnapshotId"], f"{REGION}b")
    aws.backup.delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    assert ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume]}])["Snapshots"] == []


@pytest.mark.behaviour("restore-rds")
def test_databases_go_through_snapshots(aws: Aws) -> None:
    rds = aws.here("rds")
    made = rds.create_db_instance(DBInstanceIdentifier="crm", **DATABASE)
    point = aws.back_up(made["DBInstance"]["DBInstanceArn"])["RecoveryPointArn"]
    assert len(rds.describe_db_snapshots(DBInstanceIdentifier="crm")["DBSnapshots"]) == 1
    job = aws.restore(point, DBInstanceIdentifier="crm-2")
    assert job["CreatedResourceArn"] == made["DBInstance"]["DBInstanceArn"].replace("crm", "crm-2")
    assert rds.describe_db_instances(DBInstanceIdentifier="crm-2")["DBInstances"][0]["Engine"] == "postgres"


@pytest.mark.behaviour("restore-aurora")
def test_clusters_come_back_without_instances(aws: Aws) -> None:
    rds, login = aws.here("rds"), {"MasterUsername": "crm", "MasterUserPassword": "not-a-secret"}
    made = rds.create_db_cluster(DBClusterIdentifier="ledger", Engine="aurora-postgresql", **login)["DBCluster"]
    job = aws.restore(aws.back_up(made["DBClusterArn"])["RecoveryPointArn"], DBClusterIdentifier="ledger-2")
    assert job["CreatedResourceArn"] == f"{made['DBClusterArn']}-2", job
    (found,) = rds.describe_db_clusters(DBClusterIdentifier="ledger-2")["DBClusters"]
    assert (found["Engine"], found["DBClusterMembers"]) == ("aurora-postgresql", [])


@pytest.mark.behaviour("restore-ec2")
def test_instances_come_back_as_others(aws: Aws) -> None:
    ec2 = aws.here("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    asked: dict[str, Any] = {"ImageId": image, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
    (made,) = ec2.run_instances(**asked)["Instances"]
    point = aws.back_up(f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{made['InstanceId']}")["RecoveryPointArn"]
    for metadata, type_ in (({}, "t3.small"), ({"instanceType": "t3.micro"}, "t3.micro")):
        restored = aws.restore(point, **metadata)["CreatedResourceArn"].rpartition("/")[2]
        (found,) = ec2.describe_instances(InstanceIds=[restored])["Reservations"][0]["Instances"]
        assert (found["InstanceType"], restored != made["InstanceId"]) == (type_, True)


@pytest.mark.behaviour("restore-efs")
def test_file_systems_come_back_new_or_as_they_were(aws: Aws) -> None:
    efs = aws.here("efs")
    made = efs.create_file_system(CreationToken="files", Encrypted=True)
    point = aws.back_up(made["FileSystemArn"])["RecoveryPointArn"]
    old = {"file-system-id": made["FileSystemId"], "newFileSystem": "false"}
    assert aws.restore(point, **old)["CreatedResourceArn"] == made["FileSystemArn"]
    job = aws.restore(point, **{**old, "newFileSystem": "true", "CreationToken": "files-2"})
    (found,) = efs.describe_file_systems(CreationToken="files-2")["FileSystems"]
    assert (job["CreatedResourceArn"], found["Encrypted"]) == (found["FileSystemArn"], True)


@pytest.mark.behaviour("copy-lives-on")
def test_copies_live_on_and_what_is_over_leaves_no_bytes(aws: Aws, table: str) -> None:
    """Through a plan, to another account, whose root restores it there."""
    policy = (
        '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}}'
    )
    aws.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    theirs = client(aws.service, OTHER_ACCOUNT, REGION)
    theirs.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key_arn(OTHER_ACCOUNT))
    theirs.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy)
    action = {
        "DestinationBackupVaultArn": vault_arn("copies", OTHER_ACCOUNT),
        "Lifecycle": {"DeleteAfterDays": 9},
    }
    rules = [rule(Lifecycle={"DeleteAfterDays": 1}, CopyActions=[action])]
    plan_id = aws.backup.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": rules})["BackupPlanId"]
    chosen = {"SelectionName": "s", "IamRoleArn": ROLE, "Resources": [table]}
    selection = aws.backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=chosen)["SelectionId"]
    aws.service.advance(hours=12)
    handles = handles_of(aws.service)
    assert len(handles) == 2
    aws.backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=selection)
    aws.service.advance(days=2)
    assert aws.backup.list_recovery_points_by_backup_vault(BackupVaultName="acme")["RecoveryPoints"] == []
    (copied,) = theirs.list_recovery_points_by_backup_vault(BackupVaultName="copies")["RecoveryPoints"]
    job = theirs.start_restore_job(
        RecoveryPointArn=copied["RecoveryPointArn"], Metadata={"targetTableName": table.rpartition("/")[2]}
    )["RestoreJobId"]
    aws.service.advance(hours=1)
    assert theirs.describe_restore_job(RestoreJobId=job)["Status"] == "COMPLETED"
    abroad = aws.connect("dynamodb", OTHER_ACCOUNT, REGION).scan(TableName=table.rpartition("/")[2])
    assert abroad["Count"] == 60
    aws.service.advance(days=9)
    assert theirs.list_recovery_points_by_backup_vault(BackupVaultName="copies")["RecoveryPoints"] == []
    store = aws.connect("s3", STORE_ACCOUNT, "us-east-1")
    objects = store.list_objects_v2(Bucket="aws-backup-recovery-points").get("Contents", [])
    assert [each["Key"] for each in objects if each["Key"].startswith(handles)] == []


def handles_of(service: BackupService) -> tuple[str, ...]:
    vaults = [vault for region in service.world.regions.values() for vault in region.vaults.values()]
    return tuple(point.handle for vault in vaults for point in vault.recovery_points.values())


@pytest.mark.behaviour("resources-are-found")
def test_resources_are_found_with_their_tags(aws: Aws, bucket: str, table: str) -> None:
    resources = AwsResources(aws.connect)
    found = {resource.arn: resource for resource in resources.in_region(ACCOUNT, REGION)}
    assert found[f"arn:aws:s3:::{bucket}"].tags == {"backup": "daily"}
    assert found[table].type == "DynamoDB"
    assert resources.find(ACCOUNT, REGION, table) == found[table]
    assert resources.find(ACCOUNT, "us-east-1", table) is None
    assert resources.find(ACCOUNT, REGION, "arn:aws:sqs:eu-west-1:111111111111:queue") is None
    assert not [resource for resource in resources.in_region(ACCOUNT, "us-east-1") if resource.type == "S3"]


@pytest.mark.behaviour("restore-not-over-what-exists")
def test_what_aws_refuses_fails_the_job(aws: Aws, table: str) -> None:
    point = aws.back_up(table)["RecoveryPointArn"]
    job = aws.restore(point, targetTableName="x")
    assert (job["Status"], "tableName" in job["StatusMessage"]) == ("FAILED", True)


@pytest.mark.behaviour("restore-byte-for-byte", "two-ways-in")
def test_the_local_aws_itself_backs_up_and_restores_as_time_passes(endpoint: str, socket_enabled: None) -> None:
    """No service of the test's own: the one behind the endpoint, which reads and writes through that endpoint."""
    connect = Aws(endpoint).here
    backup, s3 = connect("backup"), connect("s3")
    role = connect("iam").create_role(RoleName="backs-up", AssumeRolePolicyDocument=TRUST)
    s3.create_bucket(Bucket="acme-plain", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="acme-plain", Key="a", Body=PHOTO)
    backup.create_backup_vault(BackupVaultName="acme")
    job = backup.start_backup_job(
        BackupVaultName="acme", ResourceArn="arn:aws:s3:::acme-plain", IamRoleArn=role["Role"]["Arn"]
    )["BackupJobId"]
    pass_time(endpoint, hours=1)
    described = backup.describe_backup_job(BackupJobId=job)
    assert described["State"] == "COMPLETED", described
    to = {"DestinationBucketName": "acme-restored", "NewBucket": "true"}
    restoring = backup.start_restore_job(RecoveryPointArn=described["RecoveryPointArn"], Metadata=to)["RestoreJobId"]
    pass_time(endpoint, hours=1)
    assert backup.describe_restore_job(RestoreJobId=restoring)["Status"] == "COMPLETED"
    assert s3.get_object(Bucket="acme-restored", Key="a")["Body"].read() == PHOTO


def ask(endpoint: str, name: str, body: bytes | None = None) -> bytes:
    with urlopen(Request(f"{endpoint}/_backup_apps/{name}", data=body), timeout=60) as answer:
        return bytes(answer.read())


def pass_time(endpoint: str, **time: float) -> None:
    ask(endpoint, "advance", json.dumps(time).encode())
