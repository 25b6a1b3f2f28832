"""Vaults. https://docs.aws.amazon.com/aws-backup/latest/devguide/vaults.html"""

from typing import Any
from unittest.mock import Mock

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, KEY, OTHER_ACCOUNT, REGION, Clock, code_of, message_of, refused

VAULT_ARN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:acme"


@pytest.mark.behaviour("vault-reads-back")
def test_a_vault_reads_back_as_it_was_made(backup: Any, clock: Clock) -> None:
    made = backup.create_backup_vault(
        BackupVaultName="acme", EncryptionKeyArn=KEY, BackupVaultTags={"owner": "platform"}, CreatorRequestId="one"
    )
    seen = backup.describe_backup_vault(BackupVaultName="acme")
    assert (made["BackupVaultArn"], made["CreationDate"]) == (VAULT_ARN, clock.now)
    assert {name: value for name, value in seen.items() if name != "ResponseMetadata"} == {
        "BackupVaultName": "acme",
        "BackupVaultArn": VAULT_ARN,
        "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE",
        "EncryptionKeyArn": KEY,
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "CreationDate": clock.now,
        "CreatorRequestId": "one",
        "NumberOfRecoveryPoints": 0,
        "Locked": False,
    }
    assert backup.list_tags(ResourceArn=VAULT_ARN)["Tags"] == {"owner": "platform"}


@pytest.mark.behaviour("vault-has-aws-key-by-default")
def test_without_a_key_the_vault_has_the_one_that_aws_manages(backup: Any) -> None:
    for name in ("one", "two"):
        backup.create_backup_vault(BackupVaultName=name)
    keys = {vault["EncryptionKeyArn"] for vault in backup.list_backup_vaults()["BackupVaultList"]}
    assert len(keys) == 1
    assert keys.pop().startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")


@pytest.mark.behaviour("vault-name-is-taken")
def test_a_second_vault_of_the_name_is_refused_with_the_first_ones_arn(backup: Any, vault: str) -> None:
    answer = refused(backup.create_backup_vault, BackupVaultName=vault, CreatorRequestId="another")
    assert answer["Error"]["Code"] == "AlreadyExistsException"
    assert answer["Arn"] == VAULT_ARN


@pytest.mark.behaviour("vault-retry")
def test_a_retry_with_the_same_request_id_answers_with_the_vault(backup: Any, clock: Clock) -> None:
    first = backup.create_backup_vault(BackupVaultName="acme", CreatorRequestId="one")
    clock.advance(minutes=1)
    again = backup.create_backup_vault(BackupVaultName="acme", CreatorRequestId="one")
    assert again["CreationDate"] == first["CreationDate"]


@pytest.mark.behaviour("vault-retry")
def test_a_retry_that_asks_for_another_key_is_refused(backup: Any) -> None:
    backup.create_backup_vault(BackupVaultName="acme", CreatorRequestId="one")
    again = {"BackupVaultName": "acme", "CreatorRequestId": "one", "EncryptionKeyArn": KEY}
    assert code_of(backup.create_backup_vault, **again) == "AlreadyExistsException"


@pytest.mark.behaviour("vault-name-pattern")
@pytest.mark.parametrize("name", ["a", "a" * 51, "with space", "dotted.name", "öst"])
def test_a_name_outside_the_pattern_is_refused(backup: Any, name: str) -> None:
    assert code_of(backup.create_backup_vault, BackupVaultName=name) == "InvalidParameterValueException"


@pytest.mark.behaviour("vault-key-is-no-alias", "vault-key-of-the-region")
@pytest.mark.parametrize(
    "key",
    [
        f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/acme-backup",
        "alias/acme-backup",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ],
)
def test_only_the_arn_of_a_key_of_the_region_is_taken(backup: Any, key: str) -> None:
    answer = code_of(backup.create_backup_vault, BackupVaultName="acme", EncryptionKeyArn=key)
    assert answer == "InvalidParameterValueException"
    assert backup.list_backup_vaults()["BackupVaultList"] == []


