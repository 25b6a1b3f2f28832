"""Everything the service remembers, by account and region, in one place."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Any

from backup_apps_local.backup.agenda import Agenda
from backup_apps_local.backup.records import (
    BackupJob,
    CopyJob,
    Document,
    Fault,
    LegalHold,
    RecoveryPoint,
    RestoreJob,
    RestoreTestingPlan,
)


@dataclass(frozen=True)
class Lock:
    """Vault Lock. With a date it is in compliance mode, and immutable from that date on; without, in governance mode.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """

    min_retention_days: int | None
    max_retention_days: int | None
    lock_date: datetime | None

    def is_immutable(self, now: datetime) -> bool:
        return self.lock_date is not None and now >= self.lock_date


@dataclass(frozen=True)
class Notifications:
    topic_arn: str
    events: list[str]


@dataclass
class Vault:
    name: str
    arn: str
    created: datetime
    key_arn: str
    is_customer_key: bool
    creator_request_id: str | None
    tags: dict[str, str]
    lock: Lock | None = None
    access_policy: str | None = None
    notifications: Notifications | None = None
    recovery_points: dict[str, RecoveryPoint] = field(default_factory=dict)
    """What the vault holds, by ARN, oldest first."""


@dataclass(frozen=True)
class PlanVersion:
    version_id: str
    created: datetime
    document: dict[str, Any]
    """The plan's body as GetBackupPlan shows it: defaults and rule ids included."""


@dataclass(frozen=True)
class Selection:
    selection_id: str
    created: datetime
    creator_request_id: str | None
    document: dict[str, Any]


@dataclass
class Plan:
    plan_id: str
    arn: str
    created: datetime
    creator_request_id: str | None
    tags: dict[str, str]
    versions: list[PlanVersion]
    """Oldest first; the last is the current one."""
    selections: dict[str, Selection] = field(default_factory=dict)
    deleted: datetime | None = None
    last_run: datetime | None = None

    @property
    def current(self) -> PlanVersion:
        return self.versions[-1]


@dataclass
class Region:
    """What one account has in one region."""

    vaults: dict[str, Vault] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    opt_in: dict[str, bool] = field(default_factory=dict)
    """Only what was set; the rest has AWS's default."""
    management: dict[str, bool] = field(default_factory=dict)
    backup_jobs: dict[str, BackupJob] = field(default_factory=dict)
    copy_jobs: dict[str, CopyJob] = field(default_factory=dict)
    restore_jobs: dict[str, RestoreJob] = field(default_factory=dict)
    busy: dict[str, str] = field(default_factory=dict)
    """The job that runs for a resource, by the resource's ARN: a further one waits."""
    legal_holds: dict[str, LegalHold] = field(default_factory=dict)
    restore_testing_plans: dict[str, RestoreTestingPlan] = field(default_factory=dict)


@dataclass
class World:
    """All accounts and regions; the accounts are one organization."""

    regions: dict[str, Region] = field(default_factory=dict)
    """By `account/region`."""
    global_settings: dict[str, str] = field(default_factory=dict)
    global_settings_updated: datetime | None = None
    ids_drawn: int = 0
    events_told: int = 0
    agenda: Agenda = field(default_factory=Agenda)
    ahead: timedelta = timedelta(0)
    """How far the clock was advanced beyond the one that the service was given."""
    saved: datetime | None = None
    """What the clock said when this was saved; a service that loads it goes on from there."""
    forgot: datetime | None = None
    """When jobs of long ago were last forgotten."""
    faults: list[Fault] = field(default_factory=list)
    held_events: dict[str, Document] = field(default_factory=dict)
    """Events that a fault keeps back, by the subject of the appointment that lets them go."""

    def region(self, account: str, region: str) -> Region:
        place = f"{account}/{region}"
        found = self.regions.get(place)
        if found is None:
            found = self.regions[place] = Region()
        return found

    def draw_id(self) -> str:
        """A UUID, unique in this world and the same for the same story told again."""
        self.ids_drawn += 1
        return _uuid(f"backup/{self.ids_drawn}")

    def draw_event_id(self) -> str:
        """A UUID that only counts: apart from the other ids, so that these are the same whether anyone listens or not,
        and in a tenth of their time, since a year tells millions of events."""
        self.events_told += 1
        return f"00000000-0000-5000-a000-{self.events_told:012x}"

    def draw_version_id(self) -> str:
        """AWS's version ids read as base64 of a UUID."""
        return base64.b64encode(self.draw_id().encode()).decode()

    def handles(self) -> list[str]:
        """Of the data behind every recovery point."""
        vaults = [vault for region in self.regions.values() for vault in region.vaults.values()]
        return [point.handle for vault in vaults for point in vault.recovery_points.values()]


def lock_date(now: datetime, changeable_for_days: int | None) -> datetime | None:
    return None if changeable_for_days is None else now + timedelta(days=changeable_for_days)


def _uuid(name: str) -> str:
    """As uuid.uuid5 would draw one, in a fifth of the time; a year draws millions."""
    drawn = sha1(name.encode(), usedforsecurity=False).hexdigest()
    return f"{drawn[:8]}-{drawn[8:12]}-5{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:32]}"
