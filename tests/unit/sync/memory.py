"""The ports in memory: the same promises as on AWS, kept by dictionaries."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from backup_apps.domain.account_lookups import LookedUp, Lookup
from backup_apps.domain.alerts import Alert
from backup_apps.domain.catalog import Account, Membership, Organization
from backup_apps.domain.changes import Write, change_set_from
from backup_apps.domain.commits import MAY_HAVE_WRITTEN, Commit, CommitRecord, Standing, State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.drift.findings import Finding as DriftFinding
from backup_apps.domain.drift.jobs import LiveJob
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError, UnreachableError
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.happenings import Call, Written
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.patterns import is_sought
from backup_apps.domain.places import Finding
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.protection.whole import digest_of_target
from backup_apps.domain.provenance.attestation import IdToken, attestation_of, binding_of
from backup_apps.domain.provenance.trust import TrustedIssuer
from backup_apps.domain.sessions import SyncSession
from backup_apps.domain.state_documents import changes_key
from backup_apps.ports.bundles import ReadBundle
from backup_apps.ports.hub import Hub
from backup_apps.ports.members import FoundResources, PlanVersions
from backup_apps.ports.storage import Upload
from provenance.tokens import HUB, TRUST, claims_of, unsigned_token
from sync.memory_approvals import APPROVER, POLICY, ROLE, Approvals, Roles, Waits
from sync.memory_ledger import Ledger, Signer
from sync.simulation import after
from sync.targets import live


class Resolved(NamedTuple):
    bundle: str | None
    state: DesiredState | None
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    governance: Mapping[str, Any] = Governance().to_json()

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        return ()

    def resolve(self, organization: Membership) -> "Resolved":
        return self


@dataclass
class Bundles:
    """Answers by the bytes of the archive."""

    by_archive: dict[bytes, ReadBundle] = field(default_factory=dict)

    def read(self, archive: bytes) -> ReadBundle:
        return self.by_archive[archive]


@dataclass
class Organizations:
    """An organization whose former members are known by what became of them."""

    accounts: tuple[Account, ...] = ()
    fates: dict[str, str] = field(default_factory=dict)
    error: AwsError | None = None
    asked: list[tuple[Lookup, ...]] = field(default_factory=list)

    def look_up(self, lookups: Sequence[Lookup], former: Collection[str]) -> LookedUp:
        self.asked.append(tuple(lookups))
        if self.error:
            raise self.error
        departed = {account: self.fates[account] for account in former if account in self.fates}
        at = "2026-01-01T12:00:00+00:00"
        return LookedUp(tuple(lookups), at, Organization(accounts=self.accounts), departed)


@dataclass
class Archives:
    uploads: dict[str, Upload] = field(default_factory=dict)

    def fetch(self, key: str, object_version: str | None, max_bytes: int) -> Upload:
        if key not in self.uploads:
            raise NotFoundError("GetObject", "NoSuchKey", key)
        upload = self.uploads[key]
        return upload._replace(body=None) if len(upload.body or b"") > max_bytes else upload

    def fetch_as_of(self, key: str, moment: str, max_bytes: int) -> Upload | None:
        upload = self.uploads.get(key)
        return self.fetch(key, None, max_bytes) if upload and upload.committed <= moment else None

    def put(self, key: str, body: bytes) -> None:
        self.uploads[key] = Upload(body, "2026-01-01T12:00:00+00:00", "2")

    def put_once(self, key: str, body: bytes) -> bool:
        if key in self.uploads:
            return False
        self.uploads[key] = Upload(body, "2026-01-01T12:00:00+00:00", "1")
        return True


@dataclass
class Documents:
    texts: dict[str, str] = field(default_factory=dict)

    def read(self, key: str) -> str:
        if key not in self.texts:
            raise NotFoundError("GetObject", "NoSuchKey", key)
        return self.texts[key]

    def write(self, key: str, text: str) -> None:
        self.texts[key] = text

    def write_once(self, key: str, text: str) -> bool:
        if key in self.texts:
            return False
        self.texts[key] = text
        return True

    def location(self, key: str) -> str:
        return f"memory://{key}"


@dataclass
class Records:
    commits: dict[Version, CommitRecord] = field(default_factory=dict)
    admitted: set[Version] = field(default_factory=set)
    by_target: dict[Version, dict[Target, TargetOutcome]] = field(default_factory=dict)
    targets: dict[str, set[Target]] = field(default_factory=dict)
    holds: dict[tuple[str, Target], tuple[str, datetime]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, version: Version) -> CommitRecord | None:
        return self.commits.get(version)

    def latest(self, bundle: str | None = None) -> CommitRecord | None:
        found = [one for one in self.commits.values() if bundle in (None, one.bundle)]
        return max(found, key=lambda one: one.order, default=None)

    def latest_admitted(self, bundle: str) -> Commit | None:
        return next(self._admitted(bundle), None)

    def latest_synced(self, bundle: str) -> Commit | None:
        synced = (one for one in self._admitted(bundle) if self.commits[one.id].state is State.SYNCED)
        return next(synced, None)

    def latest_reached(self, bundle: str, but: Version | None = None) -> Commit | None:
        found = (one for one in self._admitted(bundle) if one.id != but)
        return next((one for one in found if any(to.state is State.SYNCED for to in self.outcomes(one.id))), None)

    def _admitted(self, bundle: str) -> Iterator[Commit]:
        """Last first."""
        found = [one for version, one in self.commits.items() if version in self.admitted and one.bundle == bundle]
        for one in sorted(found, key=lambda one: one.order, reverse=True):
            yield Commit(**one.model_dump(include=set(Commit.model_fields)))

    def record(self, record: CommitRecord, outcomes: Iterable[TargetOutcome] = ()) -> None:
        outcomes = tuple(outcomes)
        for one in outcomes:
            self.add_outcome(record.id, one)
        self.targets.setdefault(record.bundle, set()).update(one.target for one in outcomes)
        self.commits.setdefault(record.id, record)
        if record.state is not State.REJECTED:
            self.admitted.add(record.id)

    def set_state(
        self, version: Version, state: State, error: str | None = None, *, after: State | None = None
    ) -> None:
        if after is not None and self.commits[version].state is not after:
            return
        self.commits[version] = self.commits[version].model_copy(update={"state": state, "error": error})

    def set_outcomes(self, version: Version, outcomes: Iterable[TargetOutcome]) -> None:
        self.by_target.setdefault(version, {}).update({one.target: one for one in outcomes})

    def add_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        self.by_target.setdefault(version, {}).setdefault(outcome.target, outcome)

    def set_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        known = self.by_target.get(version, {}).get(outcome.target)
        if known is None:
            return
        told = outcome.model_dump(include={"state", "changes", "writes"}, exclude_none=True)
        self.by_target[version][outcome.target] = known.model_copy(
            update={**told, "error": outcome.error, "waits": outcome.waits}
        )

    def outcome(self, version: Version, target: Target) -> TargetOutcome | None:
        return self.by_target.get(version, {}).get(target)

    def outcomes(self, version: Version) -> tuple[TargetOutcome, ...]:
        return tuple(self.by_target.get(version, {}).values())

    def known_targets(self, bundle: str) -> frozenset[Target]:
        return frozenset(self.targets.get(bundle, ()))

    def remember_target(self, bundle: str, target: Target) -> None:
        self.targets.setdefault(bundle, set()).add(target)

    def forget_target(self, bundle: str, target: Target) -> None:
        self.targets[bundle].discard(target)

    def hold(self, bundle: str, target: Target, holder: str, now: datetime, until: datetime) -> bool:
        known = self.holds.get((bundle, target))
        if known and known[0] != holder and known[1] > now:
            return False
        self.holds[bundle, target] = holder, until
        return True

    def release(self, bundle: str, target: Target, holder: str) -> None:
        if self.holds.get((bundle, target), ("",))[0] == holder:
            del self.holds[bundle, target]

    def is_held(self, bundle: str, target: Target, now: datetime) -> bool:
        known = self.holds.get((bundle, target))
        return known is not None and known[1] > now

    def use_token(self, issuer: str, jti: str, upload: str) -> bool:
        return self.tokens.setdefault((issuer, jti), upload) == upload

    def bundles(self) -> tuple[str, ...]:
        return tuple(sorted({version.bundle for version in self.admitted}))

    def standing(self, bundle: str, target: Target) -> Standing:
        under_way = None
        for commit in self._admitted(bundle):
            outcome = self.by_target.get(commit.id, {}).get(target)
            if outcome and outcome.state is State.SYNCED:
                return Standing(commit, under_way)
            may_write = outcome is not None and outcome.waits is None
            if may_write and under_way is None and self.commits[commit.id].state in MAY_HAVE_WRITTEN:
                under_way = commit
        return Standing(None, under_way)


@dataclass
class Findings:
    by_id: dict[str, DriftFinding] = field(default_factory=dict)

    def of_bundle(self, bundle: str) -> tuple[DriftFinding, ...]:
        return tuple(one for one in self.by_id.values() if one.bundle == bundle)

    def of_target(self, bundle: str, target: Target) -> tuple[DriftFinding, ...]:
        return tuple(one for one in self.of_bundle(bundle) if one.target == target)

    def replace(self, before: DriftFinding | None, after: DriftFinding) -> bool:
        present = self.by_id.get(after.id)
        if (present and present.revision) != (before and before.revision):
            return False
        self.by_id[after.id] = after.model_copy(update={"revision": present.revision + 1 if present else 1})
        return True


@dataclass
class Healing:
    """Remembers what was to be healed."""

    started: list[tuple[str, Target]] = field(default_factory=list)

    def start(self, bundle: str, target: Target) -> None:
        self.started.append((bundle, target))


@dataclass
class Trust:
    """Believes every signature."""

    text: str

    def policy(self) -> str:
        return self.text

    def signature_flaw(self, token: IdToken, issuer: TrustedIssuer) -> str | None:
        return None


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


@dataclass
class Alerts:
    published: list[Alert] = field(default_factory=list)

    def publish(self, alert: Alert) -> None:
        self.published.append(alert)


@dataclass
class Executions:
    started: dict[Version, Mapping[str, Any]] = field(default_factory=dict)

    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        self.started.setdefault(version, document)


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class World(NamedTuple):
    """The ports, with their insides open to a test."""

    bundles: Bundles
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
    approvals: Approvals
    waits: Waits
    roles: Roles
    approval_policy: Callable[[], str]
    findings: Findings
    healing: Healing
    own_roles: frozenset[str] = frozenset({"backup-apps-sync"})
    name: str = HUB
    zone_of: Callable[[str], tzinfo] = ZoneInfo
    max_prunes: int = 25

    def planned(self, version: Version, target: Target) -> str:
        """The digest of what was planned for a target."""
        stored = json.loads(self.documents.read(changes_key(version, target)))
        return digest_of_target(change_set_from(stored))

    @property
    def hub(self) -> Hub:
        return Hub(**self._asdict())

    def upload(self, version: Version, bundle: ReadBundle, second: int = 0) -> str:
        """Put a bundle into the policy bucket, `second` seconds after noon, with its attestation; its key."""
        archive = f"{version} {second}".encode()
        self.bundles.by_archive[archive] = bundle
        moment = f"2026-01-01T12:00:{second:02}+00:00"
        self.archives.uploads[version.key] = Upload(archive, moment, f"object-{second}")
        token = unsigned_token(claims_of(binding_of(self.name, version, archive)))
        self.archives.uploads[version.attestation_key] = Upload(attestation_of(token), moment, f"attestation-{second}")
        return version.key


def world(*targets: Target) -> World:
    """A hub of which nothing was asked yet, and these targets, empty."""
    empty = {
        target: live().model_copy(update={"account": target.account, "region": target.region}) for target in targets
    }
    clock = Clock()
    return World(
        bundles=Bundles(),
        organizations=Organizations(),
        archives=Archives(),
        documents=Documents(),
        records=Records(),
        members=Members(live=empty),
        alerts=Alerts(),
        executions=Executions(),
        ledger=Ledger(clock=clock),
        signer=Signer(),
        clock=clock,
        trust=Trust(json.dumps(TRUST)),
        findings=Findings(),
        healing=Healing(),
        approvals=Approvals(),
        waits=Waits(),
        roles=Roles({APPROVER: ROLE}),
        approval_policy=lambda: POLICY,
    )
