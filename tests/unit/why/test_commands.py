"""Commands for what no bundle manages, and for what no command mends."""

import json
import shlex
from typing import Any

import pytest

from backup_apps.domain.why.answer import PolicyEdit
from backup_apps.domain.why.checks import Name, Way
from backup_apps.domain.why.commands import commands_for
from backup_apps.domain.why.facts import GONE, MemberFacts, PlanFacts, RoleFacts, VaultFacts
from backup_apps.domain.why.judgement import judge

ACCOUNT, REGION = "111111111111", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/backup"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*"}
KEEP = {**DENY, "Action": "backup:DeleteRecoveryPoint"}


def facts(vault: VaultFacts | None = None, **members: Any) -> MemberFacts:
    """A table that a plan of nobody names."""
    rule = {"RuleName": "nightly", "TargetBackupVaultName": "old", "Lifecycle": {"DeleteAfterDays": 7}}
    selection = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": [TABLE]}
    known: dict[str, Any] = {
        "account": ACCOUNT,
        "region": REGION,
        "resource": TABLE,
        "kind": "DynamoDB",
        "plans": (PlanFacts(name="by-hand", id="p", rules=(rule,), selections=(selection,)),),
        "vaults": (vault or VaultFacts(name="old", key_arn=KEY, key_state="Enabled"),),
        "roles": (RoleFacts(arn=ROLE, is_there=True, trust=TRUST),),
    }
    return MemberFacts(**(known | members))


def suggested(found: MemberFacts) -> tuple[str, list[list[str]]]:
    judged = judge(found)
    assert judged.failed is not None
    assert judged.way is not None
    commands = commands_for(judged.failed.name, judged.way, found)
    return judged.failed.name, [shlex.split(line) for line in commands.lines] if commands else []


def test_all_that_holds() -> None:
    judged = judge(facts())
    assert judged.is_protected
    assert [check.name for check in judged.checks if check.holds is None] == [Name.LAST_JOB]


def test_a_vault_that_nobody_manages_is_made() -> None:
    assert suggested(facts(vaults=())) == (
        "vault",
        [["aws", "backup", "create-backup-vault", "--backup-vault-name", "old", "--region", REGION]],
    )


@pytest.mark.parametrize(
    ("statements", "operation"),
    [([DENY], "delete-backup-vault-access-policy"), ([DENY, KEEP], "put-backup-vault-access-policy")],
)
def test_only_the_statement_that_denies_is_taken_out(statements: list[Any], operation: str) -> None:
    vault = VaultFacts(name="old", key_arn=KEY, key_state="Enabled", policy={"Statement": statements})
    failed, ((*words,),) = suggested(facts(vault))
    assert (failed, words[2]) == ("vault-policy", operation)
    if len(statements) > 1:
        assert json.loads(words[words.index("--policy") + 1])["Statement"] == [KEEP]


def test_a_role_with_a_path_is_made_with_it() -> None:
    failed, (made, *attached) = suggested(facts(roles=(RoleFacts(arn=ROLE, is_there=False),)))
    assert failed == "role"
    assert made[3:7] == ["--role-name", "backup", "--path", "/service-role/"]
    assert "--region" not in made
    assert len(attached) == 2


@pytest.mark.parametrize(
    "vault",
    [
        VaultFacts(name="old", key_arn=KEY, key_state=GONE),
        VaultFacts(name="old", key_arn=KEY, key_state="Enabled", min_days=30),
    ],
)
def test_what_no_command_mends(vault: VaultFacts) -> None:
    assert suggested(facts(vault))[1] == []


def test_what_can_not_be_read_is_no_failure_and_is_told() -> None:
    unknown = facts(VaultFacts(name="old"), roles=(RoleFacts(arn=ROLE, is_there=None),))
    judged = judge(unknown)
    assert judged.failed is None
    assert {check.name for check in judged.checks if check.holds is None} == {Name.ROLE, Name.KEY, Name.LAST_JOB}


def test_of_several_ways_the_one_that_comes_nearest_is_told() -> None:
    (plan,) = facts().plans
    other = {**plan.selections[0], "SelectionName": "none", "Resources": [f"{TABLE}-2"]}
    judged = judge(facts(plans=(plan.model_copy(update={"name": "a", "selections": (other,)}), plan), vaults=()))
    assert judged.way is not None
    assert (judged.way.plan.name, judged.failed and judged.failed.name) == ("by-hand", Name.VAULT)


def test_without_any_plan() -> None:
    judged = judge(facts(plans=()))
    assert judged.failed is not None
    assert (judged.failed.name, judged.failed.said) == ("plan", f"no plan selects anything in {ACCOUNT}/{REGION}")


def test_an_edit_is_told_by_its_lines() -> None:
    edit = PolicyEdit("acme", "v1", "app.yaml", "a\nb\nc\n", "a\nB\nB2\nc\n")
    assert edit.hunk == (2, ("b",), ("B", "B2"))
    added = PolicyEdit("acme", "v1", "app.yaml", "a\nb\n", "a\nb\nc\n")
    assert added.hunk == (3, (), ("c",))
    assert added.patch.endswith("+c\n")


def test_a_way_names_what_it_is_of() -> None:
    (plan,) = facts().plans
    way = Way(plan, plan.selections[0], plan.rules[0])
    assert (way.name, way.role, way.vault, way.rule_name) == ("by-hand/all", ROLE, "old", "nightly")
