"""Reading and writing restore testing plans, against the local service through a real boto3 client."""

from typing import Any

import pytest
from test_backup_target import VERSION, World

from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.adapters.recorded_calls import RecordedCalls
from backup_apps.domain.changes import Prune
from backup_apps.domain.commits import Version
from backup_apps.domain.difference import diff
from backup_apps.domain.errors import ConflictError, InvalidError
from sync.targets import BUNDLE, OURS, plan, restore_testing, selection_of, target, vault

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
TESTED = target(
    testing=(
        restore_testing("shop", selections=[selection_of("EBS", RestoreMetadataOverrides={"kmsKeyId": KEY})]),
        restore_testing("web", "DynamoDB", "S3"),
    )
)
SHOP = {"RestoreTestingPlanName": "shop"}
EBS = {**SHOP, "RestoreTestingSelectionName": "EBS"}


@pytest.fixture
def world() -> World:
    made = World()
    made.sync(TESTED)
    return made


def told(change_set: Any) -> list[tuple[str, str, str]]:
    return [(one.action, one.kind.value, f"{one.name}/{one.item}".rstrip("/")) for one in change_set.changes]


def test_what_was_synced_reads_back_and_leaves_no_difference(world: World) -> None:
    assert world.plan(TESTED).changes == ()
    found = world.backup.get_restore_testing_selection(**EBS)["RestoreTestingSelection"]
    assert found["RestoreMetadataOverrides"] == {"kmsKeyId": KEY}
    listed = world.backup.list_restore_testing_plans()["RestoreTestingPlans"]
    tags = world.backup.list_tags(ResourceArn=listed[0]["RestoreTestingPlanArn"])["Tags"]
    assert tags == OURS | {"backup-apps:app": "shop"}


def test_each_change_is_one_write_and_the_ledger_learns_on_what() -> None:
    world = World()
    calls = RecordedCalls(world.backup)
    change_set = world.sync(TESTED)
    taken = calls.take()
    assert len(taken) == len(world.service.journal.writes) == len(change_set.writes) == 5
    assert [call.operation for call in taken[:3]] == [
        "CreateRestoreTestingPlan",
        "CreateRestoreTestingPlan",
        "CreateRestoreTestingSelection",
    ]
    assert ":restore-testing-plan:shop-" in taken[0].resource
    assert taken[2].resource.endswith("/EBS")


def test_where_no_restores_are_tested_nothing_more_is_read() -> None:
    world = World()
    wanted = target(vault(), plan())
    world.sync(wanted)
    world.backup.create_restore_testing_plan(RestoreTestingPlan=restore_testing("theirs").plan)
    assert not [name for name in world.calls_of(lambda: world.plan(wanted)) if "RestoreTesting" in name]


def test_an_unchanged_plan_costs_two_reads_and_one_a_selection(world: World) -> None:
    read = {name: count for name, count in world.calls_of(lambda: world.plan(TESTED)).items() if "Testing" in name}
    assert read == {
        "ListRestoreTestingPlans": 1,
        "GetRestoreTestingPlan": 2,
        "ListRestoreTestingSelections": 2,
        "GetRestoreTestingSelection": 3,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"ScheduleExpression": "cron(0 6 1 * ? *)"},
        {"StartWindowHours": 1},
        {"RecoveryPointSelection": {"ExcludeVaults": ["arn:aws:backup:eu-west-1:111111111111:backup-vault:primary"]}},
        {"RecoveryPointSelection": {"SelectionWindowDays": 1, "Algorithm": "RANDOM_WITHIN_WINDOW"}},
    ],
)
def test_a_plan_that_somebody_changed_is_put_right_with_one_call(world: World, changed: dict[str, Any]) -> None:
    world.backup.update_restore_testing_plan(**SHOP, RestoreTestingPlan=changed)
    assert told(world.sync(TESTED)) == [("update", "restore-testing-plan", "shop")]
    assert world.plan(TESTED).changes == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"ValidationWindowHours": 0},
        {"RestoreMetadataOverrides": {"volumeType": "gp3", "KMSKEYID": KEY}},
        {
            "ProtectedResourceArns": ["arn:aws:ec2:eu-west-1:111111111111:volume/vol-1"],
            "ProtectedResourceConditions": {},
        },
    ],
)
def test_a_selection_that_somebody_changed_is_put_right_with_one_call(world: World, changed: dict[str, Any]) -> None:
    world.backup.update_restore_testing_selection(**EBS, RestoreTestingSelection=changed)
    assert told(world.sync(TESTED)) == [("update", "restore-testing-selection", "shop/EBS")]
    assert world.plan(TESTED).changes == ()


def test_overrides_that_nobody_wants_are_taken_out(world: World) -> None:
    override = {"RestoreMetadataOverrides": {"kmsMasterKeyArn": KEY}}
    names = {"RestoreTestingPlanName": "web", "RestoreTestingSelectionName": "DynamoDB"}
    world.backup.update_restore_testing_selection(**names, RestoreTestingSelection=override)
    assert told(world.sync(TESTED)) == [("update", "restore-testing-selection", "web/DynamoDB")]
    assert world.plan(TESTED).changes == ()


