"""Recovery points, and the resources that have them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps_local.backup import lifecycles, shown
from backup_apps_local.backup.announcements import announce_recovery_point
from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.lifecycle_checks import check_lifecycle
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.records import RecoveryPoint
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.state import Vault
from backup_apps_local.backup.vaults import require_vault

_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByResourceType": "ResourceType",
    "ByBackupPlanId": "CreatedBy.BackupPlanId",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByParentRecoveryPointArn": "ParentRecoveryPointArn",
}
_OF_RESOURCE = (
    "RecoveryPointArn",
    "CreationDate",
    "Status",
    "StatusMessage",
    "EncryptionKeyArn",
    "EncryptionKeyType",
    "BackupVaultName",
    "IsParent",
    "ResourceName",
    "VaultType",
)


def list_recovery_points_by_backup_vault(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The newest first. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html"""
    vault = require_vault(site, parameters)
    points = (shown.recovery_point(site, vault, point) for point in vault.recovery_points.values())
    return page("RecoveryPoints", shown.newest_first(shown.filtered(points, parameters, _FILTERS)), parameters)


def list_recovery_points_by_resource(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The size is called BackupSizeBytes here. Every recovery point is managed by AWS Backup.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByResource.html
    """
    found = []
    for vault, point in points_of(site, parameters["ResourceArn"]):
        members = shown.recovery_point(site, vault, point)
        found.append({name: members[name] for name in _OF_RESOURCE} | {"BackupSizeBytes": point.size})
    return page("RecoveryPoints", found, parameters)


def describe_recovery_point(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html"""
    vault, point = _point(site, parameters)
    return shown.recovery_point(site, vault, point) | {"StorageClass": point.storage_class}


def delete_recovery_point(site: Site, parameters: dict[str, Any]) -> None:
    """Answers with success too where the role of the recovery point is gone: it is EXPIRED then, and still there.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html. The refusals follow
    https://repost.aws/knowledge-center/backup-recovery-points-hold-vault
    """
    vault, point = _point(site, parameters)
    if lifecycles.is_held(site, point):
        raise InvalidRequestException("The recovery point cannot be deleted because it has active legal hold(s)")
    if vault.lock:
        raise InvalidRequestException(f"Recovery points of the locked backup vault {vault.name} cannot be deleted")
    lifecycles.delete(site, point)


def disassociate_recovery_point(site: Site, parameters: dict[str, Any]) -> None:
    """A continuous backup is given back to the service of its resource, and ends here.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DisassociateRecoveryPoint.html
    """
    vault, point = _point(site, parameters)
    if not point.is_continuous:
        raise InvalidRequestException("Only a continuous backup can be disassociated")
    if vault.lock:
        raise InvalidRequestException(f"Recovery points of the locked backup vault {vault.name} cannot be changed")
    point.status = "STOPPED"
    announce_recovery_point(site, point)
    del vault.recovery_points[point.arn]
    site.around.data.discard(point.handle)


def update_recovery_point_lifecycle(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The trap: both values are replaced, so the one that is left out is gone, and with it the deletion.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
    """
    vault, point = _point(site, parameters)
    lifecycle = parameters.get("Lifecycle", {})
    if point.is_continuous:
        raise InvalidRequestException("The lifecycle of a continuous backup cannot be updated")
    if vault.lock:
        raise InvalidRequestException(f"Lifecycles in the locked backup vault {vault.name} cannot be updated")
    _check_new_lifecycle(point, lifecycle)
    point.lifecycle = lifecycle
    lifecycles.schedule(site, point)
    return {
        "BackupVaultArn": vault.arn,
        "RecoveryPointArn": point.arn,
        "Lifecycle": lifecycle or None,
        "CalculatedLifecycle": shown.calculated_lifecycle(point),
    }


def get_recovery_point_restore_metadata(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """What was known when the backup was made; a restore may need more.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRecoveryPointRestoreMetadata.html
    """
    vault, point = _point(site, parameters)
    return {
        "BackupVaultArn": vault.arn,
        "RecoveryPointArn": point.arn,
        "RestoreMetadata": point.restore_metadata,
        "ResourceType": point.resource_type,
    }


def list_protected_resources(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html"""
    vaults = site.here.vaults.values()
    return page("Results", _protected(point for vault in vaults for point in _originals(vault)), parameters)


def list_protected_resources_by_backup_vault(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResourcesByBackupVault.html"""
    points = require_vault(site, parameters).recovery_points.values()
    return page("Results", _protected(iter(points)), parameters)


def describe_protected_resource(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeProtectedResource.html"""
    found = _protected(point for _, point in points_of(site, parameters["ResourceArn"]))
    if not found:
        raise ResourceNotFoundException(f"Resource {parameters['ResourceArn']} has no recovery points")
    return found[0] | _latest_restore(site, parameters["ResourceArn"])


def points_of(site: Site, resource_arn: str) -> Iterator[tuple[Vault, RecoveryPoint]]:
    for vault in site.here.vaults.values():
        for point in vault.recovery_points.values():
            if point.resource_arn == resource_arn:
                yield vault, point


def _originals(vault: Vault) -> Iterator[RecoveryPoint]:
    """A copy from elsewhere does not make its resource one of this region."""
    return (point for point in vault.recovery_points.values() if _is_of_region(vault, point))


def _is_of_region(vault: Vault, point: RecoveryPoint) -> bool:
    source = point.source_vault_arn or vault.arn
    return source.split(":")[3:5] == vault.arn.split(":")[3:5]


def _protected(points: Iterator[RecoveryPoint]) -> list[dict[str, Any]]:
    latest: dict[str, RecoveryPoint] = {}
    for point in points:
        known = latest.get(point.resource_arn)
        if known is None or point.created >= known.created:
            latest[point.resource_arn] = point
    return [
        {
            "ResourceArn": arn,
            "ResourceType": latest[arn].resource_type,
            "ResourceName": latest[arn].resource_name,
            "LastBackupTime": latest[arn].created,
            "LastBackupVaultArn": latest[arn].vault_arn,
            "LastRecoveryPointArn": latest[arn].arn,
        }
        for arn in sorted(latest)
    ]


def _latest_restore(site: Site, arn: str) -> dict[str, Any]:
    jobs = [job for job in site.here.restore_jobs.values() if job.source_arn == arn and job.status == "COMPLETED"]
    if not jobs or jobs[-1].completed is None:
        return {}
    took = jobs[-1].completed - jobs[-1].created
    return {
        "LatestRestoreExecutionTimeMinutes": int(took.total_seconds() // 60),
        "LatestRestoreJobCreationDate": jobs[-1].created,
        "LatestRestoreRecoveryPointCreationDate": jobs[-1].point_created,
    }


def _check_new_lifecycle(point: RecoveryPoint, lifecycle: Mapping[str, Any]) -> None:
    """What is cold stays cold: the day it moved cannot be changed any more."""
    breach = next(check_lifecycle(lifecycle, is_continuous=False), None)
    if breach:
        raise InvalidParameterValueException(breach)
    before, after = (each.get("MoveToColdStorageAfterDays") for each in (point.lifecycle, lifecycle))
    if point.storage_class == "COLD" and before != after:
        raise InvalidParameterValueException(
            "MoveToColdStorageAfterDays cannot be changed after the transition to cold"
        )


def _point(site: Site, parameters: Mapping[str, Any]) -> tuple[Vault, RecoveryPoint]:
    vault = require_vault(site, parameters)
    point = vault.recovery_points.get(parameters["RecoveryPointArn"])
    if point is None:
        raise ResourceNotFoundException(f"Recovery point {parameters['RecoveryPointArn']} does not exist")
    return vault, point


OPERATIONS: dict[str, Operation] = {
    "DeleteRecoveryPoint": delete_recovery_point,
    "DescribeProtectedResource": describe_protected_resource,
    "DescribeRecoveryPoint": describe_recovery_point,
    "DisassociateRecoveryPoint": disassociate_recovery_point,
    "GetRecoveryPointRestoreMetadata": get_recovery_point_restore_metadata,
    "ListProtectedResources": list_protected_resources,
    "ListProtectedResourcesByBackupVault": list_protected_resources_by_backup_vault,
    "ListRecoveryPointsByBackupVault": list_recovery_points_by_backup_vault,
    "ListRecoveryPointsByResource": list_recovery_points_by_resource,
    "UpdateRecoveryPointLifecycle": update_recovery_point_lifecycle,
}
