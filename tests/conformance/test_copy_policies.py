"""Access policies of vaults: who may copy into one, and out of one.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
"""

from typing import Any

import pytest

from .conftest import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, ROLE, TABLE, Story, vault_arn
from .test_copies import ABROAD, ANYONE, THEIRS, copy, destinations, policy

__all__ = ["destinations"]


def in_organization(operator: str, value: str | list[str]) -> dict[str, Any]:
    return {**ANYONE, "Condition": {operator: {"aws:PrincipalOrgID": value}}}


def by_role(operator: str, name: str) -> dict[str, Any]:
    return {**ANYONE, "Condition": {operator: {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{name}"}}}


DENY = {**ANYONE, "Effect": "Deny"}
WITHOUT_ACTION = {name: value for name, value in ANYONE.items() if name != "Action"}
WITHOUT_PRINCIPAL = {name: value for name, value in ANYONE.items() if name != "Principal"}
WITHOUT_RESOURCE = {name: value for name, value in ANYONE.items() if name != "Resource"}
POLICIES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "the account": ([{**ANYONE, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}], "COMPLETED"),
    "the account by its number": ([{**ANYONE, "Principal": {"AWS": [ACCOUNT]}}], "COMPLETED"),
    "another account": ([{**ANYONE, "Principal": {"AWS": "333333333333"}}], "FAILED"),
    "the organization": ([in_organization("StringEquals", "o-localworld")], "COMPLETED"),
    "another organization": ([in_organization("StringEquals", "o-other")], "FAILED"),
    "all but an organization": ([in_organization("StringNotEquals", "o-localworld")], "FAILED"),
    "a pattern": ([in_organization("StringLike", "o-local*")], "COMPLETED"),
    "any action of the service": ([{**ANYONE, "Action": "backup:*"}], "COMPLETED"),
    "another action": ([{**ANYONE, "Action": "backup:DeleteRecoveryPoint"}], "FAILED"),
    "all actions but this": ([{**WITHOUT_ACTION, "NotAction": "backup:Copy*"}], "FAILED"),
    "another vault": ([{**ANYONE, "Resource": vault_arn("other", OTHER_ACCOUNT)}], "FAILED"),
    "a denial goes before": ([ANYONE, DENY], "FAILED"),
    "a denial of others": (
        [ANYONE, {**DENY, "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/acme-*"}}}],
        "COMPLETED",
    ),
    "a key that is absent": ([{**ANYONE, "Condition": {"StringEquals": {"aws:PrincipalTag/x": "y"}}}], "FAILED"),
    "if it exists": ([{**ANYONE, "Condition": {"StringEqualsIfExists": {"aws:PrincipalTag/x": "y"}}}], "COMPLETED"),
    "null": ([{**ANYONE, "Condition": {"Null": {"aws:PrincipalTag/x": True}}}], "COMPLETED"),
    "not null": ([{**ANYONE, "Condition": {"Null": {"aws:PrincipalTag/x": False}}}], "FAILED"),
    "a boolean that is absent": ([{**ANYONE, "Condition": {"Bool": {"aws:SecureTransport": True}}}], "FAILED"),
    "a boolean, if it exists": (
        [{**ANYONE, "Condition": {"BoolIfExists": {"aws:SecureTransport": True}}}],
        "COMPLETED",
    ),
    "one of several values": ([in_organization("StringEquals", ["o-other", "o-localworld"])], "COMPLETED"),
    "another case": ([in_organization("StringEquals", "O-LOCALWORLD")], "FAILED"),
    "whatever the case": ([in_organization("StringEqualsIgnoreCase", "O-LOCALWORLD")], "COMPLETED"),
    "not even in another case": ([in_organization("StringNotEqualsIgnoreCase", "O-LOCALWORLD")], "FAILED"),
    "not like a pattern": ([in_organization("StringNotLike", "o-local*")], "FAILED"),
    "not like another pattern": ([in_organization("StringNotLike", "o-other*")], "COMPLETED"),
    "a role": ([by_role("ArnEquals", "acme-backup")], "COMPLETED"),
    "another role": ([by_role("ArnEquals", "other")], "FAILED"),
    "a pattern of roles": ([by_role("ArnLike", "acme-*")], "COMPLETED"),
    "any role but this": ([by_role("ArnNotEquals", "acme-backup")], "FAILED"),
    "two conditions that hold": (
        [{**ANYONE, "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:SourceAccount": ACCOUNT}}}],
        "COMPLETED",
    ),
    "two conditions of which one holds": (
        [{**ANYONE, "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:SourceAccount": "3"}}}],
        "FAILED",
    ),
    "everybody but the account": ([{**WITHOUT_PRINCIPAL, "NotPrincipal": {"AWS": ACCOUNT}}], "FAILED"),
    "everybody but another": ([{**WITHOUT_PRINCIPAL, "NotPrincipal": {"AWS": "333333333333"}}], "COMPLETED"),
    "every vault but this": ([{**WITHOUT_RESOURCE, "NotResource": THEIRS}], "FAILED"),
    "an action in another case": ([{**ANYONE, "Action": "BACKUP:copyintobackupvault"}], "COMPLETED"),
    "an unknown operator": ([{**ANYONE, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}], "FAILED"),
}


