"""What backups are made of: the bytes behind recovery points, taken from resources and turned into resources again.

The engine decides when and whether; a data plane does. `cloud.InMemoryCloud` is one in memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from backup_apps_local.backup.resources import Resource


class DataPlaneError(Exception):
    """The data could not be read or written; the message becomes the status message of the job."""


@dataclass(frozen=True)
class Snapshot:
    """`handle` finds it again; it is text, so that it can be saved. `size` is in bytes."""

    handle: str
    size: int


@dataclass(frozen=True)
class Restore:
    """What to create, and where. `is_empty` asks for a resource without its contents: a fault that tests look for."""

    handle: str
    type: str
    account: str
    region: str
    metadata: Mapping[str, str]
    tags: Mapping[str, str]
    is_empty: bool = False


class DataPlane(Protocol):
    """Each call may raise DataPlaneError."""

    def snapshot(self, account: str, region: str, resource: Resource) -> Snapshot: ...

    def copy(self, handle: str, account: str, region: str, key_arn: str) -> str:
        """The handle of a copy that lives on when the original is discarded."""

    def restore(self, restore: Restore) -> str:
        """The ARN of the resource that was created, or written into."""

    def discard(self, handle: str) -> None:
        """The recovery point is gone; its data may go. A handle that is unknown is no error."""

    def delete_resource(self, account: str, region: str, arn: str) -> None:
        """Deletes what a restore test created."""

    def save(self, handles: Iterable[str]) -> Any:
        """What these recovery points hold, as JSON can say it."""

    def load(self, saved: Any) -> None:
        """From now on the handles that were saved are known here, with what they hold."""


class NoData:
    """A data plane without data: for time, schedules and lifecycles alone."""

    def snapshot(self, account: str, region: str, resource: Resource) -> Snapshot:
        return Snapshot("", 0)

    def copy(self, handle: str, account: str, region: str, key_arn: str) -> str:
        return ""

    def restore(self, restore: Restore) -> str:
        raise DataPlaneError(f"There is no data to restore a {restore.type} resource from")

    def discard(self, handle: str) -> None:
        """There is nothing to discard."""

    def delete_resource(self, account: str, region: str, arn: str) -> None:
        raise DataPlaneError(f"There is no {arn}")

    def save(self, handles: Iterable[str]) -> Any:
        return None

    def load(self, saved: Any) -> None:
        """There is nothing to load into; who loads a story without data means its times alone."""
