"""A restore that somebody made and that failed is told, with the app whose backup it was."""

import pytest

from backup_apps.domain.verification.results import Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import RestoreJob
from backup_apps.usecases.start_verifications import start_verifications

from .memory import World, results, weekly
from .memory_account import BUNDLE, NOW

POINT = "arn:aws:backup:eu-west-1:111111111111:recovery-point:S3"


def restored(status: str = "FAILED", testing: bool = False) -> World:
    world = World()
    world.account.jobs["job-1"] = RestoreJob(status, POINT, "S3", None, None, "no capacity", testing)
    return world


@pytest.mark.parametrize("status", ["FAILED", "ABORTED"])
def test_one_by_hand_is_told_once_however_often_it_is_heard(status: str) -> None:
    world = restored(status)
    for _ in range(3):
        assert world.hear("job-1") == "started"
        world.run_all()
    (alert,) = world.alerts.published
    assert alert.document["type"] == "restore-failed"
    assert alert.subject == "shop: restore failed in 111111111111/eu-west-1"
    assert f"Cause: the restore job {status.lower()}: no capacity" in alert.text
    assert f"Recovery point: {POINT}, of 2026-01-05T03:00:00+00:00" in alert.text
    found = results(world)["S3"]
    assert (found.verdict, found.trigger, found.app) == (Verdict.FAILED, Trigger.RESTORE, "shop")
    assert world.rehearsals.open == {}


def test_one_of_aws_restore_testing_is_told_and_not_answered() -> None:
    world = restored(testing=True)
    world.hear("job-1", restoreTestingPlanArn="arn:plan")
    world.run_all()
    assert len(world.alerts.published) == 1
    assert world.account.answers == [], "that it failed, AWS knows itself"


def test_one_of_a_rehearsal_is_told_as_such_and_once() -> None:
    world = World()
    world.account.fails.add("S3")
    weekly(world)
    job = next(name for name, one in world.account.jobs.items() if one.status == "FAILED")
    assert len(world.alerts.published) == 1
    world.hear(job)
    world.run_all()
    assert len(world.alerts.published) == 1
    assert [one.trigger for one in world.rehearsals.results(BUNDLE) if one.type == "S3"] == [Trigger.SCHEDULE]


def test_one_that_a_rehearsal_is_just_starting_is_left_to_it() -> None:
    world = World()
    start_verifications(world.verifying, NOW)
    (name,) = world.machine.running
    chosen = world.choose(name)
    assert chosen
    world.account.jobs["job-1"] = RestoreJob("FAILED", POINT, "S3", None, None, "no capacity", False)
    assert world.hear("job-1", resources=[POINT]) == "passed over"
