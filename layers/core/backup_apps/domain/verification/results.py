"""What one restore taught, as it is recorded."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.verification.verdict import Verdict


class Trigger(StrEnum):
    """Why something was restored."""

    SCHEDULE = "schedule"
    HAND = "hand"
    """`backup-apps verify`."""
    RESTORE = "restore"
    """Somebody restored, and we looked."""
    RESTORE_TESTING = "restore-testing"
    """AWS restore testing did, and we answered it."""

    @property
    def is_ours(self) -> bool:
        """Whether the restore was ours, and with it what it created."""
        return self in (Trigger.SCHEDULE, Trigger.HAND)


class FindingRecord(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    verdict: Verdict
    rule: str
    message: str


class Result(BaseModel):
    """One restore, judged. Times are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    app: str | None = None
    """None where no app of a bundle made the recovery point."""
    account: str
    region: str
    trigger: Trigger
    run: str
    """The execution that verified it."""
    at: str
    type: str
    resource: str | None = None
    recovery_point: str | None = None
    point_created: str | None = None
    job: str | None = None
    """The restore job."""
    created: str | None = None
    """The ARN of what was restored."""
    seconds: int | None = None
    """Time to restore."""
    bytes: int | None = None
    key: str | None = None
    """The ARN of the key of the recovery point."""
    role: str | None = None
    """That made the recovery point."""
    vault: str | None = None
    cleaned: bool | None = None
    """Whether what was restored is gone again; None where it is not ours to delete."""
    verdict: Verdict
    findings: tuple[FindingRecord, ...] = Field(default=())

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def identity(self) -> str:
        """One restore has one result."""
        return self.job or "/".join(part for part in (self.run, self.type, self.resource) if part)

    @property
    def tells_nothing(self) -> bool:
        """Somebody restored for a purpose of theirs, and what came of it says nothing of the backup."""
        return self.trigger is Trigger.RESTORE and self.verdict is Verdict.INCONCLUSIVE

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class Basis(NamedTuple):
    """What the recovery points of an app rest on, as the bundle says."""

    keys: tuple[str, ...]
    roles: tuple[str, ...]
    vaults: tuple[str, ...]


def basis_of(desired: DesiredTarget, app: str) -> Basis:
    """Copies to other places aside."""
    plans = [plan for plan in desired.plans if plan.app == app]
    vaults = {rule["TargetBackupVaultName"] for plan in plans for rule in plan.backup_plan["Rules"]}
    keys = {vault.key_arn for vault in desired.vaults if vault.name in vaults and vault.key_arn}
    roles = {selection["IamRoleArn"] for plan in plans for selection in plan.selections}
    return Basis(tuple(sorted(keys)), tuple(sorted(roles)), tuple(sorted(vaults)))
