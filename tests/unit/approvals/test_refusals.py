"""How a wait ends without an approval: refused, out of time, or overtaken; and what was written before it stays."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.test_waiting import HERE, HOURS, THERE, V1, V2, call, committed, decisions, planned, state, told, waiting
from backup_apps.domain.approvals.request import Standing
from backup_apps.domain.commits import State
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.protection.classes import Class
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.request_approval import request_approval
from backup_apps.usecases.requests import Refusal
from backup_apps.usecases.sync_target import sync_target
from sync.memory import Resolved, World, world
from sync.targets import BUNDLE, plan, target, vault


def test_time_runs_out_on_the_record() -> None:
    hub, _ = waiting()
    ended = record_outcome(hub.hub, V1, refusal=Refusal.model_validate({"Error": "States.Timeout"}))
    assert ended["state"] == "rejected"
    assert "nobody decided in time" in ended["error"]
    assert decisions(hub) == ["requested", "expired"]
    assert hub.approvals.requests[V1].standing is Standing.EXPIRED


@pytest.mark.parametrize(
    ("refusal", "state_", "told_"),
    [
        ({"Error": "States.Timeout"}, State.REJECTED, ["approval-waiting", "approval-ended"]),
        ({"Error": "ApprovalRejected", "Cause": "no"}, State.REJECTED, ["approval-waiting"]),
        ({"Error": "ApprovalSuperseded", "Cause": "later"}, State.SUPERSEDED, ["approval-waiting"]),
    ],
)
def test_how_the_wait_ended_is_sealed_and_told_once_where_nobody_decided(
    refusal: dict[str, str], state_: State, told_: list[str]
) -> None:
    hub, _ = waiting()
    for _ in range(2):
        record_outcome(hub.hub, V1, refusal=Refusal.model_validate(refusal))
    assert (state(hub), told(hub)) == (state_, told_)
    assert hub.ledger.last_checkpoint(BUNDLE).sequence == hub.ledger.entries(BUNDLE)[-1].sequence
    last = hub.alerts.published[-1]
    assert ("backup-apps status acme --version v1" in last.text) == (told_[-1] == "approval-ended")


def second_round() -> World:
    """The first was approved and reached one of two targets; the second, planned since the other moved, waits."""
    hub = world(HERE, THERE)
    good = target(vault(), plan())
    state_ = DesiredState(bundle=BUNDLE, targets=(good, good.model_copy(update={"account": THERE.account})))
    hub.upload(V1, Resolved(BUNDLE, state_), 1)
    admit_bundle(hub.hub, V1.key, None)
    for _ in range(2):
        for one in (HERE, THERE):
            plan_target(hub.hub, V1, one)
        digest = record_plan(hub.hub, V1)["digest"]
        request_approval(hub.hub, V1, Class.WEAKENS, digest, "token", HOURS)
        if hub.members.writes:
            return hub
        until = hub.clock() + timedelta(minutes=10)
        sync_target(hub.hub, V1, HERE, hub.planned(V1, HERE), "run", until)
        record_failure(hub.hub, V1, THERE, "MovedError: moved")
    raise AssertionError("there are two rounds")


def test_what_waits_again_is_still_said_to_be_under_way_where_it_was_written() -> None:
    hub = second_round()
    assert state(hub) is State.SYNCING, "what is half written must not look like drift"
    assert [one.state for one in hub.records.outcomes(V1)] == [State.SYNCED, State.WAITING_APPROVAL]


@pytest.mark.parametrize(
    ("refusal", "whole", "rest"),
    [
        ({"Error": "ApprovalRejected", "Cause": "rejected by bob: no"}, State.PARTLY_FAILED, State.REJECTED),
        ({"Error": "States.Timeout"}, State.PARTLY_FAILED, State.REJECTED),
        ({"Error": "ApprovalSuperseded", "Cause": "later"}, State.SUPERSEDED, State.SUPERSEDED),
    ],
)
def test_a_refusal_of_the_rest_erases_nothing_that_was_written(
    refusal: dict[str, str], whole: State, rest: State
) -> None:
    hub = second_round()
    ended = record_outcome(hub.hub, V1, refusal=Refusal.model_validate(refusal))
    assert ended["state"] == whole
    assert [(one.state, one.writes) for one in hub.records.outcomes(V1)] == [(State.SYNCED, 3), (rest, None)]
    assert hub.records.standing(BUNDLE, HERE).synced.id == V1
    assert "nothing was written" not in ended["error"]
    if whole is State.PARTLY_FAILED:
        alert = hub.alerts.published[-1]
        assert (alert.document["type"], alert.document["written"]) == ("approval-ended", [str(HERE)])
        assert f"Written already: {HERE}." in alert.text


def test_a_target_that_was_written_and_drifted_before_the_refusal_is_held_against_what_was_written() -> None:
    hub = second_round()
    written = hub.records.outcome(V1, HERE).model_copy(update={"state": State.WAITING_APPROVAL, "changes": 1})
    hub.records.set_outcomes(V1, [written])
    record_outcome(hub.hub, V1, refusal=Refusal.model_validate({"Error": "ApprovalRejected", "Cause": "no"}))
    assert hub.records.standing(BUNDLE, HERE).synced.id == V1


def test_a_later_commit_ends_the_wait_of_an_earlier_one() -> None:
    hub, _ = waiting()
    committed(hub, V2, second=2)
    ((token, why),) = hub.waits.woken
    assert (token, why.partition(":")[0]) == ("token-1", "ApprovalSuperseded")
    assert decisions(hub) == ["requested", "superseded"]
    cause = why.partition(": ")[2]
    record_outcome(hub.hub, V1, refusal=Refusal.model_validate({"Error": "ApprovalSuperseded", "Cause": cause}))
    assert state(hub) is State.SUPERSEDED


def test_what_was_overtaken_while_it_was_planned_asks_nobody() -> None:
    hub, digest = planned()
    committed(hub, V2, second=2)
    assert request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-1", HOURS) == {"standing": "superseded"}
    ((token, why),) = hub.waits.woken
    assert (token, why.partition(":")[0]) == ("token-1", "ApprovalSuperseded")
    assert (told(hub), decisions(hub)) == ([], ["requested", "superseded"])


def test_an_admission_that_was_killed_ends_the_wait_when_its_event_comes_again() -> None:
    hub, _ = waiting()
    read = hub.approvals.waiting

    def killed(bundle: str) -> Any:
        hub.approvals.waiting = read  # type: ignore[method-assign]
        raise KeyboardInterrupt

    hub.approvals.waiting = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        committed(hub, V2, second=2)
    assert (hub.records.find(V2) is not None, hub.waits.woken) == (True, [])
    admit_bundle(hub.hub, V2.key, None)
    assert [token for token, _ in hub.waits.woken] == ["token-1"]
    assert V2 in hub.executions.started


def test_a_vote_at_the_moment_of_a_later_commit_does_not_keep_it_waiting() -> None:
    hub, digest = waiting()
    save = hub.approvals.save

    def slowly(request: Any) -> bool:
        hub.approvals.save = save  # type: ignore[method-assign]
        call(hub, "approve", digest, "bob")
        return save(request)

    hub.approvals.save = slowly  # type: ignore[method-assign]
    committed(hub, V2, second=2)
    assert hub.approvals.requests[V1].standing is Standing.SUPERSEDED
    assert [token for token, _ in hub.waits.woken] == ["token-1"]


def test_a_wait_that_a_later_commit_ends_at_once_is_not_said_to_go_on() -> None:
    hub, digest = planned()
    publish = hub.alerts.publish

    def slowly(alert: Any) -> None:
        committed(hub, V2, second=2)
        refusal = Refusal.model_validate({"Error": "ApprovalSuperseded", "Cause": "later"})
        record_outcome(hub.hub, V1, refusal=refusal)
        publish(alert)

    hub.alerts.publish = slowly  # type: ignore[method-assign]
    request_approval(hub.hub, V1, Class.WEAKENS, digest, "token-1", HOURS)
    assert state(hub) is State.SUPERSEDED
    assert [one.state for one in hub.records.outcomes(V1)] == [State.SUPERSEDED]
