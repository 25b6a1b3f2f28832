"""Every operation that lists gives pages: asked for one by one, its token leads from each to the next."""

from itertools import pairwise
from typing import Any

import pytest
from botocore import xform_name

from backup_apps_local.backup.model import operation_model
from backup_apps_local.backup.operations import OPERATIONS

from .conftest import OTHER_REGION, ROLE, TABLE, Story, new_story, rule, vault_arn
from .test_restore_testing import PLAN, selection

LISTS = sorted(name for name in OPERATIONS if "NextToken" in getattr(operation_model(name).input_shape, "members", {}))


def two_of_each(story: Story) -> None:
    backup, weekly = story.client(), {"RestoreTestingPlanName": "weekly"}
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    backup.create_backup_vault(BackupVaultName="second")
    backup.tag_resource(ResourceArn=vault_arn(), Tags={"a": "1", "b": "2"})
    copies = [{"DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION)}]
    plans = [story.plan(rule(schedule=f"cron(0 {hour} * * ? *)", CopyActions=copies)) for hour in (3, 6)]
    backup.update_backup_plan(BackupPlanId=plans[0], BackupPlan={"BackupPlanName": "p", "Rules": [rule("other")]})
    body = {"SelectionName": "second", "IamRoleArn": ROLE, "Resources": [TABLE]}
    backup.create_backup_selection(BackupPlanId=plans[0], BackupSelection=body)
    story.advance(days=1)
    point = backup.list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"][0]["RecoveryPointArn"]
    for name in ("weekly", "monthly"):
        backup.create_restore_testing_plan(RestoreTestingPlan={**PLAN, "RestoreTestingPlanName": name})
        backup.create_legal_hold(Title=name, Description="d")
        chosen = selection(RestoreTestingSelectionName=name)
        backup.create_restore_testing_selection(**weekly, RestoreTestingSelection=chosen)
        backup.start_restore_job(RecoveryPointArn=point, Metadata={"targetTableName": name})


def listed(page: dict[str, Any]) -> list[Any]:
    """Tags are a map, everything else is a list."""
    return (
        list(page["Tags"].items()) if "Tags" in page else next(each for each in page.values() if isinstance(each, list))
    )


@pytest.mark.behaviour("paging")
@pytest.mark.parametrize("name", LISTS)
def test_pages_join_to_the_whole(name: str) -> None:
    story = new_story()
    two_of_each(story)
    backup = story.client()
    known = {
        "BackupVaultName": "acme",
        "BackupPlanId": backup.list_backup_plans()["BackupPlansList"][0]["BackupPlanId"],
        "LegalHoldId": backup.list_legal_holds()["LegalHolds"][0]["LegalHoldId"],
        "ResourceArn": vault_arn() if name == "ListTags" else TABLE,
        "RestoreTestingPlanName": "weekly",
    }
    shape = operation_model(name).input_shape
    asked = {each: known[each] for each in shape.required_members} if shape else {}
    call = getattr(backup, xform_name(name))
    pages = [call(**asked, MaxResults=1)]
    while "NextToken" in pages[-1]:
        pages.append(call(**asked, MaxResults=1, NextToken=pages[-1]["NextToken"]))
    assert [len(listed(page)) for page in pages] == [1] * len(pages)
    assert [each for page in pages for each in listed(page)] == listed(call(**asked))
    assert len(pages) > 1
    assert all(one != another for one, another in pairwise(listed(page) for page in pages))
