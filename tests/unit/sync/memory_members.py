"""Member accounts in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.jobs import LiveJob
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.errors import AccessDeniedError, NotFoundError, UnreachableError
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.happenings import Call, Written
from backup_apps.domain.lineage.lineage import Point
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.patterns import is_sought
from backup_apps.domain.sessions import SyncSession
from backup_apps.ports.members import FoundResources, PlanVersions
from sync.simulation import after


@dataclass
class Members:
    """Live state by target; a target that is not there can't be reached."""

    live: dict[Target, LiveTarget] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """By alias."""
    unreadable: set[str] = field(default_factory=set)
    """Aliases that nobody may look up."""
    writes: list[tuple[Target, Write]] = field(default_factory=list)
    sessions: list[tuple[str, Target, str]] = field(default_factory=list)
    key_states: dict[str, KeyState] = field(default_factory=dict)
    """By ARN; keys that are not here serve and do not rotate."""
    points: list[LivePoint] = field(default_factory=list)
    good_points: list[Point] = field(default_factory=list)
    """Of resources, as they are described."""
    jobs: list[LiveJob] = field(default_factory=list)
    rules: dict[tuple[str, str], dict[str, MadeBy]] = field(default_factory=dict)
    """By plan and version."""
    resources: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tags by ARN, wherever they are."""
    tagged: list[Tagged] = field(default_factory=list)
    selections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of plans of nobody, by id."""
    looked_up: list[Sought] = field(default_factory=list)
    asked_for: list[frozenset[str]] = field(default_factory=list)
    """Resources of which it was asked whether they are there."""
    fails_after: int | None = None

    def for_planning(self, target: Target, session: str) -> "Member":
        return self._member("plan", target, session)

    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> "Member":
        return self._member("sync", desired.target, session.name)

    def _member(self, role: str, target: Target, session: str) -> "Member":
        if target not in self.live:
            raise UnreachableError("AssumeRole", "AccessDenied", f"the role of {target} is missing")
        self.sessions.append((role, target, session))
        return Member(self, target)


class Member(NamedTuple):
    members: Members
    target: Target

    def key_arn(self, alias: str) -> str:
        if alias in self.members.unreadable:
            raise AccessDeniedError("DescribeKey", "AccessDeniedException", alias)
        if alias not in self.members.keys:
            raise NotFoundError("DescribeKey", "NotFoundException", alias)
        return self.members.keys[alias]

    def plan_name(self, plan: str) -> str | None:
        return next((one.name for one in self.members.live[self.target].plans if one.id == plan), None)

    def key_state(self, arn: str) -> KeyState:
        return self.members.key_states.get(arn, KeyState(arn, "Enabled", False))

    def recovery_points(self, vault: str) -> Iterator[LivePoint]:
        return (point for point in self.members.points if point.vault == vault)

    def last_points(self, resource: str, most: int) -> tuple[Point, ...]:
        found = [point for point in self.members.good_points if point.resource == resource]
        return tuple(sorted(found, key=lambda point: point.created, reverse=True)[:most])

    def jobs(self, since: datetime) -> Iterator[LiveJob]:
        return (job for job in self.members.jobs if job.created >= since)

    def rules_of_version(self, plan: str, version: str) -> Mapping[str, MadeBy]:
        return self.members.rules.get((plan, version), {})

    def read(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        return self.members.live[self.target]

    def resources(self, sought: Sought, most: int) -> FoundResources:
        self.members.looked_up.append(sought)
        found = sorted(arn for arn, tags in self.members.resources.items() if is_sought(sought, arn, tags))
        return FoundResources(tuple(found[:most]), len(found) > most)

    def tagged(self, arns: Collection[str]) -> frozenset[str]:
        self.members.asked_for.append(frozenset(arns))
        return frozenset(arns) & self.members.resources.keys()

    def of_types(self, kinds: Sequence[str]) -> Iterator[Tagged]:
        return (one for one in self.members.tagged if one.kind in kinds)

    def selections(self, plan: str) -> Sequence[Mapping[str, Any]]:
        return self.members.selections.get(plan, ())

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        for done, change in enumerate(changes):
            if done == self.members.fails_after:
                raise UnreachableError("CreateBackupPlan", "Broken", "the line broke")
            self.members.live[self.target] = after(self.members.live[self.target], change)
            self.members.writes.append((self.target, change))
            call = Call(f"{change.action}-{change.kind}", change.name, f"request-{len(self.members.writes)}")
            yield Written(change, (call,))
