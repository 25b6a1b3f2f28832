"""A session's tags and source identity need permissions of their own, as on AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, MEMBER, LocalAws, allow, credentials

HUB_ROOT = {"AWS": f"arn:aws:iam::{HUB}:root"}
MEMBER_ROLE = f"arn:aws:iam::{MEMBER}:role/plan"
EXTERNAL = {"StringEquals": {"sts:ExternalId": "right"}}
ASSUME = "sts:AssumeRole"
IDENTITY = "sts:SetSourceIdentity"
TAGS = "sts:TagSession"


def hub_function(aws: LocalAws, *actions: str) -> Any:
    """An STS client of a hub role that may do this on the member's role."""
    role = aws.role(HUB, "function", HUB_ROOT, allow(list(actions), MEMBER_ROLE))
    return aws.session("sts", role)


def member_role(aws: LocalAws, *actions: str) -> None:
    trusted = {"AWS": f"arn:aws:iam::{HUB}:role/function"}
    aws.role(MEMBER, "plan", allow(list(actions), Principal=trusted, Condition=EXTERNAL))


def assume(sts: Any, **more: Any) -> dict[str, str]:
    return credentials(sts, MEMBER_ROLE, ExternalId="right", **more)


def assert_refused(sts: Any, action: str, **more: Any) -> None:
    with pytest.raises(ClientError, match=f"not authorized to perform: {action} on resource: {MEMBER_ROLE}"):
        assume(sts, **more)


def test_what_both_sides_allow_is_allowed(aws: LocalAws) -> None:
    member_role(aws, ASSUME, IDENTITY, TAGS)
    sts = hub_function(aws, ASSUME, IDENTITY, TAGS)
    assert assume(sts, SourceIdentity="acme", Tags=[{"Key": "bundle", "Value": "acme"}])
    asked = [(decision.role, decision.action, decision.allowed) for decision in aws.decisions.since(0)]
    assert asked == [("function", ASSUME, True), ("function", TAGS, True), ("function", IDENTITY, True)]


def test_the_trust_policy_must_allow_a_source_identity(aws: LocalAws) -> None:
    member_role(aws, ASSUME)
    sts = hub_function(aws, ASSUME, IDENTITY)
    assert_refused(sts, IDENTITY, SourceIdentity="acme")
    assert assume(sts)


def test_the_caller_must_be_allowed_a_source_identity(aws: LocalAws) -> None:
    member_role(aws, ASSUME, IDENTITY)
    assert_refused(hub_function(aws, ASSUME), IDENTITY, SourceIdentity="acme")


def test_the_caller_must_be_allowed_to_tag_its_session(aws: LocalAws) -> None:
    member_role(aws, ASSUME, TAGS)
    assert_refused(hub_function(aws, ASSUME), TAGS, Tags=[{"Key": "bundle", "Value": "acme"}])


def test_another_external_id_is_refused(aws: LocalAws) -> None:
    member_role(aws, ASSUME)
    sts = hub_function(aws, ASSUME)
    with pytest.raises(ClientError, match="AccessDenied"):
        credentials(sts, MEMBER_ROLE, ExternalId="wrong")
    with pytest.raises(ClientError, match="AccessDenied"):
        credentials(sts, f"{MEMBER_ROLE}-that-is-not-there", ExternalId="right", SourceIdentity="acme")
