"""Member accounts, one target at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from backup_apps.domain.changes import Write
    from backup_apps.domain.commits import Version
    from backup_apps.domain.desired import DesiredTarget, Target
    from backup_apps.domain.drift.jobs import LiveJob
    from backup_apps.domain.drift.keys import KeyState
    from backup_apps.domain.drift.live_points import LivePoint, MadeBy
    from backup_apps.domain.drift.tagged import Tagged
    from backup_apps.domain.handling import Sought
    from backup_apps.domain.ledger.happenings import Written
    from backup_apps.domain.lineage.lineage import Point
    from backup_apps.domain.live import LiveTarget
    from backup_apps.domain.sessions import SyncSession


PlanVersions = Mapping[str, Mapping[str, Any]]
"""What versions of backup plans hold, by `live.plan_version`, and selections, by `live.known_selection`."""


class FoundResources(NamedTuple):
    """ARNs in order, and whether there may be more of them."""

    resources: tuple[str, ...]
    more: bool


class Member(Protocol):
    """One target, through an assumed role of the member account, to read."""

    def key_arn(self, alias: str) -> str:
        """The key behind an alias (name or ARN)."""
        ...

    def plan_name(self, plan: str) -> str | None:
        """Of a plan, by its id; None where it is gone."""
        ...

    def key_state(self, arn: str) -> KeyState:
        """Of a key of its account."""
        ...

    def recovery_points(self, vault: str) -> Iterator[LivePoint]:
        """Those of a vault that can be restored, read as they are asked for."""
        ...

    def last_points(self, resource: str, most: int) -> tuple[Point, ...]:
        """The newest recovery points of a resource that can be restored, so many at most, the newest first."""
        ...

    def jobs(self, since: datetime) -> Iterator[LiveJob]:
        """Backup and copy jobs that began since then, read as they are asked for."""
        ...

    def rules_of_version(self, plan: str, version: str) -> Mapping[str, MadeBy]:
        """The rules of a version of a plan, by their ids; empty where the plan is gone."""
        ...

    def read(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        """What is there that has the bundle's tag or a name that it wants, and plans that no bundle manages, unread.
        `plan_versions` need not be read again."""
        ...

    def resources(self, sought: Sought, most: int) -> FoundResources:
        """Resources of the target that have or had a tag, `most` of them."""
        ...

    def tagged(self, arns: Collection[str]) -> frozenset[str]:
        """Those of the resources that are there, as far as they have or had a tag."""

    def of_types(self, kinds: Sequence[str]) -> Iterator[Tagged]:
        """All resources of these types of the target that have or had a tag, read as they are asked for."""
        ...

    def selections(self, plan: str) -> Sequence[Mapping[str, Any]]:
        """Of a plan of anybody, by its id; each a `BackupSelection`."""
        ...


class SyncingMember(Member, Protocol):
    """One target, to read and to write. It writes in sessions that allow the changes at hand and nothing else."""

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        """Carry the changes out in order, on what `read` found, each as it is asked for. Ends with the first error."""
        ...


class Members(Protocol):
    """The member accounts. Both raise UnreachableError where the role can't be assumed."""

    def for_planning(self, target: Target, session: str) -> Member: ...
    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> SyncingMember: ...
