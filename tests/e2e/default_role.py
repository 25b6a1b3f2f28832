"""The role that AWS Backup makes for an account in its console; bundles may name it."""

import json
from contextlib import suppress

from backup_apps_local.world import MEMBER_ACCOUNTS

from .conftest import LocalAws

NAME = "AWSBackupDefaultServiceRole"
TRUSTS_BACKUP = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def default_role(aws: LocalAws) -> str:
    """How a bundle names it; each member account has one from now on."""
    for account in MEMBER_ACCOUNTS:
        iam = aws.client("iam", account)
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            trust = json.dumps(TRUSTS_BACKUP)
            iam.create_role(Path="/service-role/", RoleName=NAME, AssumeRolePolicyDocument=trust)
    return f"arn:aws:iam::${{account}}:role/service-role/{NAME}"
