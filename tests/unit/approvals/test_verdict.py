"""Who may decide, on what, and what is enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.approvals.policy import ApprovalPolicy, PolicyError, read_approval_policy
from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Decision, Standing, people_needed
from backup_apps.domain.approvals.verdict import Ballot, Refused, Role, caller_of, vote
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.provenance.record import Grant, Provenance

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
ROLE = Role(
    "arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Approvers_0a1b2c", "AROAOK"
)
POLICY = ApprovalPolicy(
    approverRoles=("arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Approvers_*",)
)
DIGEST, OTHER = "a" * 64, "b" * 64


def request(**changes: Any) -> ApprovalRequest:
    facts: dict[str, Any] = {
        "bundle": "acme",
        "version": "7",
        "digest": DIGEST,
        "class_": Class.WEAKENS,
        "proposer": "alice@acme.example",
        "needed": 1,
        "requested": NOW.isoformat(),
        "expires": (NOW + timedelta(hours=72)).isoformat(),
    }
    return ApprovalRequest(**(facts | changes))


def caller(user: str = "bob@acme.example", role_id: str = "AROAOK") -> Caller:
    return Caller("999999999999", "AWSReservedSSO_Approvers_0a1b2c", role_id, user)


def decide(
    on: ApprovalRequest,
    who: Caller | None,
    digest: str = DIGEST,
    role: Role | None = ROLE,
    decision: Decision = Decision.APPROVE,
    now: datetime = NOW,
) -> ApprovalRequest | Refused:
    return vote(on, Ballot(decision, digest), who, role, POLICY, now)


def reason(found: ApprovalRequest | Refused) -> str:
    assert isinstance(found, Refused)
    return found.reason


def after(found: ApprovalRequest | Refused) -> ApprovalRequest:
    assert isinstance(found, ApprovalRequest), found
    return found


def test_one_other_person_is_enough() -> None:
    decided = after(decide(request(), caller()))
    assert decided.standing is Standing.APPROVED
    assert decided.approvers == ("bob@acme.example",)
    assert decided.votes[0].role_id == "AROAOK"


@pytest.mark.parametrize("name", ["alice@acme.example", "Alice@ACME.example"])
def test_the_proposer_can_not_approve(name: str) -> None:
    assert "proposed" in reason(decide(request(), caller(name)))


def test_the_proposer_may_withdraw() -> None:
    decided = after(decide(request(), caller("alice@acme.example"), decision=Decision.REJECT))
    assert decided.standing is Standing.REJECTED


def test_four_eyes_are_those_of_two_people() -> None:
    once = after(decide(request(needed=2), caller()))
    again = after(decide(once, caller("BOB@acme.example")))
    twice = after(decide(again, caller("carol@acme.example")))
    assert [once.standing, again.standing, twice.standing] == [Standing.WAITING, Standing.WAITING, Standing.APPROVED]
    assert again == once


@pytest.mark.parametrize(
    ("class_", "proposer", "needed"),
    [(Class.WEAKENS, "alice", 1), (Class.WEAKENS, None, 2), (Class.IRREVERSIBLE, "alice", 2)],
)
def test_how_many_people_it_takes(class_: Class, proposer: str | None, needed: int) -> None:
    assert people_needed(class_, proposer) == needed


def test_an_older_change_set_is_not_what_waits() -> None:
    assert "planned again" in reason(decide(request(), caller(), digest=OTHER))


def test_time_runs_out() -> None:
    assert "ran out" in reason(decide(request(), caller(), now=NOW + timedelta(hours=72)))


@pytest.mark.parametrize("standing", [Standing.REJECTED, Standing.EXPIRED, Standing.SUPERSEDED])
def test_what_is_over_can_not_be_approved(standing: Standing) -> None:
    assert standing.value in reason(decide(request(standing=standing), caller()))


def test_a_repeat_changes_nothing() -> None:
    approved = after(decide(request(), caller()))
    assert decide(approved, caller()) == approved
    rejected = after(decide(request(), caller(), decision=Decision.REJECT))
    assert decide(rejected, caller(), decision=Decision.REJECT) == rejected
    assert "approved" in reason(decide(approved, caller(), decision=Decision.REJECT))


def test_only_people_decide() -> None:
    assert "only a person" in reason(decide(request(), None))


@pytest.mark.parametrize(
    "role",
    [
        None,
        Role("arn:aws:iam::999999999999:role/AWSReservedSSO_Approvers_0a1b2c", "AROAOK"),
        Role(ROLE.arn, "AROAMADEANEW"),
        Role(ROLE.arn.replace("Approvers", "Readers"), "AROAOK"),
        Role(ROLE.arn.replace("eu-west-1/", "eu-west-1/more/"), "AROAOK"),
    ],
    ids=["gone", "other path", "made anew", "other permission set", "deeper path"],
)
def test_a_role_is_an_approvers_by_path_name_and_id(role: Role | None) -> None:
    assert "no approver's role" in reason(decide(request(), caller(), role=role))


IDENTITY = {
    "accountId": "999999999999",
    "userArn": "arn:aws:sts::999999999999:assumed-role/AWSReservedSSO_Approvers_0a1b2c/bob@acme.example",
    "userId": "AROAOK:bob@acme.example",
}


def test_a_caller_is_a_session_of_a_role() -> None:
    assert caller_of(IDENTITY) == caller()


@pytest.mark.parametrize(
    "identity",
    [
        {},
        {"accountId": "9", "userArn": "arn:aws:iam::9:root", "userId": "9"},
        {"accountId": "9", "userArn": "arn:aws:iam::9:user/bob", "userId": "AIDABOB"},
        IDENTITY | {"userId": "AROAOK"},
        IDENTITY | {"userId": "AROAOK:alice@acme.example"},
    ],
    ids=["nobody", "root", "user", "no session", "two sessions"],
)
def test_everybody_else_is_nobody(identity: dict[str, Any]) -> None:
    assert caller_of(identity) is None


def provenance(**changes: Any) -> Provenance:
    facts: dict[str, Any] = {
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:acme/backup:ref:refs/heads/main",
        "jti": "1",
        "actor": "octo-alice",
        "grant": Grant(apps=("*",), vaults=("*",)),
    }
    return Provenance(**(facts | changes))


def test_an_actor_is_joined_to_a_user_by_issuer_and_subject() -> None:
    text = """{"actors": [{"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:acme/backup:*",
      "actor": "octo-alice", "user": "alice@acme.example"}]}"""
    policy = read_approval_policy(text)
    assert policy.user_behind(provenance()) == "alice@acme.example"
    assert policy.user_behind(provenance(actor="octo-bob")) is None
    assert policy.user_behind(provenance(subject="repo:other/backup:ref:refs/heads/main")) is None
    assert policy.user_behind(provenance(issuer="https://gitlab.com")) is None
    assert policy.user_behind(None) is None


def test_strengthening_goes_ahead_unless_the_deployment_says_otherwise() -> None:
    assert [ApprovalPolicy().goes_ahead(one) for one in Class] == [True, True, False, False]
    careful = read_approval_policy('{"byItself": ["neutral"]}')
    assert [careful.goes_ahead(one) for one in Class] == [True, False, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ('{"approverRoles": ["arn:aws:iam::999999999999:role/admin"]}', "not a role of IAM Identity Center"),
        ('{"approverRoles": ["arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/*"]}', "not a role of"),
        ('{"byItself": ["weakens"]}', "can't go ahead by itself"),
        ('{"byItself": ["whatever"]}', "can't go ahead by itself"),
        ('{"roles": []}', "roles"),
        ('{"actors": [{"issuer": "https://x", "user": ""}]}', "user"),
    ],
)
def test_a_wrong_policy_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        read_approval_policy(text)
