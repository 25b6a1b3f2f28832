"""Backup vaults: create, describe, list, delete. What is set on them is in vault_settings.

https://docs.aws.amazon.com/aws-backup/latest/devguide/vaults.html
"""

import re
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import (
    AccessDeniedException,
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.names import check_request_id
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.state import Vault
from backup_apps_local.backup.tags import checked_tags

_KEY_ARN = re.compile(r"arn:[\w-]+:kms:(?P<region>[\w-]+):\d{12}:key/[\w-]+")


def create_backup_vault(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same CreatorRequestId for the same vault is a retry, and answers with the vault that is there.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
    """
    check_request_id(parameters)
    existing = site.here.vaults.get(parameters["BackupVaultName"])
    if existing is None:
        existing = _new_vault(site, parameters)
        site.here.vaults[existing.name] = existing
    elif not _is_retry(existing, parameters):
        raise AlreadyExistsException(
            "Backup vault with the same name already exists",
            Arn=existing.arn,
            CreatorRequestId=existing.creator_request_id,
        )
    return {"BackupVaultName": existing.name, "BackupVaultArn": existing.arn, "CreationDate": existing.created}


def describe_backup_vault(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """A vault that does not exist answers AccessDenied, not ResourceNotFound, whatever the caller may do.

    The model declares ResourceNotFoundException; what AWS does is told in https://github.com/aws/aws-sdk-js/issues/2625
    and https://github.com/ansible-collections/amazon.aws/pull/1436. So ListBackupVaults is how to see what is missing.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html
    """
    vault = site.here.vaults.get(parameters["BackupVaultName"])
    if vault is None or parameters.get("BackupVaultAccountId", site.account) != site.account:
        raise AccessDeniedException("Insufficient privileges to perform this action.")
    return _described(vault)


def list_backup_vaults(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """By name. Every vault here is a BACKUP_VAULT and none is shared from another account.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupVaults.html
    """
    is_asked = parameters.get("ByVaultType", "BACKUP_VAULT") == "BACKUP_VAULT" and not parameters.get("ByShared")
    vaults = sorted(site.here.vaults.values(), key=lambda vault: vault.name) if is_asked else []
    return page("BackupVaultList", [_described(vault) for vault in vaults], parameters)


def delete_backup_vault(site: Site, parameters: dict[str, Any]) -> None:
    """Only an empty vault; a lock does not keep an empty vault from being deleted.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-a-vault.html
    """
    vault = require_vault(site, parameters)
    if vault.recovery_points:
        raise InvalidRequestException(
            "Backup vault cannot be deleted because it contains recovery points.", code="ERROR_9101"
        )
    del site.here.vaults[vault.name]


def require_vault(site: Site, parameters: Mapping[str, Any]) -> Vault:
    vault = site.here.vaults.get(parameters["BackupVaultName"])
    if vault is None:
        raise ResourceNotFoundException(f"Backup vault {parameters['BackupVaultName']} does not exist")
    return vault


def _new_vault(site: Site, parameters: dict[str, Any]) -> Vault:
    if len(site.here.vaults) >= site.quotas.vaults:
        raise LimitExceededException(f"An account has at most {site.quotas.vaults} backup vaults in a region")
    key_arn = parameters.get("EncryptionKeyArn")
    tags = checked_tags(parameters.get("BackupVaultTags", {}), site.quotas)
    return Vault(
        name=parameters["BackupVaultName"],
        arn=site.arn("backup-vault", parameters["BackupVaultName"]),
        created=site.now,
        key_arn=_checked_key(key_arn, site.region) if key_arn else site.default_key_arn(),
        is_customer_key=bool(key_arn),
        creator_request_id=parameters.get("CreatorRequestId"),
        tags=tags,
    )


def _checked_key(arn: str, region: str) -> str:
    """The ARN of a key in the vault's region, never an alias.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupVaultListMember.html says that the ARN must be
    given and not the alias; https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html that the key is
    one of the region.
    """
    found = _KEY_ARN.fullmatch(arn)
    if found is None:
        raise InvalidParameterValueException(f"The encryption key {arn} is not the ARN of a KMS key")
    if found["region"] != region:
        raise InvalidParameterValueException(f"The encryption key {arn} is not in {region}")
    return arn


def _is_retry(vault: Vault, parameters: dict[str, Any]) -> bool:
    """The model promises a safe retry, and says nothing of one that asks for something else: that one is refused."""
    request_id = parameters.get("CreatorRequestId")
    key_arn = parameters.get("EncryptionKeyArn")
    has_same_key = vault.key_arn == key_arn if key_arn else not vault.is_customer_key
    return request_id is not None and request_id == vault.creator_request_id and has_same_key


def _described(vault: Vault) -> dict[str, Any]:
    """EncryptionKeyType has no word for the key that AWS manages, so a vault without a customer key shows none."""
    lock = vault.lock
    return {
        "BackupVaultName": vault.name,
        "BackupVaultArn": vault.arn,
        "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE",
        "EncryptionKeyArn": vault.key_arn,
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY" if vault.is_customer_key else None,
        "CreationDate": vault.created,
        "CreatorRequestId": vault.creator_request_id,
        "NumberOfRecoveryPoints": len(vault.recovery_points),
        "Locked": lock is not None,
        "MinRetentionDays": lock.min_retention_days if lock else None,
        "MaxRetentionDays": lock.max_retention_days if lock else None,
        "LockDate": lock.lock_date if lock else None,
    }


OPERATIONS: dict[str, Operation] = {
    "CreateBackupVault": create_backup_vault,
    "DeleteBackupVault": delete_backup_vault,
    "DescribeBackupVault": describe_backup_vault,
    "ListBackupVaults": list_backup_vaults,
}
