"""The only place where AWS clients are made: when first asked for, from one session, with the same settings."""

from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=60,
    user_agent_extra="backup-apps",
)


class Credentials(NamedTuple):
    """Of an assumed role."""

    access_key: str
    secret_key: str
    token: str


@cache
def session() -> Any:
    """One for all clients: a further session costs more than twenty further clients."""
    return boto3.Session()


@cache
def client(service: str) -> Any:
    """A client of the hub's own account and region."""
    return settled(session().client(service, config=_CONFIG))


@cache
def client_in(region: str, service: str) -> Any:
    """A client of the hub's own account in another region."""
    return settled(session().client(service, region_name=region, config=_CONFIG))


@cache
def table(name: str) -> Any:
    """A DynamoDB table of the hub."""
    return session().resource("dynamodb", config=_CONFIG).Table(name)


def member_client(service: str, region: str, credentials: Credentials) -> Any:
    """A client that acts as an assumed role in a region of a member account."""
    made = session().client(
        service,
        region_name=region,
        config=_CONFIG,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
    return settled(made)


def partition_of(region: str) -> str:
    """`aws`, `aws-cn`, `aws-us-gov` ..."""
    return str(session().get_partition_for_region(region))


def settled(made: Any) -> Any:
    """The client, such that it retries what may succeed and nothing else."""
    made.meta.events.register("response-received.backup", _quota_is_no_throttle)
    return made


def _quota_is_no_throttle(parsed_response: dict[str, Any] | None, **_: Any) -> None:
    """botocore retries LimitExceededException as if it were a throttle (botocore/retries/standard.py). From AWS Backup
    it is a quota, which no repeat lifts, so it gets a code that botocore does not know."""
    told = (parsed_response or {}).get("Error", {})
    if told.get("Code") == "LimitExceededException":
        told["Code"] = "LimitExceeded"
