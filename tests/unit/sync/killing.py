"""Steps of the hub that die at any of their writes: before it is made, or when it is made and nobody hears it."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.sessions import SyncSession
from backup_apps.ports.hub import Hub
from sync.memory import World
from sync.memory_members import Member, Members
from sync.targets import BUNDLE

WRITES = {
    "admissions": ("start",),
    "alerts": ("publish",),
    "approvals": ("ask", "save"),
    "archives": ("put", "put_once"),
    "documents": ("write", "write_once"),
    "executions": ("start",),
    "findings": ("replace",),
    "healing": ("start",),
    "ledger": ("keep", "record"),
    "pages": ("publish",),
    "records": (
        "add_outcome",
        "forget_target",
        "hold",
        "record",
        "release",
        "remember_target",
        "set_outcome",
        "set_outcomes",
        "set_state",
        "use_token",
    ),
    "waits": ("give_up", "go_on"),
}
"""By port. To be killed at a read is to be killed after the write before it."""
READS = {
    "approvals": ("find", "waiting"),
    "archives": ("fetch", "fetch_as_of", "uploaded_since"),
    "documents": ("location", "read"),
    "findings": ("of_bundle", "of_target"),
    "ledger": ("checkpoints", "entries", "last_checkpoint", "latest"),
    "records": (
        "bundles",
        "find",
        "is_held",
        "known_targets",
        "latest",
        "latest_admitted",
        "latest_reached",
        "latest_by_target",
        "outcome",
        "outcomes",
        "standing",
    ),
}


class Killed(BaseException):
    """Nothing that the killed step might still do is done."""


class Fuse:
    """Burns one end of a write at a time; blows when it is burnt down."""

    def __init__(self, left: int | None = None) -> None:
        self.left, self.burnt = left, 0

    def burn(self) -> None:
        if self.left == self.burnt:
            raise Killed
        self.burnt += 1


class Fused:
    """A port of a step that may be killed."""

    def __init__(self, port: Any, writes: Sequence[str], fuse: Fuse) -> None:
        self._port, self._writes, self._fuse = port, writes, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._guarded(found) if name in self._writes else found

    def _guarded(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn()
            answer = method(*arguments, **named)
            self._fuse.burn()
            return answer

        return call


class FusedMembers:
    """Member accounts whose AWS Backup is written to by one that may be killed."""

    def __init__(self, members: Members, fuse: Fuse) -> None:
        self._members, self._fuse = members, fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._members, name)

    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> Any:
        return FusedMember(self._members.for_syncing(desired, session), self._fuse)


class FusedMember:
    def __init__(self, member: Member, fuse: Fuse) -> None:
        self._member, self._fuse = member, fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._member, name)

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        for change in changes:
            self._fuse.burn()
            (written,) = self._member.apply([change], live, version)
            self._fuse.burn()
            yield written


def fused(hub: World, fuse: Fuse) -> Hub:
    ports = {name: Fused(getattr(hub, name), writes, fuse) for name, writes in WRITES.items()}
    return Hub(**(hub._asdict() | ports | {"members": FusedMembers(hub.members, fuse)}))


def told(hub: World) -> set[str]:
    return {json.dumps(dict(alert.document), sort_keys=True) for alert in hub.alerts.published}


def left(hub: World) -> dict[str, Any]:
    """Everything that a step leaves behind; of what comes again with each attempt, once."""
    requests = {one.id: one.model_dump(exclude={"token", "revision"}) for one in hub.approvals.requests.values()}
    entries = {one.id: one.facts for one in hub.ledger.entries(BUNDLE)}
    return {
        "commits": hub.records.commits,
        "admitted": hub.records.admitted,
        "outcomes": hub.records.by_target,
        "targets": hub.records.targets,
        "documents": hub.documents.texts,
        "requests": requests,
        "woken": {how for _, how in hub.waits.woken},
        "started": hub.executions.started,
        "entries": entries,
        "told": told(hub),
        "sealed": {one.sequence for one in hub.ledger.checkpoints(BUNDLE)[-1:]},
    }
