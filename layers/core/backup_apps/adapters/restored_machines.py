"""What AWS says of a volume, a database, an instance or a file system."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backup_apps.domain.verification.facts import Database, Facts, FileSystem, Instance, Volume
from backup_apps.ports.verification import Question

Clients = Callable[[str], Any]
"""Clients by service, of one account and region."""

GONE = (
    "InvalidVolume.NotFound",
    "InvalidInstanceID.NotFound",
    "DBInstanceNotFound",
    "DBInstanceNotFoundFault",
    "DBClusterNotFoundFault",
    "FileSystemNotFound",
)
"""Errors that say that it is not there."""


def _volume(clients: Clients, question: Question) -> Volume:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html"""
    volume = question.arn.rpartition("/")[2]
    (found,) = clients("ec2").describe_volumes(VolumeIds=[volume])["Volumes"]
    return Volume(
        state=found["State"], size=found["Size"], encrypted=found["Encrypted"], key=found.get("KmsKeyId") or None
    )


def _database(clients: Clients, question: Question) -> Database:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html"""
    name = question.arn.rpartition(":")[2]
    (found,) = clients("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return Database(
        type="RDS",
        status=found["DBInstanceStatus"],
        engine=found["Engine"],
        storage=found.get("AllocatedStorage", 0),
        encrypted=found.get("StorageEncrypted", False),
        key=found.get("KmsKeyId") or None,
        subnet_group=found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        is_public=found.get("PubliclyAccessible", False),
    )


def _cluster(clients: Clients, question: Question) -> Database:
    """Its storage is AWS's to allocate; of a restored cluster there is no instance yet.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
    https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-aur.html
    """
    name = question.arn.rpartition(":")[2]
    (found,) = clients("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    return Database(
        type="Aurora",
        status=found["Status"],
        engine=found["Engine"],
        storage=0,
        encrypted=found.get("StorageEncrypted", False),
        key=found.get("KmsKeyId") or None,
        subnet_group=found.get("DBSubnetGroup") or None,
        is_public=found.get("PubliclyAccessible", False),
    )


def _instance(clients: Clients, question: Question) -> Instance:
    """It is encrypted if all of its volumes are.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
    """
    ec2, instance = clients("ec2"), question.arn.rpartition("/")[2]
    (reservation,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    (found,) = reservation["Instances"]
    ids = [one["Ebs"]["VolumeId"] for one in found.get("BlockDeviceMappings", ()) if "Ebs" in one]
    volumes = ec2.describe_volumes(VolumeIds=ids)["Volumes"] if ids else []
    keys = sorted({one["KmsKeyId"] for one in volumes if one.get("KmsKeyId")})
    return Instance(
        state=found["State"]["Name"],
        passes=_passes(ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]),
        volumes=len(volumes),
        encrypted=bool(volumes) and all(one["Encrypted"] for one in volumes),
        key=", ".join(keys) or None,
    )


def _passes(statuses: Sequence[Mapping[str, Any]]) -> bool | None:
    """None while the checks still run. Only running instances have any."""
    told = {one[name]["Status"] for one in statuses for name in ("SystemStatus", "InstanceStatus")}
    if told & {"impaired"}:
        return False
    return True if told == {"ok"} else None


def _file_system(clients: Clients, question: Question) -> FileSystem:
    """https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html"""
    name = question.arn.rpartition("/")[2]
    (found,) = clients("efs").describe_file_systems(FileSystemId=name)["FileSystems"]
    return FileSystem(
        state=found["LifeCycleState"],
        bytes=found["SizeInBytes"]["Value"],
        encrypted=found.get("Encrypted", False),
        key=found.get("KmsKeyId") or None,
    )


MACHINES: Mapping[str, Callable[[Clients, Question], Facts]] = {
    "EBS": _volume,
    "RDS": _database,
    "Aurora": _cluster,
    "EC2": _instance,
    "EFS": _file_system,
}
"""By the type that AWS Backup gives them."""