@pytest.mark.behaviour("vault-request-id-pattern")
def test_a_request_id_outside_its_alphabet_is_refused(backup: Any) -> None:
    code = code_of(backup.create_backup_vault, BackupVaultName="acme", CreatorRequestId="with space")
    assert code == "InvalidParameterValueException"


@pytest.mark.behaviour("vault-unknown-denies-access", "vault-unknown-is-denied-by-name")
def test_a_vault_that_is_not_there_denies_access(backup: Any) -> None:
    """Not ResourceNotFound: https://github.com/aws/aws-sdk-js/issues/2625"""
    answer = refused(backup.describe_backup_vault, BackupVaultName="nowhere")
    assert answer["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "Insufficient privileges to perform this action.",
    }
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.behaviour("vault-is-of-account-and-region")
def test_vaults_belong_to_one_account_and_region(service: BackupService, vault: str) -> None:
    elsewhere = client(service, ACCOUNT, "us-east-1"), client(service, OTHER_ACCOUNT, REGION)
    assert [other.list_backup_vaults()["BackupVaultList"] for other in elsewhere] == [[], []]


@pytest.mark.behaviour("vaults-are-listed-by-type")
def test_vaults_are_listed_by_name_and_type(backup: Any) -> None:
    for name in ("beta", "alpha"):
        backup.create_backup_vault(BackupVaultName=name)
    names = [vault["BackupVaultName"] for vault in backup.list_backup_vaults()["BackupVaultList"]]
    assert names == ["alpha", "beta"]
    gapped = backup.list_backup_vaults(ByVaultType="LOGICALLY_AIR_GAPPED_BACKUP_VAULT")
    assert gapped["BackupVaultList"] == []
    assert backup.list_backup_vaults(ByShared=True)["BackupVaultList"] == []


@pytest.mark.behaviour("vaults-are-listed-by-type")
def test_a_vault_type_that_is_none_is_refused(backup: Any) -> None:
    assert code_of(backup.list_backup_vaults, ByVaultType="SHED") == "InvalidParameterValueException"


@pytest.mark.behaviour("vault-deleted-only-when-empty")
def test_an_empty_vault_is_deleted(backup: Any, vault: str) -> None:
    backup.delete_backup_vault(BackupVaultName=vault)
    assert backup.list_backup_vaults()["BackupVaultList"] == []
    assert code_of(backup.delete_backup_vault, BackupVaultName=vault) == "ResourceNotFoundException"


@pytest.mark.behaviour("vault-counts-its-points", "vault-deleted-only-when-empty")
def test_a_vault_with_recovery_points_is_not_deleted(service: BackupService, backup: Any, vault: str) -> None:
    """In AWS's words: https://github.com/gruntwork-io/cloud-nuke/issues/730"""
    service.world.region(ACCOUNT, REGION).vaults[vault].recovery_points["arn:aws:ec2:::snapshot/snap-1"] = Mock()
    answer = refused(backup.delete_backup_vault, BackupVaultName=vault)
    assert answer["Error"] == {
        "Code": "InvalidRequestException",
        "Message": "Backup vault cannot be deleted because it contains recovery points.",
    }
    assert backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == 1


@pytest.mark.behaviour("quota-vaults")
def test_the_quota_of_vaults_holds_and_can_be_raised(clock: Clock) -> None:
    service = BackupService(clock, Quotas(vaults=1))
    backup = client(service, ACCOUNT, REGION)
    backup.create_backup_vault(BackupVaultName="first")
    assert code_of(backup.create_backup_vault, BackupVaultName="second") == "LimitExceededException"
    service.quotas = Quotas(vaults=2)
    backup.create_backup_vault(BackupVaultName="second")
    assert message_of(backup.create_backup_vault, BackupVaultName="third").startswith("An account has at most 2")
