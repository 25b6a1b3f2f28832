"""The data plane of an AWS endpoint: what recovery points hold is kept there, in an account that nobody looks into.

Objects and items are stored byte for byte; of volumes and databases the emulator keeps snapshots; of the rest the
configuration is stored.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from backup_apps_local.backup.data_plane import DataPlaneError, Restore, Snapshot
from backup_apps_local.backup.resource_types import type_of
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup_joint_machines import Clusters, FileSystems, Instances, Machines
from backup_apps_local.backup_joint_objects import Buckets
from backup_apps_local.backup_joint_resources import Clients
from backup_apps_local.backup_joint_snapshots import Databases, Volumes
from backup_apps_local.backup_joint_store import Store
from backup_apps_local.backup_joint_tables import Tables


class Keeper(Protocol):
    """Of one type of resource. `place` is the account and region of the resource."""

    def snapshot(self, place: tuple[str, str], resource: Resource, handle: str) -> int:
        """Returns the size in bytes."""

    def copy(self, handle: str, to: tuple[str, str], copied: str, key_arn: str) -> None: ...

    def restore(self, restore: Restore) -> str: ...

    def load(self, handle: str) -> None:
        """The store has what was saved of it; what else it needs is made anew."""

    def discard(self, handle: str) -> None: ...

    def delete(self, place: tuple[str, str], arn: str) -> None: ...


@dataclass(frozen=True)
class _Handle:
    """`TYPE/id`."""

    type: str
    id: str

    @staticmethod
    def read(text: str) -> "_Handle":
        return _Handle(*text.split("/", 1))

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


class AwsData:
    """A `DataPlane`."""

    def __init__(self, clients: Clients) -> None:
        store = self._store = Store(clients)
        self._keepers: Mapping[str, Keeper] = {
            "Aurora": Machines(clients, store, Clusters()),
            "DynamoDB": Tables(clients, store),
            "EBS": Volumes(clients, store),
            "EC2": Machines(clients, store, Instances()),
            "EFS": Machines(clients, store, FileSystems()),
            "RDS": Databases(clients, store),
            "S3": Buckets(clients, store),
        }

    def snapshot(self, account: str, region: str, resource: Resource) -> Snapshot:
        handle = str(_Handle(resource.type, uuid4().hex))
        with _told():
            return Snapshot(handle, self._keeper(resource.type).snapshot((account, region), resource, handle))

    def copy(self, handle: str, account: str, region: str, key_arn: str) -> str:
        type_name = _Handle.read(handle).type
        copied = str(_Handle(type_name, uuid4().hex))
        with _told():
            self._keeper(type_name).copy(handle, (account, region), copied, key_arn)
        return copied

    def restore(self, restore: Restore) -> str:
        with _told():
            return self._keeper(restore.type).restore(restore)

    def discard(self, handle: str) -> None:
        with _told():
            if self._store.holds(handle):
                self._keeper(_Handle.read(handle).type).discard(handle)

    def delete_resource(self, account: str, region: str, arn: str) -> None:
        kind = type_of(arn)
        with _told():
            self._keeper(kind.name if kind else arn).delete((account, region), arn)

    def save(self, handles: Iterable[str]) -> Any:
        """Of the resources themselves nothing is saved: they are in the hands of their own services."""
        with _told():
            return {handle: self._store.save(handle) for handle in handles}

    def load(self, saved: Any) -> None:
        with _told():
            for handle, kept in saved.items():
                self._store.load(handle, kept)
                self._keeper(_Handle.read(handle).type).load(handle)

    def _keeper(self, type_name: str) -> Keeper:
        if type_name not in self._keepers:
            raise DataPlaneError(f"Backing up {type_name} is not possible here")
        return self._keepers[type_name]


@contextmanager
def _told() -> Iterator[None]:
    """What an AWS service refuses, the job tells."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise DataPlaneError(str(error)) from error
