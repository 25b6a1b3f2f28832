"""S3 asks for what it asks for on AWS before it takes an object."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, LocalAws, allow, policy

WRITER = {"AWS": f"arn:aws:iam::{HUB}:root"}
LOCK = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": datetime(2099, 1, 1, tzinfo=UTC)}
OBJECTS = "arn:aws:s3:::ledger/*"


def writer(aws: LocalAws, *actions: str) -> Any:
    aws.client("s3", HUB).create_bucket(
        Bucket="ledger",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    return aws.session("s3", aws.role(HUB, "writer", WRITER, allow(list(actions), OBJECTS)))


def puts(s3: Any, **more: Any) -> bool:
    try:
        s3.put_object(Bucket="ledger", Key="a/b", Body=b"", **more)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_an_object_under_lock_needs_the_permission_to_lock(aws: LocalAws) -> None:
    s3 = writer(aws, "s3:PutObject")
    assert puts(s3)
    assert not puts(s3, **LOCK)


def test_both_permissions_put_an_object_under_lock(aws: LocalAws) -> None:
    s3 = writer(aws, "s3:PutObject", "s3:PutObjectRetention")
    assert puts(s3, **LOCK)
    used = {(one.action, one.resource) for one in aws.decisions.since(0) if one.allowed}
    assert used >= {(action, "arn:aws:s3:::ledger/a/b") for action in ("s3:PutObject", "s3:PutObjectRetention")}


@pytest.mark.parametrize(("condition", "allowed"), [({}, False), ({"IfNoneMatch": "*"}, True)])
def test_a_policy_may_ask_for_conditional_writes(aws: LocalAws, condition: dict[str, str], allowed: bool) -> None:
    s3 = writer(aws, "s3:PutObject")
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": OBJECTS,
        "Condition": {"Null": {"s3:if-none-match": "true"}},
    }
    aws.client("s3", HUB).put_bucket_policy(Bucket="ledger", Policy=policy(refused))
    assert puts(s3, **condition) is allowed
