"""What the doctor looks for is what the templates deploy."""

import json
from typing import Any

from backup_apps.domain.doctor.deployment import (
    ASSUMED_BY,
    ASSUMED_BY_AWS,
    FORWARDED,
    OUTPUTS,
    PASS_SID,
    RULE,
    SYNC_POLICY,
)
from tests.template.documents import hub, listed, member, resources


def roles() -> dict[str, Any]:
    return {one["RoleName"]: one for one in resources(member(), "AWS::IAM::Role").values()}


def test_outputs_are_those_of_the_hub() -> None:
    assert set(OUTPUTS) == set(hub()["Outputs"])


def test_the_forwarding_rule_is_the_one_of_members() -> None:
    (rule,) = resources(member(), "AWS::Events::Rule").values()

    assert rule["Name"] == RULE
    assert json.loads(json.dumps(rule["EventPattern"])) == FORWARDED


def test_roles_are_those_of_members_and_who_assumes_each() -> None:
    assert set(roles()) == {*ASSUMED_BY, *ASSUMED_BY_AWS}
    for name, functions in ASSUMED_BY.items():
        first = roles()[name]["AssumeRolePolicyDocument"]["Statement"][0]
        said = {one["Fn::Sub"] for one in listed(first["Principal"]["AWS"])}
        assert said == {f"arn:aws:iam::${{HubAccount}}:role/${{HubName}}-{function}" for function in functions}
    for name, service in ASSUMED_BY_AWS.items():
        (statement,) = roles()[name]["AssumeRolePolicyDocument"]["Statement"]
        assert service in listed(statement["Principal"]["Service"])


def test_the_sync_role_says_where_it_is_looked_for_which_roles_it_may_pass() -> None:
    (policy,) = (one for one in roles()["backup-apps-sync"]["Policies"] if one["PolicyName"] == SYNC_POLICY)

    assert PASS_SID in {one["Sid"] for one in policy["PolicyDocument"]["Statement"]}
