"""Resources by their tags, from moto's tagging API."""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from backup_apps.adapters.tagged_resources import _COVERED, _TYPES, resources_of, tagged_among, tagged_resources
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.handling import Sought
from backup_apps.domain.quantities import TYPES_BY_ARN
from backup_apps.ports.members import FoundResources

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
GOLD = ("equals", "tier", "gold")


@pytest.fixture
def tagging(aws: None) -> Any:
    """Three tables and a bucket, of which one table has another tag; and a queue, which AWS Backup does not back up."""
    dynamodb, s3, sqs = boto3.client("dynamodb"), boto3.client("s3"), boto3.client("sqs")
    for name, tier in {"web-a": "gold", "web-b": "silver", "api": "gold"}.items():
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            Tags=[{"Key": "tier", "Value": tier}],
        )
    s3.create_bucket(Bucket="web-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket="web-logs", Tagging={"TagSet": [{"Key": "tier", "Value": "gold"}]})
    sqs.create_queue(QueueName="web-queue", tags={"tier": "gold"})
    return boto3.client("resourcegroupstaggingapi")


def test_a_pattern_is_looked_up_among_its_service(tagging: Any) -> None:
    assert tagged_resources(tagging, Sought(pattern=f"{TABLE}web-*"), 10) == FoundResources(
        (f"{TABLE}web-a", f"{TABLE}web-b"), False
    )


def test_a_tag_is_looked_up_among_what_aws_backup_backs_up(tagging: Any) -> None:
    found = tagged_resources(tagging, Sought(pattern="*", conditions=(GOLD,)), 10)
    assert found == FoundResources((f"{TABLE}api", f"{TABLE}web-a", "arn:aws:s3:::web-logs"), False)


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        (Sought(pattern=f"{TABLE}*", conditions=(GOLD,)), ["api", "web-a"]),
        (Sought(pattern=f"{TABLE}*", conditions=(GOLD,), exclude=(f"{TABLE}web-*",)), ["api"]),
        (Sought(pattern=f"{TABLE}*", conditions=(("notEquals", "tier", "gold"),)), ["web-b"]),
        (Sought(pattern=f"{TABLE}*", conditions=(("like", "tier", "s*r"),)), ["web-b"]),
        (Sought(pattern=f"{TABLE}*", conditions=(("notLike", "tier", "s*"), GOLD)), ["api", "web-a"]),
        (Sought(pattern=f"{TABLE}*", conditions=(("like", "owner", "*"),)), []),
        (Sought(pattern=f"{TABLE}*", conditions=(("notEquals", "owner", "me"),)), ["api", "web-a", "web-b"]),
    ],
)
def test_conditions_and_exclusions_hold(tagging: Any, sought: Sought, names: list[str]) -> None:
    assert tagged_resources(tagging, sought, 10).resources == tuple(f"{TABLE}{name}" for name in names)


def test_no_more_are_named_than_asked_for(tagging: Any) -> None:
    assert tagged_resources(tagging, Sought(pattern=f"{TABLE}*"), 2) == FoundResources(
        (f"{TABLE}api", f"{TABLE}web-a"), True
    )
    assert not tagged_resources(tagging, Sought(pattern=f"{TABLE}*"), 3).more


class Endless:
    """A tagging client whose answer has no end, and nothing in it that is sought."""

    def __init__(self) -> None:
        self.pages = 0

    def get_paginator(self, operation: str) -> "Endless":
        return self

    def paginate(self, **asked: Any) -> Iterator[Mapping[str, Any]]:
        while True:
            self.pages += 1
            yield {"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::other", "Tags": []}]}


def test_a_region_with_very_many_resources_is_not_read_to_its_end() -> None:
    client = Endless()
    assert tagged_resources(client, Sought(pattern="arn:aws:s3:::web*"), 10) == FoundResources((), True)
    assert client.pages == 10


def test_of_some_those_are_told_that_are_there(tagging: Any) -> None:
    gone = [f"{TABLE}gone-{number}" for number in range(150)]
    assert tagged_among(tagging, [f"{TABLE}web-a", *gone, "arn:aws:s3:::web-logs"]) == {
        f"{TABLE}web-a",
        "arn:aws:s3:::web-logs",
    }


def test_all_of_some_types_come_page_after_page(tagging: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backup_apps.adapters.tagged_resources._PAGE", 1)
    found = sorted(resources_of(tagging, ["DynamoDB", "S3"]))
    assert found == [
        Tagged("DynamoDB", f"{TABLE}api", {"tier": "gold"}),
        Tagged("DynamoDB", f"{TABLE}web-a", {"tier": "gold"}),
        Tagged("DynamoDB", f"{TABLE}web-b", {"tier": "silver"}),
        Tagged("S3", "arn:aws:s3:::web-logs", {"tier": "gold"}),
    ]
    assert list(resources_of(tagging, ["EFS"])) == []


@pytest.mark.parametrize("kind", TYPES_BY_ARN)
def test_every_type_that_can_be_covered_has_a_filter_that_is_asked_for_as_well(kind: str) -> None:
    """Or the sweep would fail on what the policy language lets an app say."""
    assert _COVERED[kind] in _TYPES
