"""What use cases need of the world, as protocols. Adapters keep them on AWS; tests keep them in memory."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backup_apps.domain.alerts import Alert
from backup_apps.domain.approvals.request import ApprovalRequest
from backup_apps.domain.approvals.verdict import Role
from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Commit, CommitRecord, Standing, State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.entries import Checkpoint, Entry, Happening
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.places import Finding
from backup_apps.domain.sessions import SyncSession
from backup_apps.drift_ports import Findings, Healing

if TYPE_CHECKING:  # only what reads bundles loads these
    from backup_apps.domain.account_lookups import LookedUp, Lookup
    from backup_apps.domain.catalog import Membership
    from backup_apps.domain.provenance.attestation import IdToken
    from backup_apps.domain.provenance.trust import TrustedIssuer

Clock = Callable[[], datetime]
PlanVersions = Mapping[str, Mapping[str, Any]]
"""What versions of backup plans hold, by `live.plan_version`, and selections, by `live.known_selection`."""


class Resolved(Protocol):
    """A bundle, validated and resolved. `state` is there only if nothing is wrong."""

    @property
    def bundle(self) -> str | None: ...
    @property
    def state(self) -> DesiredState | None: ...
    @property
    def errors(self) -> tuple[Finding, ...]: ...
    @property
    def warnings(self) -> tuple[Finding, ...]: ...


class Admissible(Resolved, Protocol):
    """A bundle as the hub admits it."""

    @property
    def governance(self) -> Mapping[str, Any] | None:
        """What it promises besides, as `Governance.to_json` writes it; there if `state` is."""


class ReadBundle(Protocol):
    """A bundle that was read and is to be resolved."""

    @property
    def lookups(self) -> "tuple[Lookup, ...]":
        """What it asks of AWS Organizations."""
        ...

    def resolve(self, organization: "Membership") -> Admissible: ...


class BundleReader(Protocol):
    """Reads the zip of a bundle. Whatever is wrong with it is a finding; nothing in it raises."""

    def read(self, archive: bytes) -> ReadBundle: ...


class Organizations(Protocol):
    """AWS Organizations."""

    def look_up(self, lookups: "Sequence[Lookup]", former: Collection[str]) -> "LookedUp":
        """What is asked for, and which of the `former` accounts have departed. Raises AccessDeniedError where this
        account may not read the organization, NotFoundError where it belongs to none."""
        ...


class Upload(NamedTuple):
    """An object of the policy bucket. `body` is None if it is larger than was allowed, and then it was not read."""

    body: bytes | None
    committed: str
    object_version: str


class Archives(Protocol):
    """The policy bucket."""

    def fetch(self, key: str, object_version: str | None, max_bytes: int) -> Upload:
        """Raises NotFoundError."""
        ...

    def fetch_as_of(self, key: str, moment: str, max_bytes: int) -> Upload | None:
        """The version of an object that was current at that second, ISO 8601; None if there was none."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Write, in place of what is there."""
        ...

    def put_once(self, key: str, body: bytes) -> bool:
        """False, and nothing written, if the key exists."""
        ...


class Trust(Protocol):
    """Whom this deployment believes."""

    def policy(self) -> str:
        """The trust policy as it is deployed now, JSON."""
        ...

    def signature_flaw(self, token: "IdToken", issuer: "TrustedIssuer") -> str | None:
        """Why the issuer's keys do not vouch for the token; None if they do.

        Raises UnavailableError where the keys can't be had, which says nothing about the token.
        """
        ...


class Documents(Protocol):
    """The state bucket: texts by key."""

    def read(self, key: str) -> str:
        """Raises NotFoundError."""
        ...

    def write(self, key: str, text: str) -> None: ...

    def write_once(self, key: str, text: str) -> bool:
        """False, and nothing written, if the key exists."""
        ...

    def location(self, key: str) -> str:
        """Where a person finds it."""
        ...


