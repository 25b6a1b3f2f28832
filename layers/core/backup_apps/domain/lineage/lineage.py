"""The lineage of a resource: line → commit → approver → plan version → rule → job → recovery point → verification.

Every part is optional. One that is absent is not known, and whoever tells of it says so; that something is known to be
nothing (nobody had to approve, nothing changed) is said by an empty part. Times are ISO 8601 in UTC.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.desired import Target
from backup_apps.domain.provenance.record import Provenance


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Line(_Known):
    """A value of policy, and where it was written last: what is in force."""

    path: str
    """Below `spec`."""
    value: Any
    """As rendered."""
    file: str
    line: int
    app: str
    """The app that wrote it, which may be an ancestor."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Committed(_Known):
    """The version of the bundle, and who pushed it."""

    version: str
    committed: str
    provenance: Provenance | None = None
    """As its token was believed; None where nothing is recorded of it."""


class Approver(_Known):
    user: str
    at: str
    reason: str | None = None


class Approval(_Known):
    """Who let the version pass; without approvers, nobody had to."""

    approvers: tuple[Approver, ...] = ()
    class_: str | None = None
    """What the change set did to protection, as it was planned."""


class Plan(_Known):
    """The backup plan, and the version of it that is meant."""

    name: str
    id: str | None = None
    version: str | None = None
    rule: str | None = None


class Job(_Known):
    """A job of AWS Backup."""

    id: str
    kind: str
    """backup, copy or restore."""
    state: str
    created: str | None = None
    completed: str | None = None
    message: str | None = None


class Point(_Known):
    """A recovery point."""

    arn: str
    vault: str
    created: str
    resource: str | None = None
    status: str | None = None
    deleted: str | None = None
    """When AWS Backup will delete it."""
    is_kept: bool = False
    """Known to have no date at which it is deleted."""


class Verification(_Known):
    """What a restore taught."""

    verdict: str
    at: str
    resource: str | None = None
    recovery_point: str | None = None
    message: str | None = None
    """The first thing that was found."""


class Change(_Known):
    """Something that changed, by the ledger."""

    at: str
    kind: str
    who: str
    what: str


class Lineage(_Known):
    """All that is known of it."""

    bundle: str
    account: str
    region: str
    app: str | None = None
    resource: str | None = None
    policy: tuple[Line, ...] | None = None
    commit: Committed | None = None
    approval: Approval | None = None
    plan: Plan | None = None
    job: Job | None = None
    point: Point | None = None
    last_good: Point | None = None
    """The newest recovery point of the resource that can be restored."""
    verified: Verification | None = None
    """The last that showed that it can be restored."""
    verification: Verification | None = None
    """The last, however it came out."""
    changes: tuple[Change, ...] | None = None
    """Of the 24 hours before, the newest first."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    def to_json(self) -> dict[str, Any]:
        """What is not known is absent."""
        document = self.model_dump(mode="json", exclude_none=True, exclude={"approval": {"class_"}})
        if self.approval and self.approval.class_:
            document["approval"]["class"] = self.approval.class_
        if self.commit and self.commit.provenance:
            del document["commit"]["provenance"]["grant"], document["commit"]["provenance"]["jti"]
        return document


class Seen(NamedTuple):
    """What whoever asks saw in the member account already."""

    plan: Plan | None = None
    job: Job | None = None
    point: Point | None = None
    last_good: Point | None = None


class Asked(NamedTuple):
    """What is asked for, as far as it is known. `plan`, `rule`, `selection` and `vault` are names of AWS Backup."""

    bundle: str
    target: Target
    app: str | None = None
    resource: str | None = None
    plan: str | None = None
    rule: str | None = None
    selection: str | None = None
    vault: str | None = None
    tags: Mapping[str, str] | None = None
    """Of the resource; they tell which selection took it."""
