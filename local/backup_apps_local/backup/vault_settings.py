"""What is set on a vault after its creation: the lock, the access policy, the notifications.

An unknown vault answers the access policy's calls as it answers DescribeBackupVault, with AccessDenied: AWS looks for
the vault's policy first. That is known of DescribeBackupVault and, from what Terraform's provider expects
(internal/service/backup/vault_policy.go), of reading and deleting the access policy; the others are taken at the
model's word, ResourceNotFoundException.
"""

import json
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import (
    AccessDeniedException,
    InvalidParameterValueException,
    InvalidRequestException,
    MissingParameterValueException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.state import Lock, Notifications, Vault, lock_date
from backup_apps_local.backup.vaults import require_vault

_LONGEST = 36_500
"""Days; about 100 years."""
_COOLING_OFF = 3
"""Days that a compliance lock must stay changeable."""


def put_backup_vault_lock_configuration(site: Site, parameters: dict[str, Any]) -> None:
    """Replaces the whole lock: what is left out is not enforced, and without ChangeableForDays the mode is governance.

    Whether AWS keeps a lock date that is already running when ChangeableForDays is left out is not documented; it is
    dropped here, as the page says that before the date the lock can be changed.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
    """
    vault = require_vault(site, parameters)
    _refuse_if_immutable(vault, site)
    _check_lock_bounds(parameters)
    vault.lock = Lock(
        min_retention_days=parameters.get("MinRetentionDays"),
        max_retention_days=parameters.get("MaxRetentionDays"),
        lock_date=lock_date(site.now, parameters.get("ChangeableForDays")),
    )


def delete_backup_vault_lock_configuration(site: Site, parameters: dict[str, Any]) -> None:
    """Deleting a lock that is not there is taken as done.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultLockConfiguration.html
    """
    vault = require_vault(site, parameters)
    _refuse_if_immutable(vault, site)
    vault.lock = None


def put_backup_vault_access_policy(site: Site, parameters: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html"""
    vault = require_vault(site, parameters)
    if "Policy" not in parameters:
        raise MissingParameterValueException("Policy is required")
    _check_policy(parameters["Policy"])
    vault.access_policy = parameters["Policy"]


def get_backup_vault_access_policy(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultAccessPolicy.html"""
    vault = _accessible_vault(site, parameters)
    if vault.access_policy is None:
        raise ResourceNotFoundException(f"Backup vault {vault.name} has no access policy")
    return {"BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "Policy": vault.access_policy}


def delete_backup_vault_access_policy(site: Site, parameters: dict[str, Any]) -> None:
    """Deleting a policy that is not there is taken as done.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultAccessPolicy.html
    """
    _accessible_vault(site, parameters).access_policy = None


def put_backup_vault_notifications(site: Site, parameters: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html"""
    vault = require_vault(site, parameters)
    topic, events = parameters["SNSTopicArn"], parameters["BackupVaultEvents"]
    if not topic.startswith(f"arn:aws:sns:{site.region}:") or topic.count(":") != 5:
        raise InvalidParameterValueException(f"{topic} is not the ARN of an SNS topic in {site.region}")
    if not events:
        raise InvalidParameterValueException("BackupVaultEvents must name at least one event")
    vault.notifications = Notifications(topic_arn=topic, events=list(dict.fromkeys(events)))


def get_backup_vault_notifications(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultNotifications.html"""
    vault = require_vault(site, parameters)
    if vault.notifications is None:
        raise ResourceNotFoundException(
            f"Failed reading notifications from database for Backup vault with name {vault.name}"
        )
    return {
        "BackupVaultName": vault.name,
        "BackupVaultArn": vault.arn,
        "SNSTopicArn": vault.notifications.topic_arn,
        "BackupVaultEvents": vault.notifications.events,
    }


def delete_backup_vault_notifications(site: Site, parameters: dict[str, Any]) -> None:
    """Deleting notifications that are not there is taken as done.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultNotifications.html
    """
    require_vault(site, parameters).notifications = None


def _accessible_vault(site: Site, parameters: Mapping[str, Any]) -> Vault:
    vault = site.here.vaults.get(parameters["BackupVaultName"])
    if vault is None:
        raise AccessDeniedException("Insufficient privileges to perform this action.")
    return vault


def _refuse_if_immutable(vault: Vault, site: Site) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html, compliance mode after the lock date."""
    if vault.lock and vault.lock.is_immutable(site.now):
        raise InvalidRequestException(f"The lock of backup vault {vault.name} is immutable")


def _check_lock_bounds(parameters: Mapping[str, Any]) -> None:
    """Bounds that PutBackupVaultLockConfiguration documents, and that the least is not above the most."""
    _check_days("MinRetentionDays", parameters, least=1)
    _check_days("MaxRetentionDays", parameters, least=1)
    _check_days("ChangeableForDays", parameters, least=_COOLING_OFF)
    shortest, longest = parameters.get("MinRetentionDays", 1), parameters.get("MaxRetentionDays", _LONGEST)
    if shortest > longest:
        raise InvalidParameterValueException(f"MinRetentionDays {shortest} is above MaxRetentionDays {longest}")


def _check_days(member: str, parameters: Mapping[str, Any], least: int) -> None:
    if member in parameters and not least <= parameters[member] <= _LONGEST:
        raise InvalidParameterValueException(f"{member} must be from {least} to {_LONGEST}, not {parameters[member]}")


def _check_policy(policy: str) -> None:
    """A resource policy: JSON, with statements that each have an effect, a principal and an action.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    try:
        document = json.loads(policy)
    except ValueError as error:
        raise InvalidParameterValueException(f"The policy is not JSON: {error}") from error
    statements = document.get("Statement") if isinstance(document, dict) else None
    listed = [statements] if isinstance(statements, dict) else statements
    if not listed or not isinstance(listed, list) or not all(_is_statement(item) for item in listed):
        raise InvalidParameterValueException("The policy is malformed: a statement needs Effect, Principal and Action")


def _is_statement(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.get("Effect") in ("Allow", "Deny")
        and ("Principal" in item) != ("NotPrincipal" in item)
        and ("Action" in item) != ("NotAction" in item)
    )


OPERATIONS: dict[str, Operation] = {
    "DeleteBackupVaultAccessPolicy": delete_backup_vault_access_policy,
    "DeleteBackupVaultLockConfiguration": delete_backup_vault_lock_configuration,
    "DeleteBackupVaultNotifications": delete_backup_vault_notifications,
    "GetBackupVaultAccessPolicy": get_backup_vault_access_policy,
    "GetBackupVaultNotifications": get_backup_vault_notifications,
    "PutBackupVaultAccessPolicy": put_backup_vault_access_policy,
    "PutBackupVaultLockConfiguration": put_backup_vault_lock_configuration,
    "PutBackupVaultNotifications": put_backup_vault_notifications,
}