class Records(Protocol):
    """Commits, how far they have come, and who holds a target."""

    def find(self, version: Version) -> CommitRecord | None: ...

    def latest(self, bundle: str | None = None) -> CommitRecord | None:
        """The last commit, rejected ones included; of all bundles if none is named."""
        ...

    def latest_admitted(self, bundle: str) -> Commit | None:
        """The last commit that was not rejected."""
        ...

    def latest_synced(self, bundle: str) -> Commit | None:
        """The last commit that reached all of its targets."""
        ...

    def record(self, record: CommitRecord, outcomes: Iterable[TargetOutcome] = ()) -> None:
        """A commit with its targets; once only: a commit that is recorded already is left as it is."""
        ...

    def set_state(self, version: Version, state: State, error: str | None = None) -> None: ...

    def set_outcomes(self, version: Version, outcomes: Iterable[TargetOutcome]) -> None: ...

    def add_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        """A further target of the version. Where it is known already, it stays as far as it has come."""
        ...

    def set_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        """How far a target of the version has come. What only its admission knew of it stays, and so do counts that the
        outcome does not tell."""
        ...

    def outcome(self, version: Version, target: Target) -> TargetOutcome | None: ...

    def outcomes(self, version: Version) -> tuple[TargetOutcome, ...]: ...

    def known_targets(self, bundle: str) -> frozenset[Target]:
        """Every target in which the bundle may have something."""
        ...

    def remember_target(self, bundle: str, target: Target) -> None: ...

    def forget_target(self, bundle: str, target: Target) -> None: ...

    def hold(self, bundle: str, target: Target, holder: str, now: datetime, until: datetime) -> bool:
        """Take a target for a sync; False if somebody else has it until later than now."""
        ...

    def release(self, bundle: str, target: Target, holder: str) -> None: ...

    def is_held(self, bundle: str, target: Target, now: datetime) -> bool: ...

    def bundles(self) -> tuple[str, ...]:
        """Every bundle of which a commit was admitted."""
        ...

    def standing(self, bundle: str, target: Target) -> Standing:
        """What live state of a target should be by now."""
        ...

    def use_token(self, issuer: str, jti: str, upload: str) -> bool:
        """Spend a token on an upload, named by key and object version; False if it was spent on another."""
        ...


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


class SyncingMember(Member, Protocol):
    """One target, to read and to write. It writes in sessions that allow the changes at hand and nothing else."""

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        """Carry the changes out in order, on what `read` found, each as it is asked for. Ends with the first error."""
        ...


class Members(Protocol):
    """The member accounts. Both raise UnreachableError where the role can't be assumed."""

    def for_planning(self, target: Target, session: str) -> Member: ...
    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> SyncingMember: ...


class Alerts(Protocol):
    def publish(self, alert: Alert) -> None: ...


class Executions(Protocol):
    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        """Start the sync of a version. A second start of the same version does nothing."""
        ...


class Ledger(Protocol):
    """The hash chains of all bundles. What is recorded stays, and cannot be recorded twice."""

    def record(self, bundle: str, happenings: Sequence[Happening]) -> tuple[Entry, ...]:
        """Chain what is not recorded yet; the new entries. Raises AwsError if it can't: then the caller does not go on
        with what it wanted to record, and whoever called it tries again."""
        ...

    def entries(self, bundle: str, after: int = 0) -> tuple[Entry, ...]:
        """In order, from the one behind `after`."""
        ...

    def latest(self, bundle: str, limit: int) -> tuple[Entry, ...]:
        """The last entries, the newest first."""
        ...

    def last_checkpoint(self, bundle: str) -> Checkpoint | None: ...

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        """All of them, in order, from where nobody can change them."""
        ...

    def keep(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint; the first of an entry stays, of each reason."""
        ...


class Signer(Protocol):
    """The key that seals ledgers. Its private half never leaves KMS."""

    @property
    def key(self) -> str:
        """The ARN of the key."""
        ...

    def sign(self, message: bytes) -> bytes: ...

    def public_key(self, key: str) -> str:
        """PEM of this or of an earlier key, by its ARN."""
        ...


class Approvals(Protocol):
    """Requests for approval, the last one of each version."""

    def find(self, version: Version) -> ApprovalRequest | None: ...

    def waiting(self, bundle: str) -> tuple[ApprovalRequest, ...]: ...

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        """Keep a request; how it stands then. What was decided on the same digest stays decided."""
        ...

    def save(self, request: ApprovalRequest) -> bool:
        """Write over the revision that the request was read as; False if somebody else did."""
        ...


class Waits(Protocol):
    """Executions that wait for a token. A wait that is over is no error."""

    def go_on(self, token: str, output: Mapping[str, Any]) -> None: ...

    def give_up(self, token: str, error: str, cause: str) -> None: ...


class ApprovalDesk(Protocol):
    """Where people decide, as the one who the caller's credentials are. Both raise NotApprovedError."""

    def show(self, version: Version) -> dict[str, Any]:
        """What waits, with the text to read before deciding."""
        ...

    def decide(self, version: Version, decision: str, digest: str, reason: str | None) -> dict[str, Any]: ...


class Roles(Protocol):
    """The IAM roles of the hub's account."""

    def find(self, name: str) -> Role | None: ...


@dataclass(frozen=True)
class Hub:
    """Everything that the use cases of the hub reach."""

    bundles: BundleReader
    organizations: Organizations
    archives: Archives
    documents: Documents
    records: Records
    members: Members
    alerts: Alerts
    executions: Executions
    ledger: Ledger
    signer: Signer
    clock: Clock
    trust: Trust
    findings: Findings
    healing: Healing
    own_roles: frozenset[str]
    """The names of the roles in member accounts by which the hub itself writes."""
    name: str
    """The hub's name in attestations."""
    approvals: Approvals
    waits: Waits
    roles: Roles
    approval_policy: Callable[[], str]
    """The approval policy as it is deployed now, JSON."""
    max_prunes: int
    """How much a sync may delete in a target."""
