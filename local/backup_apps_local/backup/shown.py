"""Records as the API shows them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Types.html
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backup_apps_local.backup.records import BackupJob, CopyJob, RecoveryPoint, RestoreJob
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import Vault

_VAULT = "BACKUP_VAULT"


def backup_job(site: Site, job: BackupJob) -> dict[str, Any]:
    vault = site.here.vaults.get(job.vault_name)
    done = job.state == "COMPLETED"
    return {
        "AccountId": site.account,
        "BackupJobId": job.job_id,
        "BackupVaultName": job.vault_name,
        "BackupVaultArn": job.vault_arn,
        "VaultType": _VAULT,
        "VaultLockState": "LOCKED" if vault and vault.lock else "UNLOCKED",
        "RecoveryPointLifecycle": job.lifecycle or None,
        "RecoveryPointArn": job.recovery_point_arn,
        "EncryptionKeyArn": job.key_arn,
        "IsEncrypted": job.key_arn is not None if done else None,
        "ResourceArn": job.resource_arn,
        "ResourceType": job.resource_type,
        "ResourceName": job.resource_name,
        "CreationDate": job.created,
        "InitiationDate": job.created,
        "CompletionDate": job.completed,
        "State": job.state,
        "StatusMessage": job.status_message,
        "MessageCategory": _category(job.state, job.status_message),
        "PercentDone": "100.0" if done else "0.0",
        "BackupSizeInBytes": job.size,
        "BytesTransferred": job.size,
        "IamRoleArn": job.role_arn,
        "CreatedBy": job.created_by,
        "StartBy": job.start_by,
        "ExpectedCompletionDate": job.started + site.around.pace.backup if job.started else None,
        "BackupOptions": job.options,
        "IsParent": False,
    }


def copy_job(site: Site, job: CopyJob) -> dict[str, Any]:
    return {
        "AccountId": site.account,
        "CopyJobId": job.job_id,
        "SourceBackupVaultArn": job.source_vault_arn,
        "SourceRecoveryPointArn": job.source_point_arn,
        "DestinationBackupVaultArn": job.destination_vault_arn,
        "DestinationVaultType": _VAULT,
        "DestinationRecoveryPointArn": job.destination_point_arn,
        "DestinationEncryptionKeyArn": job.destination_key_arn,
        "DestinationRecoveryPointLifecycle": job.destination_lifecycle or job.lifecycle or None,
        "ResourceArn": job.resource_arn,
        "ResourceType": job.resource_type,
        "ResourceName": job.resource_name,
        "CreationDate": job.created,
        "CompletionDate": job.completed,
        "State": job.state,
        "StatusMessage": job.status_message,
        "MessageCategory": _category(job.state, job.status_message),
        "BackupSizeInBytes": job.size,
        "IamRoleArn": job.role_arn,
        "CreatedBy": job.created_by,
        "CreatedByBackupJobId": job.backup_job_id,
        "IsParent": False,
    }


def restore_job(site: Site, job: RestoreJob) -> dict[str, Any]:
    return {
        "AccountId": site.account,
        "RestoreJobId": job.job_id,
        "RecoveryPointArn": job.point_arn,
        "SourceResourceArn": job.source_arn,
        "BackupVaultArn": job.vault_arn,
        "CreationDate": job.created,
        "CompletionDate": job.completed,
        "Status": job.status,
        "StatusMessage": job.status_message,
        "PercentDone": "100.00%" if job.status == "COMPLETED" else "0.00%",
        "BackupSizeInBytes": job.size,
        "IamRoleArn": job.role_arn,
        "CreatedResourceArn": job.created_arn,
        "ResourceType": job.resource_type,
        "RecoveryPointCreationDate": job.point_created,
        "CreatedBy": {"RestoreTestingPlanArn": job.testing_plan_arn} if job.testing_plan_arn else None,
        "ValidationStatus": job.validation,
        "ValidationStatusMessage": job.validation_message,
        "DeletionStatus": job.deletion,
        "DeletionStatusMessage": job.deletion_message,
        "IsParent": False,
    }


def recovery_point(site: Site, vault: Vault, point: RecoveryPoint) -> dict[str, Any]:
    """As ListRecoveryPointsByBackupVault has it; StorageClass is in DescribeRecoveryPoint only."""
    return {
        "RecoveryPointArn": point.arn,
        "BackupVaultName": point.vault_name,
        "BackupVaultArn": point.vault_arn,
        "SourceBackupVaultArn": point.source_vault_arn,
        "ResourceArn": point.resource_arn,
        "ResourceType": point.resource_type,
        "ResourceName": point.resource_name,
        "CreatedBy": point.created_by,
        "IamRoleArn": point.role_arn,
        "Status": point.status,
        "StatusMessage": point.status_message,
        "CreationDate": point.created,
        "InitiationDate": point.created,
        "CompletionDate": point.completed,
        "BackupSizeInBytes": point.size,
        "CalculatedLifecycle": calculated_lifecycle(point),
        "Lifecycle": point.lifecycle or None,
        "EncryptionKeyArn": point.key_arn,
        "EncryptionKeyType": _key_type(vault, point),
        "IsEncrypted": point.key_arn is not None,
        "LastRestoreTime": point.last_restored,
        "IsParent": False,
        "VaultType": _VAULT,
    }


def _key_type(vault: Vault, point: RecoveryPoint) -> str | None:
    """Only of the vault's own key it is known whose it is."""
    return "CUSTOMER_MANAGED_KMS_KEY" if vault.is_customer_key and point.key_arn == vault.key_arn else None


def calculated_lifecycle(point: RecoveryPoint) -> dict[str, datetime] | None:
    dates = {"MoveToColdStorageAt": point.cools, "DeleteAt": point.expires}
    return {name: date for name, date in dates.items() if date} or None


def filtered(
    records: Iterable[dict[str, Any]], parameters: Mapping[str, Any], members: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Those that fit every filter given: `members` names, for each parameter, the member that it looks at.

    A parameter that ends in `Before` or `After` is a bound, any other must be equal.
    """
    asked = [(name, member, parameters[name]) for name, member in members.items() if name in parameters]
    return [each for each in records if all(_fits(each, name, member, value) for name, member, value in asked)]


def _fits(record: Mapping[str, Any], parameter: str, member: str, value: Any) -> bool:
    actual = record
    for part in member.split("."):
        actual = (actual or {}).get(part)  # type: ignore[assignment]
    if parameter.endswith("Before"):
        return actual is not None and bool(actual < value)
    if parameter.endswith("After"):
        return actual is not None and bool(actual > value)
    return bool(actual == value)


def newest_first(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(reversed(list(records)))


def _category(state: str, message: str | None) -> str | None:
    """SUCCESS is the only certain one of https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html, and
    what the console calls "completed with issues" has another, and a message."""
    return "SUCCESS" if state == "COMPLETED" and not message else None
