"""boto3 clients for any account and region of the local AWS, as the root of that account: on it, a 12-digit access key
id is the account. Nothing of the developer's own AWS settings is read."""

import os
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

SECRET = "local"  # not a secret: the local AWS has one for all accounts

_making = Lock()  # boto3 sessions make one client at a time


@dataclass(frozen=True, order=True)
class Place:
    """One account in one region."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account} in {self.region}"


def client(endpoint: str, service: str, place: Place) -> Any:
    with _making:
        return _client(endpoint, service, place)


@cache
def _client(endpoint: str, service: str, place: Place) -> Any:
    return _session().client(service, **_settings(endpoint, place))


def table(endpoint: str, name: str, place: Place) -> Any:
    """A DynamoDB table, for one thread: boto3's resources are not made for more."""
    with _making:
        return _table(endpoint, name, place)


@cache
def _table(endpoint: str, name: str, place: Place) -> Any:
    return _session().resource("dynamodb", **_settings(endpoint, place)).Table(name)


def _settings(endpoint: str, place: Place) -> dict[str, Any]:
    from botocore.config import Config

    return {
        "endpoint_url": endpoint,
        "region_name": place.region,
        "aws_access_key_id": place.account,
        "aws_secret_access_key": SECRET,
        "config": Config(retries={"mode": "standard", "total_max_attempts": 2}),
    }


@cache
def _session() -> Any:
    import boto3  # costs half a second, so only where a client is wanted
    from botocore.session import Session

    # (name in a config file, environment variable, default, conversion): of these neither file nor variable is read.
    unread = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    outside = Session(session_vars={name: (None, None, value, None) for name, value in unread.items()})
    return boto3.session.Session(botocore_session=outside)


def environment(endpoint: str, place: Place) -> dict[str, str]:
    """The AWS settings of a command that must reach the local AWS and no other."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": place.account,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
