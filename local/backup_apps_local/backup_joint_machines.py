"""Clusters, instances and file systems, by their configuration: the emulator has no storage behind them to snapshot.

What is restored is made anew as the source was; nothing is in it, whether the restore is to come back empty or not.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from backup_apps_local.backup.data_plane import Restore
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup_joint_resources import Clients
from backup_apps_local.backup_joint_snapshots import network_of
from backup_apps_local.backup_joint_store import Store


class Kind(Protocol):
    """One type of resource, by the client of its service."""

    service: str

    def describe(self, client: Any, name: str) -> dict[str, Any]:
        """What another one like it is made of."""

    def encrypted_with(self, key_arn: str) -> dict[str, Any]:
        """What a copy is made of besides."""

    def make(self, client: Any, like: Mapping[str, Any], metadata: Mapping[str, str], tags: list[Any]) -> str:
        """The end of its ARN."""

    def delete(self, client: Any, name: str) -> None: ...


class Machines:
    """A keeper of resources of one kind."""

    def __init__(self, clients: Clients, store: Store, kind: Kind) -> None:
        self._clients, self._store, self._kind = clients, store, kind

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        like = self._kind.describe(self._client(*place), resource.arn.replace(":", "/").rpartition("/")[2])
        self._store.write_manifest(handle, like)
        return 0

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None:
        self._store.write_manifest(copied, self._store.read_manifest(handle) | self._kind.encrypted_with(key_arn))

    def load(self, handle: str) -> None:
        """All of it is in the store."""

    def restore(self, restore: Restore) -> str:
        tags = [{"Key": key, "Value": value} for key, value in restore.tags.items()]
        client = self._client(restore.account, restore.region)
        made = self._kind.make(client, self._store.read_manifest(restore.handle), restore.metadata, tags)
        return f"arn:aws:{self._kind.service}:{restore.region}:{restore.account}:{made}"

    def discard(self, handle: str) -> None:
        self._store.discard(handle)

    def delete(self, place: tuple[str, str], arn: str) -> None:
        self._kind.delete(self._client(*place), arn.replace(":", "/").rpartition("/")[2])

    def _client(self, account: str, region: str) -> Any:
        return self._clients({"elasticfilesystem": "efs"}.get(self._kind.service, self._kind.service), account, region)


class Clusters:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-aur.html"""

    service = "rds"

    def describe(self, client: Any, name: str) -> dict[str, Any]:
        (found,) = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        members = ("Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "KmsKeyId")
        return {member: found[member] for member in members if found.get(member)}

    def encrypted_with(self, key_arn: str) -> dict[str, Any]:
        return {"StorageEncrypted": True, "KmsKeyId": key_arn}

    def make(self, client: Any, like: Mapping[str, Any], metadata: Mapping[str, str], tags: list[Any]) -> str:
        key = {"StorageEncrypted": True, "KmsKeyId": metadata["KmsKeyId"]} if metadata.get("KmsKeyId") else {}
        name = metadata["DBClusterIdentifier"]
        asked = {**like, **key, "DBClusterIdentifier": name, "MasterUserPassword": "not-a-secret"}
        client.create_db_cluster(**asked, **network_of(metadata), Tags=tags)
        return f"cluster:{name}"

    def delete(self, client: Any, name: str) -> None:
        client.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


class Instances:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-ec2.html"""

    service = "ec2"

    def describe(self, client: Any, name: str) -> dict[str, Any]:
        (reservation,) = client.describe_instances(InstanceIds=[name])["Reservations"]
        (found,) = reservation["Instances"]
        return {member: found[member] for member in ("ImageId", "InstanceType")}

    def encrypted_with(self, key_arn: str) -> dict[str, Any]:
        """Its volumes would be."""
        return {}

    def make(self, client: Any, like: Mapping[str, Any], metadata: Mapping[str, str], tags: list[Any]) -> str:
        more: dict[str, Any] = {"TagSpecifications": [{"ResourceType": "instance", "Tags": tags}]} if tags else {}
        more |= {"SubnetId": metadata["subnetId"]} if metadata.get("subnetId") else {}
        asked = {"ImageId": like["ImageId"], "InstanceType": metadata.get("instanceType") or like["InstanceType"]}
        (made,) = client.run_instances(**asked, **more, MinCount=1, MaxCount=1)["Instances"]
        return f"instance/{made['InstanceId']}"

    def delete(self, client: Any, name: str) -> None:
        client.terminate_instances(InstanceIds=[name])


class FileSystems:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html"""

    service = "elasticfilesystem"

    def describe(self, client: Any, name: str) -> dict[str, Any]:
        (found,) = client.describe_file_systems(FileSystemId=name)["FileSystems"]
        members = ("PerformanceMode", "Encrypted", "KmsKeyId")
        return {member: found[member] for member in members if found.get(member)}

    def encrypted_with(self, key_arn: str) -> dict[str, Any]:
        return {"Encrypted": True, "KmsKeyId": key_arn}

    def make(self, client: Any, like: Mapping[str, Any], metadata: Mapping[str, str], tags: list[Any]) -> str:
        """Into the file system of the backup, unless a new one is asked for."""
        if metadata["newFileSystem"] != "true":
            return f"file-system/{metadata['file-system-id']}"
        key = metadata.get("kmsKeyId", "")
        encryption = {"Encrypted": True, **({"KmsKeyId": key} if ":key/" in key else {})} if key else {}
        asked = {**like, **encryption, "CreationToken": metadata.get("CreationToken", "restored")}
        return f"file-system/{client.create_file_system(**asked, Tags=tags)['FileSystemId']}"

    def delete(self, client: Any, name: str) -> None:
        client.delete_file_system(FileSystemId=name)
