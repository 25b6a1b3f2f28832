"""Findings of drift: what is found again is the same finding, and it has a life.

`Drift` is what a look at a target sees now; `Finding` is what is kept of it.
"""

from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.changes import Write
from backup_apps.domain.desired import Target
from backup_apps.domain.normal_form import fingerprint

_DIGITS = 16


class Kind(StrEnum):
    """What has drifted."""

    PLAN = "plan"
    RULE = "rule"
    SELECTION = "selection"
    VAULT = "vault"
    LOCK = "lock"
    ACCESS_POLICY = "access-policy"
    NOTIFICATIONS = "notifications"
    REGION_OPT_IN = "region-opt-in"
    MISSING_PLAN = "missing-plan"
    MISSING_VAULT = "missing-vault"
    RESTORE_TESTING = "restore-testing"
    """A plan of AWS restore testing, or one of its selections: gone, or not as it was synced."""
    UNMANAGED_PLAN = "unmanaged-plan"
    KEY_ROTATION = "key-rotation"
    KEY_STATE = "key-state"
    """Disabled, to be deleted, or gone."""
    RETENTION = "retention"
    """The lifecycle of a recovery point is not that of the rule that made it."""
    RECOVERY_POINT_KEY = "recovery-point-key"
    RECOVERY_POINT_VAULT = "recovery-point-vault"
    """A plan of the bundle made it in a vault that is not the bundle's."""
    ORPHANED_POINTS = "orphaned-points"
    """The plan that made them is gone."""
    VAULT_PRINCIPAL = "vault-principal"
    """A vault lets in somebody whom the trust policy does not name."""
    JOB_FAILED = "job-failed"
    """The last backup or copy of a resource by a rule; also one that expired or was aborted."""
    JOB_ISSUES = "job-issues"
    """It was completed with issues, or in part."""
    JOB_MISSING = "job-missing"
    """It was due, and none began."""
    COPY_MISSING = "copy-missing"
    """A backup went well, and no copy of it began."""
    VERIFICATION_MISSING = "verification-missing"
    """A rehearsal was due, and none began."""
    WAIVER = "waiver"
    """A waiver of the version in force has ended."""
    COVER = "cover"
    """Resources that an app wants to be backed up and that no plan selects."""


POINT_KINDS = frozenset({Kind.RETENTION, Kind.RECOVERY_POINT_KEY, Kind.RECOVERY_POINT_VAULT, Kind.ORPHANED_POINTS})
"""Findings that only a look at recovery points opens and closes."""
PRINCIPAL_KINDS = frozenset({Kind.VAULT_PRINCIPAL})
"""Findings that only a look at the trust policy opens and closes."""
JOB_KINDS = frozenset({Kind.JOB_FAILED, Kind.JOB_ISSUES, Kind.JOB_MISSING, Kind.COPY_MISSING})
"""Findings that only a look at jobs opens and closes."""
WAIVER_KINDS = frozenset({Kind.WAIVER})
"""Findings that only a look at waivers opens and closes."""
COVER_KINDS = frozenset({Kind.COVER})
"""Findings that only a look at the resources of a target opens and closes."""
VERIFICATION_KINDS = frozenset({Kind.VERIFICATION_MISSING})
"""Findings that only a look at rehearsals opens and closes."""

SWEPT_KINDS = POINT_KINDS | PRINCIPAL_KINDS | JOB_KINDS | WAIVER_KINDS | COVER_KINDS | VERIFICATION_KINDS
"""Findings that a look at the configuration of a target leaves alone."""


class Direction(StrEnum):
    """What a drift does to protection."""

    WEAKENS = "weakens"
    STRENGTHENS = "strengthens"
    NEUTRAL = "neutral"


class State(StrEnum):
    """How far a finding has come."""

    OPEN = "open"
    HEALED = "healed"
    """Put back by the hub."""
    PAUSED = "paused"
    """Open, and nobody puts it back before its pause ends."""
    ACCEPTED = "accepted"
    """Open, and a waiver allows it until it ends."""
    CLOSED = "closed"
    """It ended without the hub, or became what is asked."""