def test_the_case_of_a_key_is_no_difference(world: World) -> None:
    override = {"RestoreMetadataOverrides": {"KMSKEYID": KEY}}
    world.backup.update_restore_testing_selection(**EBS, RestoreTestingSelection=override)
    assert world.plan(TESTED).changes == ()


def test_what_tests_another_type_under_its_name_is_replaced(world: World) -> None:
    world.backup.delete_restore_testing_selection(**EBS)
    other = {**selection_of("S3"), "RestoreTestingSelectionName": "EBS"}
    world.backup.create_restore_testing_selection(**SHOP, RestoreTestingSelection=other)
    assert told(world.sync(TESTED, Version(BUNDLE, "v2"))) == [
        ("prune", "restore-testing-selection", "shop/EBS"),
        ("create", "restore-testing-selection", "shop/EBS"),
    ]
    assert world.plan(TESTED).changes == ()


def test_what_nobody_wants_any_more_goes_selections_first(world: World) -> None:
    less = target(testing=(restore_testing("web", "S3"),))
    assert told(world.sync(less)) == [
        ("prune", "restore-testing-selection", "shop/EBS"),
        ("prune", "restore-testing-selection", "web/DynamoDB"),
        ("prune", "restore-testing-plan", "shop"),
    ]
    assert told(world.sync(target())) == [
        ("prune", "restore-testing-selection", "web/S3"),
        ("prune", "restore-testing-plan", "web"),
    ]
    assert world.backup.list_restore_testing_plans()["RestoreTestingPlans"] == []


def test_an_index_that_lags_leads_to_no_write_but_what_is_wanted() -> None:
    world = World()
    world.index.lag()
    world.sync(TESTED)
    assert world.plan(TESTED).changes == ()
    assert world.plan(target()).changes == ()


def test_an_index_that_still_knows_removed_tags_deletes_nothing(world: World) -> None:
    world.index.lag()
    for listed in world.backup.list_restore_testing_plans()["RestoreTestingPlans"]:
        world.backup.untag_resource(ResourceArn=listed["RestoreTestingPlanArn"], TagKeyList=["backup-apps:bundle"])
    assert world.plan(target()).changes == ()


@pytest.mark.parametrize(
    ("tags", "says"),
    [({"backup-apps:bundle": "other"}, "belongs to bundle other"), ({}, "has no tag backup-apps:bundle")],
)
def test_a_plan_of_somebody_else_under_our_name_is_a_conflict(tags: dict[str, str], says: str) -> None:
    world = World()
    world.sync(target(testing=(restore_testing("shop", tags=tags or {"a": "b"}),)), Version("other", "v1"))
    change_set = world.plan(TESTED)
    assert [one for one in change_set.changes if one.name == "shop"] == []
    assert change_set.conflicts == (
        f"restore testing plan shop exists and {says}; delete it, or rename the app in the bundle",
    )


def test_a_tag_that_somebody_changed_is_put_right(world: World) -> None:
    (listed, _) = world.backup.list_restore_testing_plans()["RestoreTestingPlans"]
    world.backup.tag_resource(ResourceArn=listed["RestoreTestingPlanArn"], Tags={"backup-apps:app": "x", "more": "y"})
    assert told(world.sync(TESTED)) == [
        ("update", "restore-testing-plan-tag", "shop/backup-apps:app"),
        ("prune", "restore-testing-plan-tag", "shop/more"),
    ]
    assert world.plan(TESTED).changes == ()


def test_the_same_writes_twice_do_no_harm() -> None:
    world = World()
    for wanted in (TESTED, target()):
        live = world.read(wanted)
        for _ in range(2):
            writes = BackupWrites(world.backup, live, VERSION)
            for change in diff(wanted, live, BUNDLE).writes:
                writes.write(change)
        assert world.plan(wanted).changes == ()


def test_what_appears_meanwhile_under_our_name_is_a_conflict() -> None:
    world = World()
    nothing = world.read(TESTED)
    world.backup.create_restore_testing_plan(RestoreTestingPlan=restore_testing("shop").plan)
    create, _, selection = diff(TESTED, nothing, BUNDLE).writes[:3]
    with pytest.raises(ConflictError, match="restore testing plan shop exists and does not belong to acme"):
        BackupWrites(world.backup, nothing, VERSION).write(create)
    other = selection_of("EBS", ValidationWindowHours=1)
    world.backup.create_restore_testing_selection(**SHOP, RestoreTestingSelection=other)
    with pytest.raises(ConflictError, match="restore testing selection shop/EBS was made by somebody else meanwhile"):
        BackupWrites(world.backup, nothing, VERSION).write(selection)


def test_a_plan_that_can_not_be_deleted_is_no_success(world: World) -> None:
    live = world.read(TESTED)
    gone = Prune(kind="restore-testing-plan", name="shop", before={})  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match="has selections"):
        BackupWrites(world.backup, live, VERSION).write(gone)
