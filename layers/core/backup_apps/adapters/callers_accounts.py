"""An account of AWS, with the credentials of whoever runs the command line, or as a role of that account."""

from collections.abc import Callable
from typing import Any

import boto3

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.clients import Credentials, member_client, partition_of, settled
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import UnreachableError

Clients = Callable[[str], Any]
"""A client of a service, by its name."""


@translated()
def callers_clients(target: Target, role: str | None, session_name: str) -> Clients:
    """Raises AwsError: UnreachableError where the credentials are of another account, and no role is named."""
    session = boto3.Session(region_name=target.region)  # anew, since a person may have changed credentials between two
    sts = session.client("sts")
    if role is None:
        return _own(session, sts, target)
    arn = f"arn:{partition_of(target.region)}:iam::{target.account}:role/{role}"
    given = sts.assume_role(RoleArn=arn, RoleSessionName=session_name)["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return lambda service: member_client(service, target.region, credentials)


def _own(session: Any, sts: Any, target: Target) -> Clients:
    account = sts.get_caller_identity()["Account"]
    if account != target.account:
        message = f"these credentials are of {account}, not of {target.account}: name a role of it with --role"
        raise UnreachableError("GetCallerIdentity", "OtherAccount", message)
    return lambda service: settled(session.client(service))
