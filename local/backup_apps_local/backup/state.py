"""Everything the service remembers, by account and region, in one place; it saves to JSON and loads from it."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter


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
    recovery_points: set[str] = field(default_factory=set)
    """ARNs of what the vault holds; jobs will fill it."""


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


@dataclass
class World:
    """All accounts and regions; the accounts are one organization."""

    regions: dict[str, Region] = field(default_factory=dict)
    """By `account/region`."""
    global_settings: dict[str, str] = field(default_factory=dict)
    global_settings_updated: datetime | None = None
    ids_drawn: int = 0

    def region(self, account: str, region: str) -> Region:
        return self.regions.setdefault(f"{account}/{region}", Region())

    def draw_id(self) -> str:
        """A UUID, unique in this world and the same for the same story told again."""
        self.ids_drawn += 1
        return str(uuid5(NAMESPACE_URL, f"backup/{self.ids_drawn}"))

    def draw_version_id(self) -> str:
        """AWS's version ids read as base64 of a UUID."""
        return base64.b64encode(self.draw_id().encode()).decode()

    def dump(self) -> str:
        return _adapter().dump_json(self).decode()

    @staticmethod
    def load(text: str) -> "World":
        return _adapter().validate_json(text)


def lock_date(now: datetime, changeable_for_days: int | None) -> datetime | None:
    return None if changeable_for_days is None else now + timedelta(days=changeable_for_days)


@cache
def _adapter() -> TypeAdapter[World]:
    return TypeAdapter(World)
