"""Lock, access policy and notifications of a vault.

https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from .conftest import REGION, Clock, code_of

TOPIC = f"arn:aws:sns:{REGION}:111111111111:backups"
STATEMENT = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


def lock_of(backup: Any) -> dict[str, Any]:
    seen = backup.describe_backup_vault(BackupVaultName="acme")
    return {name: seen.get(name) for name in ("Locked", "MinRetentionDays", "MaxRetentionDays", "LockDate")}


@pytest.mark.behaviour("vault-shows-its-lock", "lock-governance")
def test_a_governance_lock_has_no_date_and_can_be_removed(backup: Any, vault: str, clock: Clock) -> None:
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=2555)
    assert lock_of(backup) == {"Locked": True, "MinRetentionDays": 7, "MaxRetentionDays": 2555, "LockDate": None}
    clock.advance(days=400)
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    assert lock_of(backup) == {"Locked": False, "MinRetentionDays": None, "MaxRetentionDays": None, "LockDate": None}


@pytest.mark.behaviour("lock-replaces-the-whole")
def test_a_put_replaces_the_whole_lock(backup: Any, vault: str) -> None:
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=35)
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=14)
    assert lock_of(backup) == {"Locked": True, "MinRetentionDays": 14, "MaxRetentionDays": None, "LockDate": None}


@pytest.mark.behaviour("lock-compliance")
def test_a_compliance_lock_can_change_until_its_date_and_never_after(backup: Any, vault: str, clock: Clock) -> None:
    lock = {"BackupVaultName": vault, "MinRetentionDays": 7, "ChangeableForDays": 3}
    backup.put_backup_vault_lock_configuration(**lock)
    assert lock_of(backup)["LockDate"] == clock.now + timedelta(days=3)
    clock.advance(days=2)
    backup.put_backup_vault_lock_configuration(**lock | {"MinRetentionDays": 8})
    clock.advance(days=2, hours=23, minutes=59)
    backup.put_backup_vault_lock_configuration(**lock | {"MinRetentionDays": 8})
    clock.advance(days=3)
    for change in (backup.put_backup_vault_lock_configuration, backup.delete_backup_vault_lock_configuration):
        assert code_of(change, BackupVaultName=vault) == "InvalidRequestException"
    assert lock_of(backup)["MinRetentionDays"] == 8


@pytest.mark.behaviour("lock-bounds")
@pytest.mark.parametrize(
    "bounds",
    [
        {},
        {"MinRetentionDays": 1, "MaxRetentionDays": 36_500},
        {"MinRetentionDays": 35, "MaxRetentionDays": 35},
        {"ChangeableForDays": 3},
        {"ChangeableForDays": 36_500},
        {"MaxRetentionDays": 1},
        {"MinRetentionDays": 36_500},
    ],
)
def test_locks_up_to_the_bounds_are_taken(backup: Any, vault: str, bounds: dict[str, int]) -> None:
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, **bounds)
    seen = lock_of(backup)
    assert (seen["Locked"], seen["LockDate"] is not None) == (True, "ChangeableForDays" in bounds)
    assert seen["MinRetentionDays"] == bounds.get("MinRetentionDays")
    assert seen["MaxRetentionDays"] == bounds.get("MaxRetentionDays")


@pytest.mark.behaviour("lock-bounds", "lock-cooling-off")
@pytest.mark.parametrize(
    "bounds",
    [
        {"MinRetentionDays": 0},
        {"MinRetentionDays": 36_501},
        {"MaxRetentionDays": 0},
        {"MaxRetentionDays": 36_501},
        {"MinRetentionDays": 36, "MaxRetentionDays": 35},
        {"ChangeableForDays": 2},
        {"ChangeableForDays": 36_501},
    ],
)
def test_lock_bounds_are_held(backup: Any, vault: str, bounds: dict[str, int]) -> None:
    put = backup.put_backup_vault_lock_configuration
    assert code_of(put, BackupVaultName=vault, **bounds) == "InvalidParameterValueException"
    assert lock_of(backup)["Locked"] is False


@pytest.mark.behaviour("policy-reads-back", "policy-unset-is-not-found")
def test_a_policy_reads_back_byte_for_byte_until_it_is_deleted(backup: Any, vault: str) -> None:
    backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=POLICY)
    assert backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"] == POLICY
    backup.delete_backup_vault_access_policy(BackupVaultName=vault)
    assert code_of(backup.get_backup_vault_access_policy, BackupVaultName=vault) == "ResourceNotFoundException"


@pytest.mark.behaviour("policy-is-a-resource-policy")
@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        "[]",
        "{}",
        json.dumps({"Statement": []}),
        json.dumps({"Statement": [{**STATEMENT, "Effect": "Maybe"}]}),
        json.dumps({"Statement": [{name: STATEMENT[name] for name in ("Effect", "Action")}]}),
        json.dumps({"Statement": [{name: STATEMENT[name] for name in ("Effect", "Principal")}]}),
    ],
)
def test_what_is_no_policy_is_refused(backup: Any, vault: str, policy: str) -> None:
    put = backup.put_backup_vault_access_policy
    assert code_of(put, BackupVaultName=vault, Policy=policy) == "InvalidParameterValueException"


@pytest.mark.behaviour("policy-is-a-resource-policy")
def test_a_policy_must_be_given(backup: Any, vault: str) -> None:
    assert code_of(backup.put_backup_vault_access_policy, BackupVaultName=vault) == "MissingParameterValueException"


@pytest.mark.behaviour("notifications-reads-back", "notifications-unset-is-not-found")
def test_notifications_read_back_until_they_are_deleted(backup: Any, vault: str) -> None:
    events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]
    backup.put_backup_vault_notifications(BackupVaultName=vault, SNSTopicArn=TOPIC, BackupVaultEvents=events)
    seen = backup.get_backup_vault_notifications(BackupVaultName=vault)
    assert (seen["SNSTopicArn"], seen["BackupVaultEvents"]) == (TOPIC, events)
    backup.delete_backup_vault_notifications(BackupVaultName=vault)
    assert code_of(backup.get_backup_vault_notifications, BackupVaultName=vault) == "ResourceNotFoundException"


@pytest.mark.behaviour("notifications-reads-back")
@pytest.mark.parametrize(
    ("topic", "events"),
    [
        (TOPIC, []),
        (TOPIC, ["BACKUP_JOB_LATE"]),
        ("arn:aws:sns:us-east-1:111111111111:backups", ["BACKUP_JOB_FAILED"]),
        ("backups", ["BACKUP_JOB_FAILED"]),
    ],
)
def test_notifications_need_a_topic_of_the_region_and_known_events(
    backup: Any, vault: str, topic: str, events: list[str]
) -> None:
    settings = {"BackupVaultName": vault, "SNSTopicArn": topic, "BackupVaultEvents": events}
    assert code_of(backup.put_backup_vault_notifications, **settings) == "InvalidParameterValueException"


@pytest.mark.behaviour("vault-unknown-is-denied-by-name")
@pytest.mark.parametrize(
    ("operation", "members", "code"),
    [
        ("put_backup_vault_lock_configuration", {}, "ResourceNotFoundException"),
        ("delete_backup_vault_lock_configuration", {}, "ResourceNotFoundException"),
        ("put_backup_vault_access_policy", {"Policy": POLICY}, "ResourceNotFoundException"),
        ("get_backup_vault_access_policy", {}, "AccessDeniedException"),
        ("delete_backup_vault_access_policy", {}, "AccessDeniedException"),
        (
            "put_backup_vault_notifications",
            {"SNSTopicArn": TOPIC, "BackupVaultEvents": ["BACKUP_JOB_FAILED"]},
            "ResourceNotFoundException",
        ),
        ("get_backup_vault_notifications", {}, "ResourceNotFoundException"),
        ("delete_backup_vault_notifications", {}, "ResourceNotFoundException"),
    ],
)
def test_an_unknown_vault_is_refused(backup: Any, operation: str, members: dict[str, Any], code: str) -> None:
    assert code_of(getattr(backup, operation), BackupVaultName="nowhere", **members) == code


@pytest.mark.behaviour("lock-delete-is-repeatable", "policy-delete-is-repeatable", "notifications-delete-is-repeatable")
@pytest.mark.parametrize("kind", ["lock_configuration", "access_policy", "notifications"])
def test_deleting_what_is_not_set_is_done(backup: Any, vault: str, kind: str) -> None:
    answer = getattr(backup, f"delete_backup_vault_{kind}")(BackupVaultName=vault)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
