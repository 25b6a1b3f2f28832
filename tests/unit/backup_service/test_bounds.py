"""Quotas as AWS documents them, and the longest and shortest names that are taken.

https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
"""

from typing import Any

import pytest

from backup_apps_local.backup.quotas import Quotas

from .conftest import code_of, plan, rule, selection

QUOTAS = {
    "quota-plans": {"plans": 300, "versions_per_plan": 2_000},
    "quota-vaults": {"vaults": 300},
    "quota-selections": {"selections_per_plan": 100},
    "quota-rules": {"rules_per_plan": 10, "copy_actions_per_rule": 5, "recovery_point_tags": 10},
    "quota-conditions": {"conditions_per_selection": 30},
    "quota-holds": {"legal_holds": 50},
    "quota-restore-testing": {
        "restore_testing_plans": 100,
        "restore_testing_selections_per_plan": 30,
        "restore_testing_arns_per_selection": 30,
        "restore_testing_conditions_per_selection": 30,
    },
    "selection-arn-counts": {"plain_arns_per_selection": 500, "wildcard_arns_per_selection": 30},
    "tags-bounds": {"tags_per_resource": 50},
}


@pytest.mark.behaviour(cases={behaviour: behaviour for behaviour in QUOTAS})
@pytest.mark.parametrize("documented", QUOTAS.values(), ids=QUOTAS)
def test_quotas_are_those_of_the_page(documented: dict[str, int]) -> None:
    assert {name: getattr(Quotas(), name) for name in documented} == documented


@pytest.mark.behaviour("quota-plans")
def test_all_quotas_are_compared() -> None:
    assert {name for documented in QUOTAS.values() for name in documented} == set(vars(Quotas()))


@pytest.mark.behaviour("vault-name-pattern", "rule-vault-name")
@pytest.mark.parametrize("name", ["ab", "a" * 50, "A-b_9"])
def test_vault_names_up_to_the_bounds_are_taken(backup: Any, name: str) -> None:
    backup.create_backup_vault(BackupVaultName=name)
    made = backup.create_backup_plan(BackupPlan=plan(rule(TargetBackupVaultName=name)))
    (seen,) = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])["BackupPlan"]["Rules"]
    assert seen["TargetBackupVaultName"] == name


NAMES = {"shortest": "a", "longest": "a" * 50, "all kinds": "A-b_9.c"}
BAD = {"empty": "", "too long": "a" * 51, "space": "a b", "umlaut": "ä", "line": "a\n"}


@pytest.mark.behaviour("plan-name-pattern", "plan-request-id-pattern")
@pytest.mark.behaviour("selection-name-pattern", "selection-request-id-pattern", "vault-request-id-pattern")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_up_to_the_bounds_are_taken(backup: Any, name: str) -> None:
    backup.create_backup_vault(BackupVaultName="acme", CreatorRequestId=name)
    made = backup.create_backup_plan(BackupPlan=plan(rule(RuleName=name), name=name), CreatorRequestId=name)
    chosen = {"BackupPlanId": made["BackupPlanId"], "BackupSelection": selection(SelectionName=name)}
    backup.create_backup_selection(**chosen, CreatorRequestId=name)
    (listed,) = backup.list_backup_selections(BackupPlanId=made["BackupPlanId"])["BackupSelectionsList"]
    (shown,) = backup.list_backup_plans()["BackupPlansList"]
    assert [listed["SelectionName"], listed["CreatorRequestId"], shown["BackupPlanName"]] == [name] * 3
    assert shown["CreatorRequestId"] == name


@pytest.mark.behaviour("plan-name-pattern", "plan-request-id-pattern")
@pytest.mark.behaviour("selection-name-pattern", "selection-request-id-pattern", "vault-request-id-pattern")
@pytest.mark.parametrize("name", BAD.values(), ids=BAD)
def test_names_beyond_the_bounds_are_refused(backup: Any, plan_id: str, name: str) -> None:
    on_plan = {"BackupPlanId": plan_id}
    assert [
        code_of(backup.create_backup_vault, BackupVaultName="other", CreatorRequestId=name),
        code_of(backup.create_backup_plan, BackupPlan=plan(name=name)),
        code_of(backup.create_backup_plan, BackupPlan=plan(rule(RuleName=name), name="other")),
        code_of(backup.create_backup_plan, BackupPlan=plan(name="other"), CreatorRequestId=name),
        code_of(backup.create_backup_selection, **on_plan, BackupSelection=selection(SelectionName=name)),
        code_of(backup.create_backup_selection, **on_plan, BackupSelection=selection(), CreatorRequestId=name),
    ] == ["InvalidParameterValueException"] * 6
