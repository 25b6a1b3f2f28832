"""Whom vaults let in, against whom the trust policy names."""

import json
from typing import Any

import pytest

from backup_apps.domain.drift.principals import principal_drift
from backup_apps.domain.normal_form import access_policy
from drift.site import findings, sweep, synced
from provenance.tokens import TRUST
from sync.memory import World
from sync.steps import HERE
from sync.targets import ACCOUNT, live, live_vault, plan, target, vault

FRIEND, STRANGER = "222222222222", "333333333333"
DESIRED = target(vault(), plan())
NAMED = [FRIEND, "arn:aws:iam::444444444444:role/restore-*", "o-acme*"]


def statement(principal: Any, **members: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    } | members


def among(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def let_in(*statements: dict[str, Any]) -> list[Any]:
    policy = access_policy({"Version": "2012-10-17", "Statement": list(statements)})
    return [one.live for one in principal_drift(DESIRED, live(live_vault(access_policy=policy)), NAMED)]


@pytest.mark.parametrize(
    "allowed",
    [
        statement({"AWS": ACCOUNT}),
        statement({"AWS": f"arn:aws:iam::{ACCOUNT}:role/mine"}),
        statement({"AWS": [FRIEND, f"arn:aws:iam::{FRIEND}:user/bob"]}),
        statement({"AWS": "arn:aws:iam::444444444444:role/restore-1"}),
        statement("*", **among("StringEquals", "aws:PrincipalOrgID", "o-acme1")),
        statement({"AWS": "*"}, **among("StringLike", "AWS:PrincipalAccount", FRIEND, ACCOUNT)),
        statement("*", **among("ForAnyValue:StringEquals", "aws:PrincipalOrgID", "o-acme1")),
        statement("*", **among("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-acme1/r-ab12/ou-ab12-11111111/*")),
        statement("*", **among("StringEqualsIfExists", "aws:PrincipalAccount", FRIEND)),
        statement("*", **among("ArnLikeIfExists", "aws:PrincipalArn", "arn:aws:iam::444444444444:role/restore-1")),
        statement({"Service": "backup.amazonaws.com"}),
        statement("*", Effect="Deny"),
    ],
)
def test_who_is_named_may_come_in(allowed: dict[str, Any]) -> None:
    assert let_in(allowed) == []


@pytest.mark.parametrize(
    ("open_", "strangers"),
    [
        (statement("*"), ["*"]),
        (statement({"AWS": ["*", FRIEND]}), ["*"]),
        (statement({"AWS": STRANGER}), [f"arn:aws:iam::{STRANGER}:root"]),
        (statement({"AWS": "arn:aws:iam::444444444444:role/other"}), ["arn:aws:iam::444444444444:role/other"]),
        (statement("*", **among("StringEquals", "aws:PrincipalOrgID", "o-acme1", "o-other")), ["*"]),
        (statement("*", **among("StringNotEquals", "aws:PrincipalOrgID", "o-acme1")), ["*"]),
        (statement("*", **among("StringEqualsIfExists", "aws:PrincipalOrgID", "o-acme1")), ["*"]),
        (statement("*", **among("StringEqualsIfExists", "aws:PrincipalAccount", STRANGER)), ["*"]),
        (statement("*", **among("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-acme1")), ["*"]),
        (statement("*", **among("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-acme1/*")), ["*"]),
        (statement("*", **among("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-acme1/*", "o-other/*")), ["*"]),
        (statement("*", **among("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*")), ["*"]),
        (statement("*", **among("ForAnyValue:StringLikeIfExists", "aws:PrincipalOrgPaths", "o-acme1/*")), ["*"]),
        (statement("*", **among("StringEquals", "aws:SourceVpc", "vpc-1")), ["*"]),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": STRANGER}, "Action": "*", "Resource": "*"}, ["*"]),
        (statement({"Federated": "accounts.example"}), ["accounts.example"]),
    ],
)
def test_who_is_not_named_is_a_stranger(open_: dict[str, Any], strangers: list[str]) -> None:
    assert let_in(statement({"AWS": FRIEND}), open_) == [strangers]


def opened(hub: World) -> None:
    there = hub.members.live[HERE]
    policy = access_policy({"Version": "2012-10-17", "Statement": [statement({"AWS": STRANGER})]})
    vaults = tuple(one.model_copy(update={"access_policy": policy}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"vaults": vaults})


def trusting(hub: World, **members: Any) -> None:
    hub.trust.text = json.dumps(TRUST | members)


def test_a_vault_that_lets_in_whom_the_trust_policy_does_not_name_is_told_until_it_does() -> None:
    hub = synced()
    opened(hub)
    trusting(hub, principals=[FRIEND])
    sweep(hub)
    found = {one.kind: one.reasons for one in findings(hub)}
    (said,) = found["vault-principal"]
    assert said.endswith(f"vault primary lets in arn:aws:iam::{STRANGER}:root, whom the trust policy does not name")
    trusting(hub, principals=[STRANGER])
    assert sweep(hub)["ended"] == 1


@pytest.mark.parametrize("policy", [json.dumps(TRUST), "{", "{}"], ids=["says nothing of it", "is wrong", "is empty"])
def test_a_trust_policy_that_says_nothing_of_principals_judges_nobody(policy: str) -> None:
    hub = synced()
    opened(hub)
    hub.trust.text = policy
    sweep(hub)
    assert [one.kind for one in findings(hub)] == ["access-policy"]
