"""Tags. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_TagResource.html"""

from collections.abc import Callable
from typing import Any

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, OTHER_ACCOUNT, REGION, code_of, plan

VAULT_ARN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:acme"


def tags_of(backup: Any, arn: str = VAULT_ARN) -> dict[str, str]:
    return dict(backup.list_tags(ResourceArn=arn)["Tags"])


@pytest.mark.behaviour("tags-added", "tags-removed")
def test_tags_are_added_replaced_and_removed_by_key(backup: Any, vault: str) -> None:
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags={"owner": "a", "tier": "gold"})
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags={"owner": "b"})
    assert tags_of(backup) == {"owner": "b", "tier": "gold"}
    backup.untag_resource(ResourceArn=VAULT_ARN, TagKeyList=["tier", "never-there"])
    assert tags_of(backup) == {"owner": "b"}


@pytest.mark.behaviour("tags-bounds")
def test_the_longest_and_the_shortest_tags_are_taken(backup: Any, vault: str) -> None:
    tags = {"k": "", "k" * 128: "v" * 256}
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags=tags)
    assert tags_of(backup) == tags


@pytest.mark.behaviour("tags-added")
def test_plans_have_tags_too(backup: Any, vault: str) -> None:
    arn = backup.create_backup_plan(BackupPlan=plan())["BackupPlanArn"]
    backup.tag_resource(ResourceArn=arn, Tags={"owner": "a"})
    assert tags_of(backup, arn) == {"owner": "a"}


@pytest.mark.behaviour("tags-bounds")
@pytest.mark.parametrize(
    "tags", [{"": "x"}, {"k" * 129: "x"}, {"k": "v" * 257}, {"aws:owner": "x"}, {"AWS:owner": "x"}]
)
def test_tags_outside_the_bounds_are_refused_wherever_they_are_given(backup: Any, vault: str, tags: Any) -> None:
    calls: tuple[Callable[[], str], ...] = (
        lambda: code_of(backup.tag_resource, ResourceArn=VAULT_ARN, Tags=tags),
        lambda: code_of(backup.create_backup_vault, BackupVaultName="second", BackupVaultTags=tags),
        lambda: code_of(backup.create_backup_plan, BackupPlan=plan(), BackupPlanTags=tags),
    )
    assert [call() for call in calls] == ["InvalidParameterValueException"] * 3
    assert tags_of(backup) == {}


@pytest.mark.behaviour("tags-bounds")
def test_a_resource_has_at_most_fifty_tags(backup: Any, vault: str) -> None:
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags={f"tag{number}": "" for number in range(50)})
    assert code_of(backup.tag_resource, ResourceArn=VAULT_ARN, Tags={"one": "more"}) == "LimitExceededException"
    backup.tag_resource(ResourceArn=VAULT_ARN, Tags={"tag0": "changed"})


@pytest.mark.behaviour("tags-removed")
def test_an_arn_of_another_service_is_invalid_and_an_unknown_one_is_not_found(backup: Any, plan_id: str) -> None:
    foreign = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1"
    missing = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:nowhere"
    framework = f"arn:aws:backup:{REGION}:{ACCOUNT}:framework:acme"
    for call, members in (
        (backup.list_tags, {}),
        (backup.tag_resource, {"Tags": {"a": "b"}}),
        (backup.untag_resource, {"TagKeyList": ["a"]}),
    ):
        assert code_of(call, ResourceArn=foreign, **members) == "InvalidParameterValueException"
        assert code_of(call, ResourceArn=missing, **members) == "ResourceNotFoundException"
        assert code_of(call, ResourceArn=framework, **members) == "ResourceNotFoundException"


@pytest.mark.behaviour("tags-of-what-is-gone")
def test_a_resource_of_another_account_or_region_is_not_found(service: BackupService, vault: str) -> None:
    for account, region in ((OTHER_ACCOUNT, REGION), (ACCOUNT, "us-east-1")):
        elsewhere = client(service, account, region)
        assert code_of(elsewhere.list_tags, ResourceArn=VAULT_ARN) == "ResourceNotFoundException"


@pytest.mark.behaviour("tags-of-what-is-gone")
def test_a_deleted_plan_has_no_tags(backup: Any, plan_id: str) -> None:
    arn = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlanArn"]
    backup.delete_backup_plan(BackupPlanId=plan_id)
    assert code_of(backup.list_tags, ResourceArn=arn) == "ResourceNotFoundException"
