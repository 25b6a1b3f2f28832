"""Executions that are killed, in the middle of anything: what is left of them is taken up, and recorded once."""

from contextlib import suppress
from datetime import timedelta

import pytest

from backup_apps.domain.errors import AccessDeniedError, InvalidError, TakenOverError
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.choose_points import choose_points
from backup_apps.usecases.clean_up_restore import StillThereError, clean_up_restore
from backup_apps.usecases.record_verification import record_verification
from backup_apps.usecases.restore_point import AT_ONCE, SandboxFullError, restore_point
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.verification_requests import VerificationRequest

from .memory import World, results, weekly
from .memory_account import BUNDLE, HERE, NOW, Killed


def calls_of_a_run() -> int:
    world = World()
    weekly(world)
    return world.fuse.calls


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, calls_of_a_run() + 1))
def test_killed_at_any_call_the_sandbox_is_clean_in_the_end_and_the_result_recorded_once(
    call: int, before: bool
) -> None:
    world = World()
    world.fuse.left, world.fuse.before = call, before
    weekly(world)
    world.finish_jobs()
    for hour in range(1, 4):
        weekly(world, hour)
    assert world.fuse.left is None, "it was killed"
    assert (world.account.there, world.rehearsals.open, world.rehearsals.requests) == ({}, {}, {})
    recorded = [entry.facts["type"] for entry in world.ledger.entries(BUNDLE) if entry.kind == "verification"]
    expected = {"DynamoDB": Verdict.VERIFIED, "S3": Verdict.VERIFIED}
    assert {type_: one.verdict for type_, one in results(world).items()} == expected
    assert sorted(recorded) == sorted(expected)


def calls_unread() -> int:
    world = World()
    world.account.unreadable = True
    weekly(world)
    return world.fuse.calls


@pytest.mark.parametrize("call", range(3, calls_unread() + 1))
def test_killed_while_it_cleans_up_what_it_could_not_read_it_does_not_call_the_restore_lost(call: int) -> None:
    world = World()
    world.account.unreadable = True
    world.fuse.left, world.fuse.before = call, False
    weekly(world)
    world.account.unreadable = False
    world.finish_jobs()
    weekly(world, 1)
    assert (world.account.there, world.rehearsals.open) == ({}, {})
    verdicts = {type_: one.verdict for type_, one in results(world).items()}
    assert verdicts.keys() == {"DynamoDB", "S3"}
    assert Verdict.FAILED not in verdicts.values()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, 6))
def test_the_look_at_a_restore_by_hand_is_taken_up_too(call: int, before: bool) -> None:
    world = World()
    point = next(one for one in world.account.points_ if one.type == "S3")
    world.account.by_hand(point, "by-hand")
    world.fuse.left, world.fuse.before = call, before
    with suppress(Killed):
        world.finish_jobs()
    world.run_all()
    assert world.fuse.left is None, "it was killed"
    for job in world.account.jobs:
        world.hear(job)  # what fails is tried again
    start_verifications(world.verifying, NOW - timedelta(hours=1))
    world.run_all()
    recorded = [entry.facts["type"] for entry in world.ledger.entries(BUNDLE) if entry.kind == "verification"]
    assert recorded == ["S3"]
    assert (set(world.account.there), world.rehearsals.open) == ({"by-hand"}, {})


def test_a_run_that_is_taken_up_late_is_as_recent_as_when_it_was_chosen() -> None:
    """The world's rpo is a day."""
    world = World()
    world.fuse.left = 6
    weekly(world)
    assert results(world) == {}, "it was killed"
    world.now = NOW + timedelta(hours=24)
    world.finish_jobs()
    weekly(world, 1)
    assert {one.verdict for one in results(world).values()} == {Verdict.VERIFIED}


def test_the_newest_recovery_point_is_older_than_the_rpo() -> None:
    world = World()
    world.now = NOW + timedelta(hours=24)
    weekly(world)
    assert {one.findings[0].rule for one in results(world).values()} == {"V107"}


def test_what_runs_is_not_taken_up() -> None:
    world = World()
    start_verifications(world.verifying, NOW)
    (run,) = world.machine.running
    world.fuse.left = 4
    world.run_all()
    world.machine.running.add(run)
    assert start_verifications(world.verifying, NOW)["resumed"] == []


def test_a_function_of_a_killed_run_that_still_works_takes_nothing_back() -> None:
    world = World()
    world.fuse.left = 8
    weekly(world)
    stale = world.rehearsals.unfinished()[0].rehearsal
    (taker, _) = start_verifications(world.verifying, NOW + timedelta(hours=1))["resumed"]
    with pytest.raises(TakenOverError):
        world.rehearsals.keep(stale)
    assert start_verifications(world.verifying, NOW + timedelta(hours=2))["resumed"] == []
    assert world.rehearsals.unfinished()[0].rehearsal.execution == taker


def test_what_is_taken_up_twice_at_once_goes_on_once() -> None:
    world = World()
    world.fuse.left = 8
    weekly(world)
    seen = world.rehearsals.unfinished()
    world.rehearsals.unfinished = lambda: seen  # type: ignore[method-assign]
    world.machine.is_running = lambda name: False  # type: ignore[method-assign]
    first, second = (start_verifications(world.verifying, NOW + timedelta(hours=hours)) for hours in (1, 1.1))
    assert (len(first["resumed"]), second["resumed"]) == (2, [])


