"""Commits: uploaded versions of a bundle, their order, and how far each has come."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.desired import Target
from backup_apps.domain.provenance.record import Provenance

_BUNDLE = r"[a-z0-9-]{1,40}"
_VERSION = r"[A-Za-z0-9._-]{1,64}"
ATTESTATION = ".attestation.json"
NAMES = "a bundle is [a-z0-9-]{1,40}, a version [A-Za-z0-9._-]{1,64}"
_KEY = re.compile(rf"bundles/({_BUNDLE})/({_VERSION})\.zip")


class State(StrEnum):
    """How far a commit, or one target of it, has come."""

    REJECTED = "rejected"
    """The bundle is not valid; nothing changed."""
    PLANNED = "planned"
    """Admitted; its change set is written, or on its way."""
    WAITING_APPROVAL = "waiting-approval"
    """People have to let its change set pass."""
    SYNCING = "syncing"
    SYNCED = "synced"
    PARTLY_FAILED = "partly-failed"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """A later commit of the bundle came first; it says now what live state should be."""


class Version(NamedTuple):
    """A version of a bundle."""

    bundle: str
    version: str

    @property
    def key(self) -> str:
        """Where in the policy bucket it is uploaded."""
        return f"bundles/{self.bundle}/{self.version}.zip"

    @property
    def attestation_key(self) -> str:
        """Where its attestation is uploaded, before it."""
        return self.key + ATTESTATION


def version_of(key: str) -> Version | None:
    """The version that an object key stands for; None if it is no key of a bundle."""
    match = _KEY.fullmatch(key)
    return Version(*match.groups()) if match else None


def is_valid(version: Version) -> bool:
    """Whether the names are such that the version can be uploaded."""
    return version_of(version.key) == version


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Commit(_Document):
    """An upload. Commits of a bundle are ordered by the time S3 gives them, then by key."""

    bundle: str
    version: str
    committed: str
    """S3's LastModified, ISO 8601 in UTC."""
    object_version: str

    @property
    def id(self) -> Version:
        return Version(self.bundle, self.version)

    @property
    def order(self) -> tuple[str, str]:
        return self.committed, self.id.key


class Standing(NamedTuple):
    """The last commit that reached a target, and a later one that began to and did not end well, or not yet."""

    synced: Commit | None
    under_way: Commit | None = None


class CommitRecord(Commit):
    """A commit, and what became of it."""

    state: State
    error: str | None = None
    """Why all of it failed, where no target is to blame."""
    provenance: Provenance | None = None
    """None for a commit that was rejected before its token was believed."""


class Waits(_Document):
    """What a staged sync waits for in a target."""

    why: str
    until: str | None = None
    """ISO 8601 in UTC; None where it is the end of other targets that is waited for."""


class TargetOutcome(_Document):
    """How far one target of a commit has come."""

    account: str = Field(pattern=r"^\d{12}$")
    region: str
    state: State = State.PLANNED
    changes: int | None = None
    writes: int | None = None
    """Made there by this commit; known once it was synced there, also where it was planned again since."""
    error: str | None = None
    waits: Waits | None = None
    """Of a staged sync that is not done there."""
    begun: bool = False
    """A sync of this commit has begun to write there. It stays so, whatever became of it: live state may hold a part of
    what the commit asks."""
    retired: bool = False
    """The bundle no longer names this target; what it had there is taken away."""
    looked_up: bool = False
    """AWS Organizations gave the account: to this version or, where it departed since, to an earlier one."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


def left_behind(outcome: TargetOutcome, state: State, reason: str | None = None) -> TargetOutcome:
    """A target at the end of a commit that goes no further. What was synced before the commit was planned again is held
    against it from then on, whatever was found there since."""
    if outcome.state is State.SYNCED or outcome.writes is not None:
        return outcome.model_copy(update={"state": State.SYNCED, "error": None, "waits": None})
    return outcome.model_copy(update={"state": state, "error": reason, "waits": None})


def join_outcomes(outcomes: Iterable[TargetOutcome]) -> State:
    """The state of a commit whose targets have all ended: any failure shows."""
    states = [outcome.state for outcome in outcomes]
    failed = states.count(State.FAILED)
    if failed:
        return State.FAILED if failed == len(states) else State.PARTLY_FAILED
    return State.SUPERSEDED if State.SUPERSEDED in states else State.SYNCED


def status(record: CommitRecord, outcomes: Iterable[TargetOutcome]) -> dict[str, Any]:
    """What `backup-apps status` prints."""
    targets = [_shown(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.target)]
    error = {"error": record.error} if record.error else {}
    shown = {"bundle": record.bundle, "version": record.version, "state": record.state.value}
    return {**shown, **error, "targets": targets}


def _shown(outcome: TargetOutcome) -> dict[str, Any]:
    return outcome.model_dump(mode="json", include={"account", "region", "state", "error", "waits"}, exclude_none=True)
