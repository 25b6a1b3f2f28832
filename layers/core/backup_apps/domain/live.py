"""Live state: what AWS Backup holds in one target, as far as a bundle is concerned.

It holds what carries the bundle's tag, and what has a name that the bundle wants. Contents are in normal form
(`normal_form`). Identifiers that AWS gives (plan and selection ids) stay here and never enter a change.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.desired import BUNDLE_TAG, Target

ORGANIZATIONS_PLAN = "orgs/"
"""How the id of a plan begins that AWS Backup made from Organizations backup policies; nobody else can change it.

https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html
"""


class Live(BaseModel):
    """Frozen, and closed to members that nobody named."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class LiveLock(Live):
    """A vault lock as AWS tells it. ChangeableForDays can't be read back; that a date is set says "compliance".

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """

    min_days: int | None = None
    max_days: int | None = None
    lock_date: str | None = None
    """ISO 8601; only a lock in compliance mode has one."""
    fixed: bool = False
    """The date has passed: nobody can change or remove this lock any more, AWS included."""


class LiveVault(Live):
    name: str
    arn: str
    key_arn: str | None = None
    tags: Mapping[str, str] = {}
    recovery_points: int = 0
    lock: LiveLock | None = None
    access_policy: Any = None
    notifications: Mapping[str, Any] | None = None


class LiveSelection(Live):
    name: str
    id: str
    content: Mapping[str, Any] | None = None
    """None: not read; name and request id show that it is the desired selection, and selections can't change."""


class LivePlan(Live):
    name: str
    id: str
    arn: str
    version: str
    tags: Mapping[str, str] = {}
    content: Mapping[str, Any] | None = None
    """`BackupPlan`; None for a plan that belongs to somebody else and was not read."""
    selections: tuple[LiveSelection, ...] = ()

    @property
    def is_adoptable(self) -> bool:
        """Whether nobody manages it: no bundle, and not AWS Organizations."""
        return is_nobodys(self.tags) and not self.id.startswith(ORGANIZATIONS_PLAN)


class LiveTestingSelection(Live):
    name: str
    content: Mapping[str, Any]


class LiveTestingPlan(Live):
    """A plan of AWS restore testing; its name tells it, which never changes."""

    name: str
    arn: str
    tags: Mapping[str, str] = {}
    content: Mapping[str, Any]
    selections: tuple[LiveTestingSelection, ...] = ()


class LiveTarget(Live):
    account: str
    region: str
    vaults: tuple[LiveVault, ...] = ()
    plans: tuple[LivePlan, ...] = ()
    testing: tuple[LiveTestingPlan, ...] = ()
    region_settings: Mapping[str, Mapping[str, bool]] = {}
    """As DescribeRegionSettings answers; empty when the bundle asks for none and it was not read."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


def belongs_to(tags: Mapping[str, str], bundle: str) -> bool:
    """Whether tags say that the bundle manages what carries them."""
    return tags.get(BUNDLE_TAG) == bundle


def is_nobodys(tags: Mapping[str, str]) -> bool:
    """Whether no bundle manages what carries these tags."""
    return BUNDLE_TAG not in tags


def plan_version(plan_id: str, version_id: str) -> str:
    """The name of one version of a plan. What a version holds never changes: an update of the plan makes a new one.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
    """
    return f"{plan_id}/{version_id}"


def known_selection(plan_id: str, selection_id: str) -> str:
    """The name of a selection among versions of plans: what it holds never changes either, since it has no update."""
    return f"{plan_id}/selection/{selection_id}"
