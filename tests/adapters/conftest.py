"""moto's AWS, for what is not AWS Backup; the hub lives in account 123456789012."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from deployed import Deployed, deployed_hub
from moto import mock_aws

from backup_apps import wiring
from backup_apps.adapters import clients


@pytest.fixture
def moto_config() -> dict[str, Any]:
    """What a test wants of moto besides."""
    return {}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, moto_config: dict[str, Any]) -> Iterator[None]:
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    _forget_clients()
    passthrough = {"core": {"passthrough": {"services": ["backup"], "urls": []}}}  # the local service answers
    with mock_aws(config={**passthrough, **moto_config}):
        yield
    _forget_clients()


def _forget_clients() -> None:
    for made in (clients.session, clients.client, clients.table):
        made.cache_clear()


@pytest.fixture
def table(aws: None) -> str:
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    boto3.client("dynamodb").create_table(
        TableName="state",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )
    return "state"


@pytest.fixture
def bucket(aws: None) -> str:
    s3 = boto3.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    # Object Lock brings versioning.
    s3.create_bucket(Bucket="bundles", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    return "bundles"


@pytest.fixture
def deployed(bucket: str, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    _forget_hub()
    yield deployed_hub(bucket, table, monkeypatch)
    _forget_hub()


def _forget_hub() -> None:
    for made in (wiring.hub, wiring.verifying):
        made.cache_clear()
