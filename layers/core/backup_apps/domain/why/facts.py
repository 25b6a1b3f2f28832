"""What a member account tells of a resource and of all that its backups rest on. Times are ISO 8601 in UTC."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.desired import Target
from backup_apps.domain.lineage.lineage import Job, Point

UNKNOWN = "Unknown"
"""The state of what nobody may read."""
GONE = "Deleted"


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RoleFacts(_Known):
    """A role that AWS Backup is handed."""

    arn: str
    is_there: bool | None
    """None: nobody may read it."""
    trust: Mapping[str, Any] | None = None
    """Its trust policy."""


class VaultFacts(_Known):
    """A vault that is there."""

    name: str
    key_arn: str | None = None
    key_state: str = UNKNOWN
    """`KeyState` of DescribeKey; Deleted where there is no such key."""
    min_days: int | None = None
    max_days: int | None = None
    """Of its lock."""
    policy: Mapping[str, Any] | None = None


class PlanFacts(_Known):
    """A plan that is there: a bundle's, or nobody's."""

    name: str
    id: str
    version: str = ""
    bundle: str | None = None
    app: str | None = None
    rules: tuple[Mapping[str, Any], ...] = ()
    selections: tuple[Mapping[str, Any], ...] = ()


class JobFacts(Job):
    """A backup job of the resource, with the plan that started it."""

    plan: str = ""
    """Its id; empty where somebody started it."""
    rule: str = ""
    point: str | None = None


class MemberFacts(_Known):
    """As one look saw it."""

    account: str
    region: str
    resource: str
    kind: str | None = None
    """Its type as AWS Backup calls it; None where its ARN is of none, or of several."""
    tags: Mapping[str, str] | None = None
    """None where the tagging API does not know it: it never had a tag, or it is not there."""
    opted_in: Mapping[str, bool] = {}
    plans: tuple[PlanFacts, ...] = ()
    vaults: tuple[VaultFacts, ...] = ()
    roles: tuple[RoleFacts, ...] = ()
    is_versioned: bool | None = None
    """Of a bucket; None where nobody may read it."""
    points: tuple[Point, ...] = ()
    """The newest that can be restored, the newest first."""
    jobs: tuple[JobFacts, ...] = ()
    """The last, the newest first."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    def vault(self, name: str) -> VaultFacts | None:
        return next((one for one in self.vaults if one.name == name), None)

    def role(self, arn: str) -> RoleFacts | None:
        return next((one for one in self.roles if one.arn == arn), None)
