"""The ports in memory: the same promises as on AWS, kept by dictionaries."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple

from backup_apps.domain.account_lookups import LookedUp, Lookup
from backup_apps.domain.alerts import Alert
from backup_apps.domain.catalog import Account, Membership, Organization
from backup_apps.domain.changes import change_set_from
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.drift.findings import Finding as DriftFinding
from backup_apps.domain.errors import AwsError, NotFoundError
from backup_apps.domain.page.tree import AppNode
from backup_apps.domain.places import Finding
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.protection.whole import digest_of_target
from backup_apps.domain.provenance.attestation import IdToken, attestation_of, binding_of
from backup_apps.domain.provenance.trust import TrustedIssuer
from backup_apps.domain.resolution import Resolution
from backup_apps.domain.state_documents import changes_key
from backup_apps.domain.verification.results import Result
from backup_apps.ports.bundles import ReadBundle
from backup_apps.ports.hub import Hub
from backup_apps.ports.storage import Upload, Uploaded
from backup_apps.ports.verification import Kept
from backup_apps.wiring import zone_of
from provenance.tokens import HUB, TRUST, claims_of, unsigned_token
from sync.memory_approvals import APPROVER, POLICY, ROLE, Approvals, Roles, Waits
from sync.memory_ledger import Ledger, Signer
from sync.memory_members import Members
from sync.memory_records import Records
from sync.targets import live


class Resolved(NamedTuple):
    bundle: str | None
    state: DesiredState | None
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    governance: Mapping[str, Any] = Governance().to_json()
    apps: tuple[AppNode, ...] = ()

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        return ()

    def resolve(self, organization: Membership) -> "Resolved":
        return self

    def resolution(self, organization: Membership, day: date | None) -> Resolution:
        """Without files there are no lines."""
        return Resolution(self.bundle, self.errors, self.warnings, {}, (), self.state)


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

    def uploaded_since(self, moment: datetime) -> tuple[Uploaded, ...]:
        found = ((key, one, datetime.fromisoformat(one.committed)) for key, one in self.uploads.items())
        zips = (Uploaded(key, one.object_version, at) for key, one, at in found if key.endswith(".zip"))
        return tuple(one for one in zips if one.committed >= moment)

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
class Rehearsed:
    """What verification asked for, began and learned."""

    requests: list[dict[str, str]] = field(default_factory=list)
    begun: list[Kept] = field(default_factory=list)
    known: list[Result] = field(default_factory=list)

    def asked(self) -> tuple[dict[str, str], ...]:
        return tuple(self.requests)

    def unfinished(self) -> tuple[Kept, ...]:
        return tuple(self.begun)

    def results(self, bundle: str, app: str | None = None) -> tuple[Result, ...]:
        return tuple(one for one in self.known if app in (None, one.app))


@dataclass
class Healing:
    """Remembers what was to be healed."""

    started: list[tuple[str, Target]] = field(default_factory=list)

    def start(self, bundle: str, target: Target) -> None:
        self.started.append((bundle, target))


@dataclass
class Pages:
    """Remembers of which bundles the page was to be written anew."""

    asked: list[str] = field(default_factory=list)

    def publish(self, bundle: str) -> None:
        self.asked.append(bundle)


@dataclass
class Trust:
    """Believes every signature."""

    text: str

    def policy(self) -> str:
        return self.text

    def signature_flaw(self, token: IdToken, issuer: TrustedIssuer) -> str | None:
        return None


@dataclass
class Alerts:
    published: list[Alert] = field(default_factory=list)
    elsewhere: list[tuple[str, Alert]] = field(default_factory=list)
    """On other topics than the hub's."""
    closed: dict[str, AwsError] = field(default_factory=dict)

    def publish(self, alert: Alert, topic: str | None = None) -> None:
        if topic in self.closed:
            raise self.closed[topic]
        if topic is None:
            self.published.append(alert)
        else:
            self.elsewhere.append((topic, alert))


@dataclass
class Executions:
    started: dict[Version, Mapping[str, Any]] = field(default_factory=dict)

    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        self.started.setdefault(version, document)


@dataclass
class Admissions:
    """Remembers what was to be admitted."""

    started: list[tuple[str, str]] = field(default_factory=list)

    def start(self, key: str, object_version: str) -> None:
        self.started.append((key, object_version))


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
    admissions: Admissions
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
    pages: Pages
    rehearsals: Callable[[], Rehearsed]
    own_roles: frozenset[str] = frozenset({"backup-apps-sync"})
    name: str = HUB
    zone_of: Callable[[str], tzinfo] = zone_of
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
    clock, rehearsed = Clock(), Rehearsed()
    return World(
        bundles=Bundles(),
        organizations=Organizations(),
        archives=Archives(),
        admissions=Admissions(),
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
        pages=Pages(),
        rehearsals=lambda: rehearsed,
        approvals=Approvals(),
        waits=Waits(),
        roles=Roles({APPROVER: ROLE}),
        approval_policy=lambda: POLICY,
    )
