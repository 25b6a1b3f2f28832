"""The local organization, and what stands in its accounts before the product comes: a role that AWS Backup assumes,
customer keys, and a vault elsewhere that copies go to. The product creates no roles of theirs and no keys."""

import json
from contextlib import suppress
from typing import Any

from backup_apps_local.clients import Place, client

HUB_ACCOUNT = "999999999999"
HOME_REGION = "eu-west-1"
MEMBER_ACCOUNTS = ("111111111111", "222222222222")
REGIONS = (HOME_REGION, "us-east-1")
COPY_REGION = "eu-central-1"

BACKUP_ROLE = "acme-backup"
KEY_ALIAS = "alias/acme-backup"
COPY_VAULT = f"acme-{COPY_REGION}"

_TRUST_BACKUP = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


HUB = Place(HUB_ACCOUNT, HOME_REGION)
MEMBERS = tuple(Place(account, region) for account in MEMBER_ACCOUNTS for region in REGIONS)


APPROVER_ROLE = "/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_BackupApprovers_0123456789abcdef"
"""As IAM Identity Center makes roles for a permission set; here the account itself lets people into it."""


def furnish(endpoint: str) -> None:
    """Creates what is missing; a repeat changes nothing."""
    _furnish_approvers(client(endpoint, "iam", HUB))
    for account in MEMBER_ACCOUNTS:
        _furnish_role(client(endpoint, "iam", Place(account, HOME_REGION)))
        for region in (*REGIONS, COPY_REGION):
            _furnish_key(client(endpoint, "kms", Place(account, region)))
        _furnish_copy_vault(endpoint, Place(account, COPY_REGION))


def _furnish_role(iam: Any) -> None:
    try:
        iam.create_role(RoleName=BACKUP_ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST_BACKUP))
    except iam.exceptions.EntityAlreadyExistsException:
        return


def _furnish_approvers(iam: Any) -> None:
    path, _, name = APPROVER_ROLE.rpartition("/")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HUB_ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    decide = {
        "Effect": "Allow",
        "Action": ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"],
        "Resource": f"arn:aws:lambda:{HOME_REGION}:{HUB_ACCOUNT}:function:*-decide-approval",
    }
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=policy_of(trust))
    iam.put_role_policy(RoleName=name, PolicyName="decide", PolicyDocument=policy_of(decide))


def policy_of(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _furnish_key(kms: Any) -> None:
    if KEY_ALIAS not in {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}:
        key = kms.create_key(Description="customer key of the backup vaults")["KeyMetadata"]
        kms.create_alias(AliasName=KEY_ALIAS, TargetKeyId=key["KeyId"])


def _furnish_copy_vault(endpoint: str, place: Place) -> None:
    key = client(endpoint, "kms", place).describe_key(KeyId=KEY_ALIAS)["KeyMetadata"]["Arn"]
    backup = client(endpoint, "backup", place)
    try:
        backup.create_backup_vault(BackupVaultName=COPY_VAULT, EncryptionKeyArn=key)
    except backup.exceptions.AlreadyExistsException:
        return
