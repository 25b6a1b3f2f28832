"""Rehearsals in a sandbox account and region: copied there first, restored, checked and cleaned up there."""

from typing import Any

import pytest

from backup_apps.domain.desired import Target
from backup_apps.domain.verification.rehearsal import PREFIX
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.hear_restore import hear_restore
from backup_apps.usecases.verification_requests import Event

from .memory import World, results, weekly
from .memory_account import BUNDLE, EMPTY, HERE, NOW

THERE = Target("999999999999", "eu-central-1")
SANDBOX = {**THERE._asdict(), "vault": "sandbox"}


def world_with(**sandbox: Any) -> World:
    return World(sandbox=SANDBOX | sandbox)


def test_it_is_copied_and_restored_there_and_nothing_is_left() -> None:
    world = world_with()
    weekly(world)
    assert {one.verdict for one in results(world).values()} == {Verdict.VERIFIED}
    assert {job.point.rpartition(":")[2] for job in world.account.jobs.values()} == {"copy"}
    assert all(one.created and f"{PREFIX}{THERE.account}-" in one.created for one in results(world).values())
    assert {(one.account, one.region) for one in results(world).values()} == {HERE}, "the backup is of production"
    assert (world.account.there, world.rehearsals.open) == ({}, {})


def test_only_the_copy_is_asked_for_in_production() -> None:
    world = world_with()
    weekly(world)
    for_one = world.account.entered[1:]  # after the choice
    assert for_one.count(HERE) == 2 * 2, "the copy, and a look at it when its end is heard of, of each type"
    assert set(for_one) == {HERE, THERE}


def test_another_region_of_the_same_account_is_elsewhere_too() -> None:
    world = World(sandbox={"region": "eu-central-1", "vault": "sandbox"})
    weekly(world)
    assert Target(HERE.account, "eu-central-1") in world.account.entered
    assert len(world.account.copies) == 2


def test_its_own_account_and_region_need_no_copy() -> None:
    world = World(sandbox={**HERE._asdict(), "vault": "sandbox"})
    weekly(world)
    assert world.account.copies == {}


def test_a_fault_is_found_out_there_as_here() -> None:
    world = world_with()
    world.account.comes_back["S3"] = EMPTY
    weekly(world)
    assert results(world)["S3"].verdict is Verdict.FAILED


def test_a_copy_that_fails_says_nothing_of_the_backup() -> None:
    world = world_with()
    world.account.fails.add("copy")
    weekly(world)
    (finding,) = results(world)["S3"].findings
    assert (finding.verdict, finding.message) == (
        Verdict.INCONCLUSIVE,
        "the copy into the sandbox failed: the vault lets nobody in",
    )
    assert (world.account.jobs, world.rehearsals.open, world.alerts.published) == ({}, {}, [])


def test_a_continuous_backup_is_restored_where_it_is() -> None:
    world = world_with()
    for number, point in enumerate(world.account.points_):
        arn = point.arn.replace("recovery-point:", "recovery-point:continuous:")
        world.account.points_[number] = point.model_copy(update={"arn": arn})
    weekly(world)
    assert world.account.copies == {}
    assert all(one.created and f"{PREFIX}{HERE.account}-" in one.created for one in results(world).values())


def test_copies_that_plans_make_are_passed_over() -> None:
    detail = {"copyJobId": "of-a-plan", "state": "COMPLETED"}
    told = {"account": HERE.account, "region": HERE.region, "time": NOW, "detail": detail}
    assert hear_restore(world_with().verifying, Event.model_validate(told)) == "passed over"


def test_the_end_of_a_copy_that_is_heard_twice_or_late_starts_nothing_again() -> None:
    world = world_with()
    weekly(world)
    given = dict(world.machine.given)
    for job in world.account.copies:
        told = {"account": HERE.account, "region": HERE.region, "time": NOW, "detail": {"copyJobId": job}}
        assert hear_restore(world.verifying, Event.model_validate(told)) == "passed over"
    assert (world.machine.given, len(world.account.jobs)) == (given, 2)


def calls_of_a_run() -> int:
    world = world_with()
    weekly(world)
    return world.fuse.calls


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, calls_of_a_run() + 1))
def test_killed_at_any_call_it_is_clean_in_the_end_and_recorded_once(call: int, before: bool) -> None:
    world = world_with()
    world.fuse.left, world.fuse.before = call, before
    weekly(world)
    world.finish_copies()
    world.finish_jobs()
    for hour in range(1, 4):
        weekly(world, hour)
    assert world.fuse.left is None, "it was killed"
    assert (world.account.there, world.rehearsals.open, world.rehearsals.requests) == ({}, {}, {})
    assert {type_: one.verdict for type_, one in results(world).items()} == dict.fromkeys(
        ("DynamoDB", "S3"), Verdict.VERIFIED
    )
    recorded = [entry.facts["type"] for entry in world.ledger.entries(BUNDLE) if entry.kind == "verification"]
    assert sorted(recorded) == ["DynamoDB", "S3"]
