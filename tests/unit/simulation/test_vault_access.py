"""Whether the access policy of a vault lets a copy in or out."""

import json
from typing import Any

import pytest

from backup_apps.domain.simulation.vault_access import COPY_IN, COPY_OUT, allows

ROLE = "arn:aws:iam::111111111111:role/acme-backup"
IN_CHINA = "arn:aws-cn:iam::111111111111:role/acme-backup"


def said(role: str = ROLE, **members: Any) -> bool | None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": COPY_IN, "Resource": "*"} | members
    return allows(json.dumps({"Statement": statement}), COPY_IN, role)


@pytest.mark.parametrize("role", [ROLE, IN_CHINA])
@pytest.mark.parametrize("named", ["{role}", "111111111111", "arn:{partition}:iam::111111111111:root", "*"])
def test_a_role_is_meant_by_itself_its_account_and_its_root_in_any_partition(role: str, named: str) -> None:
    principal = named.format(role=role, partition=role.split(":")[1])
    assert said(role, Principal={"AWS": [principal, "222222222222"]}) is True
    assert said(role, Principal={"AWS": principal}, Effect="Deny") is False


@pytest.mark.parametrize("named", ["222222222222", "arn:aws-us-gov:iam::111111111111:root"])
def test_who_is_not_meant_is_told_nothing(named: str) -> None:
    assert said(Principal={"AWS": named}) is None
    assert said(Principal={"Service": "backup.amazonaws.com"}) is None


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Action": "backup:Copy*"}, True),
        ({"Action": [COPY_OUT]}, None),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}}, True),
        ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-acme/*"]}}}, True),
        ({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}}, "Effect": "Deny"}, None),
        ({"Condition": {"ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/acme-*"}}}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalAccount": "222222222222"}}}, None),
        ({"Condition": {"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}, "Effect": "Deny"}, False),
        ({"Condition": {"Bool": {"aws:ViaAWSService": "true"}}}, True),
        ({"Condition": {"Bool": {"aws:ViaAWSService": "true"}}, "Effect": "Deny"}, None),
    ],
)
def test_actions_and_conditions(members: dict[str, Any], expected: bool | None) -> None:
    assert said(**members) is expected


def test_everybody_but_those_who_are_named() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "222222222222"}, "NotAction": COPY_OUT, "Resource": "*"}
    policy = json.dumps({"Statement": [statement]})
    assert allows(policy, COPY_IN, ROLE) is False
    assert allows(policy, COPY_OUT, ROLE) is None
    assert allows(policy, COPY_IN, ROLE.replace("1" * 12, "2" * 12)) is None
    assert allows(None, COPY_IN, ROLE) is None
