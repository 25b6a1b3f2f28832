"""Reads every plan of a target, whoever made it, with its selections and the vaults that its rules fill.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupPlan.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupSelection.html
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.backup_reads import BackupReads, Found
from backup_apps.adapters.callers_accounts import callers_clients
from backup_apps.domain.desired import Target
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.domain.live import LiveVault


class LivePlans(BackupReads):
    """The plans of one target, as seen at `now`."""

    def __init__(self, backup: Any, target: Target, now: datetime) -> None:
        super().__init__(backup, None, now)
        self._target = target

    @translated()
    def plans(self, names: Sequence[str] = ()) -> tuple[FoundPlan, ...]:
        """Those of these names, or all."""
        listed = [
            found
            for found in self._pages("list_backup_plans", "BackupPlansList")
            if not names or found["BackupPlanName"] in names
        ]
        plans = [self._found(found) for found in listed]
        vaults = {vault.name: vault for vault in self._filled(plans)}
        return tuple(plan._replace(vaults=_of(plan, vaults)) for plan in plans)

    def _found(self, found: Found) -> FoundPlan:
        identity = found["BackupPlanId"]
        return FoundPlan(
            target=self._target,
            plan=self._content(found, {})[1],
            selections=tuple(
                self._backup.get_backup_selection(BackupPlanId=identity, SelectionId=one["SelectionId"])[
                    "BackupSelection"
                ]
                for one in self._pages("list_backup_selections", "BackupSelectionsList", BackupPlanId=identity)
            ),
            tags=self._list_tags(found["BackupPlanArn"]),
            plan_id=identity,
        )

    def _filled(self, plans: Sequence[FoundPlan]) -> Iterator[LiveVault]:
        names = {rule["TargetBackupVaultName"] for plan in plans for rule in plan.plan["Rules"]}
        for found in self._pages("list_backup_vaults", "BackupVaultList"):
            if found["BackupVaultName"] in names:
                yield self._vault(found, self._list_tags(found["BackupVaultArn"]), compared=True)


def _of(plan: FoundPlan, vaults: dict[str, LiveVault]) -> tuple[LiveVault, ...]:
    names = sorted({rule["TargetBackupVaultName"] for rule in plan.plan["Rules"]})
    return tuple(vaults[name] for name in names if name in vaults)


def live_plans(target: Target, role: str | None, now: datetime) -> LivePlans:
    """The plans of a target, read with the caller's own credentials, or as a role of that account. Raises AwsError."""
    return LivePlans(callers_clients(target, role, "backup-apps-import")("backup"), target, now)
