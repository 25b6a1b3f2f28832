"""Condition keys of IAM as AWS has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, MEMBER, LocalAws, allow

HUB_ROOT = {"AWS": f"arn:aws:iam::{HUB}:root"}


def deny(condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*", "Condition": condition}


def lists_tables(aws: LocalAws, *statements: dict[str, Any]) -> bool:
    dynamodb = aws.session("dynamodb", aws.role(MEMBER, "reader", HUB_ROOT, *statements))
    try:
        dynamodb.list_tables()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


LIST = allow("dynamodb:ListTables", "*")


@pytest.mark.parametrize(("secure", "allowed"), [("false", True), ("true", False)])
def test_a_request_counts_as_sent_by_tls(aws: LocalAws, secure: str, allowed: bool) -> None:
    assert lists_tables(aws, LIST, deny({"Bool": {"aws:SecureTransport": secure}})) is allowed


@pytest.mark.parametrize(
    ("arn", "allowed"),
    [
        (f"arn:aws:iam::{MEMBER}:role/reader", False),
        (f"arn:aws:sts::{MEMBER}:assumed-role/reader/test", True),
        (f"arn:aws:iam::{MEMBER}:role/other", True),
    ],
)
def test_the_principal_of_a_session_is_its_role(aws: LocalAws, arn: str, allowed: bool) -> None:
    assert lists_tables(aws, LIST, deny({"ArnEquals": {"aws:PrincipalArn": arn}})) is allowed


def test_other_condition_keys_stay(aws: LocalAws) -> None:
    assert not lists_tables(aws, LIST, deny({"StringEquals": {"aws:PrincipalAccount": MEMBER}}))


@pytest.mark.parametrize(("resource", "allowed"), [("key/*", True), ("alias/*", False)])
def test_what_is_asked_by_an_alias_is_decided_on_the_key(aws: LocalAws, resource: str, allowed: bool) -> None:
    root = aws.client("kms", MEMBER)
    key = root.create_key()["KeyMetadata"]["KeyId"]
    root.create_alias(AliasName="alias/acme-backup", TargetKeyId=key)
    statement = allow("kms:DescribeKey", f"arn:aws:kms:*:{MEMBER}:{resource}")
    kms = aws.session("kms", aws.role(MEMBER, "plan", HUB_ROOT, statement))
    if allowed:
        assert kms.describe_key(KeyId="alias/acme-backup")["KeyMetadata"]["KeyId"] == key
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            kms.describe_key(KeyId="alias/acme-backup")


@pytest.mark.parametrize(("resource", "allowed"), [("db:*", True), ("db:backup-apps-verify-*", False)])
def test_a_list_of_all_is_decided_on_each_of_them(aws: LocalAws, resource: str, allowed: bool) -> None:
    statement = allow("rds:DescribeDBInstances", f"arn:aws:rds:*:{MEMBER}:{resource}")
    rds = aws.session("rds", aws.role(MEMBER, "verify", HUB_ROOT, statement))
    if allowed:
        assert rds.describe_db_instances()["DBInstances"] == []
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            rds.describe_db_instances()
