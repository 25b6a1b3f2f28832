"""A session's tags and source identity need permissions of their own, as on AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import sts as ministack_sts

from .in_process import HUB, MEMBER, LocalAws, allow, credentials, policy

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


def test_a_source_identity_stays_with_the_session_and_with_those_opened_from_it(aws: LocalAws) -> None:
    member_role(aws, ASSUME, IDENTITY)
    sts = hub_function(aws, ASSUME, IDENTITY)
    answer = sts.assume_role(RoleArn=MEMBER_ROLE, RoleSessionName="test", ExternalId="right", SourceIdentity="acme@v1")
    assert answer["SourceIdentity"] == "acme@v1"
    only_acme = {"StringEquals": {"aws:SourceIdentity": "acme@v1"}}
    aws.client("iam", MEMBER).put_role_policy(
        RoleName="plan", PolicyName="p", PolicyDocument=policy(allow("iam:ListRoles", "*", Condition=only_acme))
    )
    keys = assume(sts, SourceIdentity="acme@v1")
    assert aws.as_keys("iam", keys).list_roles()["Roles"]
    with pytest.raises(ClientError, match="not authorized to perform: iam:ListRoles"):
        aws.as_keys("iam", assume(sts)).list_roles()
    aws.role(MEMBER, "next", {"AWS": MEMBER_ROLE}, allow("iam:ListRoles", "*", Condition=only_acme))
    aws.client("iam", MEMBER).put_role_policy(
        RoleName="plan", PolicyName="next", PolicyDocument=policy(allow("sts:AssumeRole", "*"))
    )
    onward = aws.as_keys("sts", keys)
    assert aws.as_keys("iam", credentials(onward, f"arn:aws:iam::{MEMBER}:role/next")).list_roles()["Roles"]


def test_sessions_may_be_opened_while_those_that_expired_are_forgotten(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Opening(dict[str, Any]):
        """Looked at, it opens another, as a second thread may."""

        def get(self, name: str, default: Any = None) -> Any:
            sessions["opened"] = {}
            return super().get(name, default)

    sessions: dict[str, Any] = {"past": Opening(Expiration=1), "future": Opening(Expiration=1e12), "ours": Opening()}
    monkeypatch.setattr(ministack_sts, "_sessions", sessions)
    ministack_sts._evict_expired_sessions()
    assert set(sessions) == {"future", "ours", "opened"}