@pytest.mark.behaviour("policy-copy-into", "policy-operators")
@pytest.mark.parametrize(("statements", "state"), POLICIES.values(), ids=POLICIES)
def test_the_policy_of_the_destination_decides(story: Story, statements: list[dict[str, Any]], state: str) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html"""
    theirs = story.client(OTHER_ACCOUNT)
    theirs.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy(*statements))
    assert copy(story, story.back_up(TABLE)["RecoveryPointArn"], THEIRS)["State"] == state


@pytest.mark.behaviour("policy-copy-into")
def test_without_a_policy_nobody_copies_across_accounts(story: Story) -> None:
    story.client(OTHER_ACCOUNT).delete_backup_vault_access_policy(BackupVaultName="copies")
    job = copy(story, story.back_up(TABLE)["RecoveryPointArn"], THEIRS)
    assert (job["State"], "backup:CopyIntoBackupVault" in job["StatusMessage"]) == ("FAILED", True)


@pytest.mark.behaviour("policy-within-an-account")
def test_within_an_account_only_a_denial_matters(story: Story) -> None:
    abroad, point = story.client(region=OTHER_REGION), story.back_up(TABLE)["RecoveryPointArn"]
    assert copy(story, point, ABROAD)["State"] == "COMPLETED"
    abroad.put_backup_vault_access_policy(BackupVaultName="copies", Policy=policy(DENY))
    assert copy(story, point, ABROAD)["State"] == "FAILED"


@pytest.mark.behaviour("policy-copy-from")
def test_the_source_may_forbid_where_copies_go(story: Story) -> None:
    """backup:CopyTargets: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html"""
    only = {**DENY, "Action": "backup:CopyFromBackupVault", "Condition": {"ArnNotLike": {"backup:CopyTargets": ABROAD}}}
    story.client().put_backup_vault_access_policy(BackupVaultName="acme", Policy=policy(only))
    point = story.back_up(TABLE)["RecoveryPointArn"]
    assert [copy(story, point, to)["State"] for to in (ABROAD, THEIRS)] == ["COMPLETED", "FAILED"]


@pytest.mark.behaviour("policy-copy-from")
@pytest.mark.parametrize(
    ("operator", "key", "value", "state"),
    [
        ("ArnEquals", "aws:PrincipalArn", ROLE, "FAILED"),
        ("ArnNotEquals", "aws:PrincipalArn", ROLE, "COMPLETED"),
        ("StringEquals", "backup:CopyTargetOrgPaths", "o-localworld", "FAILED"),
        ("StringNotEquals", "backup:CopyTargetOrgPaths", "o-localworld", "COMPLETED"),
    ],
)
def test_the_source_may_forbid_who_copies_and_into_which_organization(
    story: Story, operator: str, key: str, value: str, state: str
) -> None:
    denial = {**DENY, "Action": "backup:CopyFromBackupVault", "Condition": {operator: {key: value}}}
    story.client().put_backup_vault_access_policy(BackupVaultName="acme", Policy=policy(denial))
    assert copy(story, story.back_up(TABLE)["RecoveryPointArn"], ABROAD)["State"] == state
