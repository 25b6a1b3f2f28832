"""IAM Identity Center on this machine: its users sign in without a password, to the role of approvers."""

from backup_apps_local.clients import client, environment
from backup_apps_local.world import APPROVER_ROLE, HUB

USERS = ("alice", "bob", "carol")
"""Alice is behind the local pipeline, so she proposes and the others approve."""


def sign_in(endpoint: str, user: str) -> dict[str, str]:
    """The AWS settings of a session of the approvers' role, named after the user as IAM Identity Center does."""
    arn = f"arn:aws:iam::{HUB.account}:role{APPROVER_ROLE}"
    given = client(endpoint, "sts", HUB).assume_role(RoleArn=arn, RoleSessionName=user)["Credentials"]
    return environment(endpoint, HUB) | {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