ENDED = (State.HEALED, State.CLOSED)


class Drift(NamedTuple):
    """One thing that is not as it was synced, as it is now."""

    kind: Kind
    resource: str
    """As people name it: vault, plan, `plan/rule`, `plan/selection`, a type of resources; else an ARN."""
    direction: Direction
    desired: Any
    live: Any
    reasons: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    """The leaves that asked for it: one, or all that share it."""
    path: str | None = None
    """Below `spec`, as far as the desired state can tell it."""
    writes: tuple[Write, ...] = ()
    """What puts it back; nothing where a part of a plan does, or where nobody can."""
    name: str = ""
    """Of the plan or vault that it is about."""
    item: str = ""
    """Of the rule or selection."""
    is_ours: bool = True
    """False in what bears a name of the bundle and can't be changed by it: nobody puts back anything there."""

    @property
    def identity(self) -> tuple[str, str]:
        return self.kind.value, self.resource

    @property
    def app(self) -> str | None:
        return self.apps[0] if len(self.apps) == 1 else None


class Actor(NamedTuple):
    """Who did it, with which call, by CloudTrail."""

    arn: str
    call: str
    at: str


class Finding(BaseModel):
    """A drift over its life. Values may change while it lasts; then it is the same finding."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    bundle: str
    version: str
    """The version that was synced, from which live state drifted."""
    kind: Kind
    direction: Direction
    account: str
    region: str
    resource: str
    app: str | None = None
    path: str | None = None
    desired: Any = None
    live: Any = None
    reasons: tuple[str, ...] = ()
    actor: Actor | None = None
    since: str
    """When it was found first, of this occurrence: ISO 8601 in UTC."""
    state: State = State.OPEN
    told: bool = False
    """Somebody was alerted."""
    heals: tuple[str, ...] = ()
    """When the hub put it back, lately."""
    stopped: bool = False
    """Put back too often; a person was paged, and nobody puts it back any more."""
    pause: str | None = None
    """Until when, by whom and why nobody puts it back."""
    waiver: str | None = None
    """Until when, by whom and why it is accepted."""
    revision: int = Field(default=0, exclude=True)
    """How often it was written, which is kept beside its document: what was written meanwhile shows by it."""

    @property
    def id(self) -> str:
        """Of what drifted where, whatever the values are."""
        return identity_of(self.bundle, self.target, self.kind, self.resource)

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def unmarked(self) -> "Finding":
        """As the last look left it: without what is marked on it between looks."""
        return self.model_copy(update={"told": False, "stopped": False, "revision": 0})

    @property
    def is_incident(self) -> bool:
        """Whether anybody is to do something about it."""
        return self.is_open and self.state is not State.ACCEPTED

    def to_json(self) -> dict[str, Any]:
        """As `backup-apps drift` prints it."""
        shown = (
            "kind",
            "direction",
            "account",
            "region",
            "resource",
            "app",
            "path",
            "desired",
            "live",
            "since",
            "state",
        )
        document = self.model_dump(mode="json", include=set(shown))
        actor = {"actor": self.actor.arn} if self.actor else {}
        return {"id": self.id, **{name: document[name] for name in shown[:9]}, **actor} | {
            name: document[name] for name in shown[9:]
        }


def identity_of(bundle: str, target: Target, kind: Kind, resource: str) -> str:
    return fingerprint([bundle, *target, kind.value, resource], _DIGITS)


def found(drift: Drift, bundle: str, version: str, target: Target, now: str) -> Finding:
    """A drift that is seen for the first time."""
    return Finding(
        bundle=bundle,
        version=version,
        kind=drift.kind,
        direction=drift.direction,
        account=target.account,
        region=target.region,
        resource=drift.resource,
        app=drift.app,
        path=drift.path,
        desired=drift.desired,
        live=drift.live,
        reasons=drift.reasons,
        since=now,
    )
