"""What AWS Backup tells EventBridge about plans, vaults and region settings once a call has changed them.

Selections, policies and the lifecycle of a recovery point have no such event; only CloudTrail tells of them.
https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from backup_apps_local.backup.announcements import announce
from backup_apps_local.backup.event import moment
from backup_apps_local.backup.http import HttpResponse
from backup_apps_local.backup.journal import Call
from backup_apps_local.backup.site import Site

Detail = tuple[str, tuple[str, ...], dict[str, Any]]


def announce_change(site: Site, call: Call, response: HttpResponse) -> None:
    tell = _TELLING.get(call.operation)
    if tell is None or call.error_code is not None:
        return
    for detail_type, resources, detail in tell(site, call, json.loads(response.body or b"{}")):
        announce(site, detail_type, resources, detail)


def _plan(state: str, date: str) -> Callable[[Site, Call, dict[str, Any]], Iterator[Detail]]:
    def tell(site: Site, call: Call, answer: dict[str, Any]) -> Iterator[Detail]:
        members = {"backupPlanId": answer["BackupPlanId"], "versionId": answer["VersionId"]}
        detail = members | {date: moment(site.now), "state": state}
        yield "Backup Plan State Change", (answer["BackupPlanArn"],), detail

    return tell


def _vault(state: str, **members: str) -> Callable[[Site, Call, dict[str, Any]], Iterator[Detail]]:
    """isLocked is text, and only there when a lock is put."""

    def tell(site: Site, call: Call, answer: dict[str, Any]) -> Iterator[Detail]:
        name = call.parameters["BackupVaultName"]
        detail = {"backupVaultName": name, "state": state, **members}
        yield "Backup Vault State Change", (site.arn("backup-vault", name),), detail

    return tell


def _region_settings(site: Site, call: Call, answer: dict[str, Any]) -> Iterator[Detail]:
    """Only what the call named, and its first letter stays a capital."""
    changed = call.parameters.get("ResourceTypeOptInPreference")
    if changed:
        detail = {"modifiedAt": moment(site.now), "ResourceTypeOptInPreference": changed, "state": "MODIFIED"}
        yield "Region Setting State Change", (), detail


_TELLING: dict[str, Callable[[Site, Call, dict[str, Any]], Iterator[Detail]]] = {
    "CreateBackupPlan": _plan("CREATED", "creationDate"),
    "UpdateBackupPlan": _plan("MODIFIED", "modifiedAt"),
    "DeleteBackupPlan": _plan("DELETED", "deletionDate"),
    "CreateBackupVault": _vault("CREATED"),
    "DeleteBackupVault": _vault("DELETED"),
    "PutBackupVaultLockConfiguration": _vault("MODIFIED", isLocked="true"),
    "DeleteBackupVaultLockConfiguration": _vault("MODIFIED", isLocked="false"),
    "UpdateRegionSettings": _region_settings,
}