@pytest.mark.parametrize("what", ["nothing to restore", "killed twice"])
def test_a_run_that_is_killed_while_it_chooses_is_not_lost(what: str) -> None:
    world = World()
    if what == "nothing to restore":
        world.account.points_ = []
    world.fuse.left = 4
    weekly(world)
    assert results(world) == {}
    if what == "killed twice":
        world.fuse.left = world.fuse.calls + 2
        weekly(world, 1)
        assert results(world) == {}
    weekly(world, 2)
    assert results(world)
    assert (world.rehearsals.open, world.rehearsals.requests) == ({}, {})


def test_a_restore_that_is_heard_of_again_while_it_is_verified_is_asked_for_once() -> None:
    """Step Functions takes a second start of what runs for the first."""
    world = World()
    job = world.account.by_hand(world.account.points_[0], "by-hand")
    world.finish_jobs()
    world.hear(job)
    (run,) = world.machine.running
    world.rehearsals.settle(run)  # as the execution does once it has chosen
    world.hear(job)
    assert world.rehearsals.requests == {}


def test_an_execution_whose_rehearsal_another_has_taken_up_records_nothing() -> None:
    world = World()
    world.fuse.left = 8
    weekly(world)
    stale = world.rehearsals.unfinished()[0].rehearsal
    start_verifications(world.verifying, NOW + timedelta(hours=1))
    record_verification(world.verifying, stale.model_copy(update={"cleaned": False}))
    assert (results(world), len(world.rehearsals.unfinished())) == ({}, 2)


def test_a_restore_that_nobody_knows_of_is_waited_for_and_taken_away() -> None:
    """The function was killed between the start of the job and the note of it, each time, until the step gave up."""
    world = World()
    world.account.points_ = world.account.points_[:1]
    world.fuse.left, world.fuse.before = 6, False
    weekly(world)
    (kept,) = world.rehearsals.unfinished()
    assert (kept.rehearsal.job, len(world.account.jobs)) == (None, 1)
    with pytest.raises(StillThereError):
        clean_up_restore(world.verifying, kept.rehearsal.model_copy(update={"problem": "Lambda.Unknown"}))
    world.account.finish_jobs()
    cleaned = clean_up_restore(world.verifying, kept.rehearsal.model_copy(update={"problem": "Lambda.Unknown"}))
    assert (cleaned.cleaned, cleaned.job, world.account.there) == (True, "job-1", {})


def denied(rehearsal: Rehearsal, role: str) -> str:
    raise AccessDeniedError("StartRestoreJob", "AccessDeniedException", "no")


def test_whether_a_restore_started_that_may_not_be_asked_for_any_more_is_not_known() -> None:
    world = World()
    world.account.points_ = world.account.points_[:1]
    world.fuse.left, world.fuse.before = 6, False
    weekly(world)
    (kept,) = world.rehearsals.unfinished()
    world.account.start = denied  # type: ignore[method-assign]
    lost = kept.rehearsal.model_copy(update={"problem": "Lambda.Unknown"})
    with pytest.raises(AccessDeniedError):
        restore_point(world.verifying, kept.rehearsal, "another token")
    with pytest.raises(AccessDeniedError):
        clean_up_restore(world.verifying, lost)


@pytest.mark.parametrize("others", [0, AT_ONCE], ids=["at once", "once there is a place"])
def test_a_restore_that_was_denied_from_the_first_leaves_nothing_to_wait_for(others: int) -> None:
    world = World()
    world.account.start = denied  # type: ignore[method-assign]
    start_verifications(world.verifying, NOW)
    (run,) = world.machine.started.values()
    rehearsal, _ = choose_points(world.verifying, VerificationRequest.model_validate(run)).alone
    places = world.rehearsals.restoring.setdefault(HERE, set())
    places |= {f"other-{number}" for number in range(others)}
    with pytest.raises(SandboxFullError if others else AccessDeniedError):
        restore_point(world.verifying, rehearsal, "token")
    places.clear()
    with pytest.raises(AccessDeniedError):
        restore_point(world.verifying, rehearsal, "token-2" if others else "token")
    cleaned = clean_up_restore(world.verifying, rehearsal.model_copy(update={"problem": "AccessDeniedError: no"}))
    assert (cleaned.cleaned, cleaned.job) == (True, None)


def test_a_restore_that_could_never_start_leaves_nothing_to_wait_for() -> None:
    world = World()
    world.fuse.left, world.fuse.before = 7, True
    weekly(world)
    kept = next(one for one in world.rehearsals.unfinished() if one.token)

    def refuse(rehearsal: Rehearsal, role: str) -> str:
        raise InvalidError("StartRestoreJob", "InvalidParameterValueException", "no")

    world.account.start = refuse  # type: ignore[method-assign]
    cleaned = clean_up_restore(world.verifying, kept.rehearsal.model_copy(update={"problem": "InvalidError: no"}))
    assert (cleaned.cleaned, cleaned.job) == (True, None)
