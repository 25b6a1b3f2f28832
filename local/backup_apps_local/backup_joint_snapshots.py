"""Volumes and databases, by the snapshots of the emulator, which keep their configuration but have no blocks.

A snapshot goes to another account or region by a volume or database made of it there and deleted again, since the
emulator has no copies of database snapshots, and of volume snapshots none across accounts.
"""

import json
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.data_plane import Restore
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup_joint_resources import Clients
from backup_apps_local.backup_joint_store import Store

_GIBIBYTE = 2**30
_MAKING = (
    "DBInstanceClass",
    "Engine",
    "EngineVersion",
    "AllocatedStorage",
    "MasterUsername",
    "StorageEncrypted",
    "KmsKeyId",
)


class Volumes:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-ebs.html"""

    def __init__(self, clients: Clients, store: Store) -> None:
        self._clients = clients
        self._store = store

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        ec2 = self._clients("ec2", *place)
        volume = ec2.describe_volumes(VolumeIds=[resource.arn.rpartition("/")[2]])["Volumes"][0]
        return self._keep(place, volume, handle)

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None:
        self._make(copied, to, {**self._store.read_manifest(handle), "key": key_arn})

    def load(self, handle: str) -> None:
        """Of a volume made for it, unless the snapshot is there: it is another emulator then, or a later run of it."""
        kept = self._store.read_manifest(handle)
        ec2 = self._clients("ec2", *kept["place"])
        known = ec2.describe_snapshots(Filters=[{"Name": "snapshot-id", "Values": [kept["snapshot"]]}])["Snapshots"]
        if not known:
            self._make(handle, tuple(kept["place"]), kept)

    def restore(self, restore: Restore) -> str:
        kept, metadata = self._store.read_manifest(restore.handle), restore.metadata
        key_arn = metadata.get("kmsKeyId")
        tags = [{"Key": key, "Value": value} for key, value in restore.tags.items()]
        volume = self._clients("ec2", restore.account, restore.region).create_volume(
            AvailabilityZone=metadata["availabilityZone"],
            Size=int(metadata.get("volumeSize", kept["size"])),
            VolumeType=metadata.get("volumeType", kept["type"]),
            Encrypted=bool(key_arn) or metadata.get("encrypted") == "true",
            **({} if restore.is_empty else {"SnapshotId": kept["snapshot"]}),
            **({"KmsKeyId": key_arn} if key_arn else {}),
            **({"TagSpecifications": [{"ResourceType": "volume", "Tags": tags}]} if tags else {}),
        )
        return f"arn:aws:ec2:{restore.region}:{restore.account}:volume/{volume['VolumeId']}"

    def discard(self, handle: str) -> None:
        kept = self._store.read_manifest(handle)
        self._clients("ec2", *kept["place"]).delete_snapshot(SnapshotId=kept["snapshot"])
        self._store.discard(handle)

    def delete(self, place: tuple[str, str], arn: str) -> None:
        self._clients("ec2", *place).delete_volume(VolumeId=arn.rpartition("/")[2])

    def _make(self, handle: str, place: tuple[str, str], kept: dict[str, Any]) -> None:
        ec2 = self._clients("ec2", *place)
        encryption = {"Encrypted": True, "KmsKeyId": kept["key"]} if kept["key"] else {}
        volume = ec2.create_volume(
            AvailabilityZone=f"{place[1]}a", Size=kept["size"], VolumeType=kept["type"], **encryption
        )
        self._keep(place, volume, handle)
        ec2.delete_volume(VolumeId=volume["VolumeId"])

    def _keep(self, place: tuple[str, str], volume: dict[str, Any], handle: str) -> int:
        snapshot = self._clients("ec2", *place).create_snapshot(VolumeId=volume["VolumeId"], Description="AWS Backup")
        size = volume["Size"]
        made = {"size": size, "type": volume["VolumeType"], "key": volume.get("KmsKeyId")}
        self._store.write_manifest(handle, {"place": place, "snapshot": snapshot["SnapshotId"], **made})
        return int(size) * _GIBIBYTE


class Databases:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-rds.html"""

    def __init__(self, clients: Clients, store: Store) -> None:
        self._clients = clients
        self._store = store

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        rds = self._clients("rds", *place)
        identifier = resource.arn.rpartition(":")[2]
        database = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        return self._keep(place, database, handle)

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None:
        encryption = {"StorageEncrypted": True, "KmsKeyId": key_arn}
        self._make(copied, to, self._store.read_manifest(handle)["making"] | encryption)

    def load(self, handle: str) -> None:
        """As of volumes."""
        kept = self._store.read_manifest(handle)
        known = self._clients("rds", *kept["place"]).describe_db_snapshots()["DBSnapshots"]
        if kept["snapshot"] not in {each["DBSnapshotIdentifier"] for each in known}:
            self._make(handle, tuple(kept["place"]), kept["making"])

    def restore(self, restore: Restore) -> str:
        """An empty one is a new instance, and so is an encrypted one: the emulator's snapshots forget their key."""
        kept, metadata = self._store.read_manifest(restore.handle), restore.metadata
        rds = self._clients("rds", restore.account, restore.region)
        tags = [{"Key": key, "Value": value} for key, value in restore.tags.items()]
        asked: dict[str, Any] = {"DBInstanceIdentifier": metadata["DBInstanceIdentifier"], "Tags": tags}
        key_arn = metadata.get("KmsKeyId")
        encryption = {"StorageEncrypted": True, "KmsKeyId": key_arn} if key_arn else {}
        making = kept["making"] | encryption
        asked |= network_of(metadata)
        if restore.is_empty or making.get("KmsKeyId"):
            made = rds.create_db_instance(**asked, **making, MasterUserPassword="not-a-secret")
        else:
            made = rds.restore_db_instance_from_db_snapshot(**asked, DBSnapshotIdentifier=kept["snapshot"])
        return str(made["DBInstance"]["DBInstanceArn"])

    def discard(self, handle: str) -> None:
        kept = self._store.read_manifest(handle)
        self._clients("rds", *kept["place"]).delete_db_snapshot(DBSnapshotIdentifier=kept["snapshot"])
        self._store.discard(handle)

    def delete(self, place: tuple[str, str], arn: str) -> None:
        rds = self._clients("rds", *place)
        rds.delete_db_instance(DBInstanceIdentifier=arn.rpartition(":")[2], SkipFinalSnapshot=True)

    def _make(self, handle: str, place: tuple[str, str], making: dict[str, Any]) -> None:
        rds, name = self._clients("rds", *place), f"awsbackup-{handle.rpartition('/')[2][:12]}"
        rds.create_db_instance(DBInstanceIdentifier=name, MasterUserPassword="not-a-secret", **making)
        self._keep(place, {"DBInstanceIdentifier": name, **making}, handle)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)

    def _keep(self, place: tuple[str, str], database: dict[str, Any], handle: str) -> int:
        snapshot = f"awsbackup-job-{handle.rpartition('/')[2]}"
        self._clients("rds", *place).create_db_snapshot(
            DBInstanceIdentifier=database["DBInstanceIdentifier"], DBSnapshotIdentifier=snapshot
        )
        making = {name: database[name] for name in _MAKING if name in database}
        self._store.write_manifest(handle, {"place": place, "snapshot": snapshot, "making": making})
        return int(database.get("AllocatedStorage", 0)) * _GIBIBYTE


def network_of(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Where a database is restored, as RDS is asked for it: of restore metadata lists are JSON."""
    asked: dict[str, Any] = {}
    if metadata.get("DBSubnetGroupName"):
        asked["DBSubnetGroupName"] = metadata["DBSubnetGroupName"]
    if metadata.get("VpcSecurityGroupIds"):
        asked["VpcSecurityGroupIds"] = json.loads(metadata["VpcSecurityGroupIds"])
    return asked
