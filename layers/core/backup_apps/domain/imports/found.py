"""Backup plans that something other than a bundle made, each on the target where it is."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.live import ORGANIZATIONS_PLAN, LiveVault

Document = Mapping[str, Any]


class FoundPlan(NamedTuple):
    """A plan with everything that belongs to it, in the shapes of AWS Backup's API."""

    target: Target
    plan: Document
    """`BackupPlan`, as given or as GetBackupPlan answers."""
    selections: tuple[Document, ...] = ()
    """Each a `BackupSelection`."""
    vaults: tuple[LiveVault, ...] = ()
    """Those that its rules fill, as far as they are known."""
    tags: Mapping[str, str] = {}
    plan_id: str = ""

    @property
    def name(self) -> str:
        return str(self.plan.get("BackupPlanName", ""))

    @property
    def is_managed_by_organizations(self) -> bool:
        return self.plan_id.startswith(ORGANIZATIONS_PLAN)

    def __str__(self) -> str:
        return f"plan '{self.name}' in {self.target}"
