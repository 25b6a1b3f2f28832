"""MaxResults and NextToken, through botocore's own paginators."""

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import ACCOUNT, REGION, code_of, plan, selection

VAULT_ARN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:acme"


def make_vault(backup: Any, plan_id: str, name: str) -> None:
    backup.create_backup_vault(BackupVaultName=name)


def make_plan(backup: Any, plan_id: str, name: str) -> None:
    backup.create_backup_plan(BackupPlan=plan(name=name))


def make_version(backup: Any, plan_id: str, name: str) -> None:
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan(name=name))


def make_selection(backup: Any, plan_id: str, name: str) -> None:
    backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection(SelectionName=name))


@pytest.mark.behaviour("paging")
@pytest.mark.parametrize(
    ("operation", "member", "name", "make", "takes_plan"),
    [
        ("list_backup_vaults", "BackupVaultList", "BackupVaultName", make_vault, False),
        ("list_backup_plans", "BackupPlansList", "BackupPlanName", make_plan, False),
        ("list_backup_plan_versions", "BackupPlanVersionsList", "BackupPlanName", make_version, True),
        ("list_backup_selections", "BackupSelectionsList", "SelectionName", make_selection, True),
    ],
)
def test_pages_join_to_the_whole(
    backup: Any,
    plan_id: str,
    operation: str,
    member: str,
    name: str,
    make: Callable[[Any, str, str], None],
    takes_plan: bool,
) -> None:
    for number in range(6):
        make(backup, plan_id, f"item{number}")
    parameters = {"BackupPlanId": plan_id} if takes_plan else {}
    whole = getattr(backup, operation)(**parameters)
    pages = list(backup.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": 3}))
    sizes = [len(page[member]) for page in pages]
    assert sizes == [3, 3, 1][: len(sizes)]
    assert sum(sizes) == len(whole[member]) >= 6
    assert [item[name] for page in pages for item in page[member]] == [item[name] for item in whole[member]]
    assert "NextToken" not in whole


@pytest.mark.behaviour("paging")
def test_tags_are_paged_too(backup: Any, vault: str) -> None:
    tags = {f"tag{number}": str(number) for number in range(5)}
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags=tags)
    first = backup.list_tags(ResourceArn=VAULT_ARN, MaxResults=3)
    second = backup.list_tags(ResourceArn=VAULT_ARN, MaxResults=3, NextToken=first["NextToken"])
    assert (len(first["Tags"]), len(second["Tags"])) == (3, 2)
    assert first["Tags"] | second["Tags"] == tags
    assert "NextToken" not in second


@pytest.mark.behaviour("paging")
def test_a_last_page_that_is_full_has_no_token(backup: Any) -> None:
    for name in ("one", "two"):
        backup.create_backup_vault(BackupVaultName=name)
    assert "NextToken" not in backup.list_backup_vaults(MaxResults=2)


@pytest.mark.behaviour("paging")
@pytest.mark.parametrize("token", ["x", "bm9uc2Vuc2U=", "ZnJvbTotMQ==", "öö"])
def test_a_token_that_is_not_ours_is_refused(backup: Any, token: str) -> None:
    assert code_of(backup.list_backup_vaults, NextToken=token) == "InvalidParameterValueException"


@pytest.mark.behaviour("paging")
@pytest.mark.parametrize("size", [1, 1000])
def test_pages_of_one_to_a_thousand_are_given(backup: Any, vault: str, size: int) -> None:
    assert len(backup.list_backup_vaults(MaxResults=size)["BackupVaultList"]) == 1


@pytest.mark.behaviour("paging")
def test_more_than_a_thousand_at_once_is_refused(backup: Any) -> None:
    assert code_of(backup.list_backup_vaults, MaxResults=1001) == "InvalidParameterValueException"
