"""Staged syncs step by step, as the state machine takes them, in a hub in memory."""

from datetime import timedelta

import pytest

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.desired import Target
from backup_apps.domain.ledger.entries import Kind
from backup_apps.domain.ledger.history import sentence
from backup_apps.usecases.next_stage import next_stage
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from staging.candidates import finding
from sync.memory import world
from sync.targets import BUNDLE

from .machine import (
    CANARY,
    FIRST,
    NIGHTS,
    NOTHING,
    SECOND,
    THIRD,
    V1,
    V2,
    Machine,
    committed,
    planned,
    shorten,
    shown,
    states,
    sync,
)


def test_a_bundle_that_asks_for_nothing_is_not_staged() -> None:
    hub = committed(world(FIRST), V1, {FIRST: NOTHING})
    assert planned(hub, V1)["staged"] is False


def test_canaries_bake_and_then_the_rest_goes() -> None:
    hub = committed(world(FIRST, SECOND, THIRD), V1, dict.fromkeys((FIRST, SECOND, THIRD), CANARY))
    assert planned(hub, V1)["staged"] is True
    noon = hub.clock.now
    assert Machine(hub, V1).run() == [(noon, [FIRST]), (noon + timedelta(minutes=30), [SECOND, THIRD])]
    assert record_outcome(hub.hub, V1)["state"] == "synced"
    said = [sentence(entry) for entry in hub.ledger.entries(BUNDLE) if entry.kind == Kind.STAGE]
    assert said == [
        "1 target let go; 2 targets: waits for canary 111111111111/eu-west-1 of 'acme'; canaries of 'acme': waits for "
        "canary 111111111111/eu-west-1 of 'acme'",
        "nothing let go; 2 targets: waits until 2026-01-01 12:30 UTC while the canaries of 'acme' bake; canaries of "
        "'acme': waits until 2026-01-01 12:30 UTC while the canaries of 'acme' bake",
        "2 targets let go; canaries of 'acme': well",
        "nothing let go; canaries of 'acme': well",
    ]


def test_while_they_bake_people_see_for_what_and_until_when() -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)
    machine = Machine(hub, V1)
    machine.look()
    sync(hub, V1, FIRST)
    assert machine.look() == {
        **V1._asdict(),
        **{"go": 0, "waits": 1, "held_back": 0},
        **{"action": "wait", "until": "2026-01-01T12:30:00Z"},
    }
    first, second = shown(hub, V1)["targets"]
    assert (shown(hub, V1)["state"], first["state"]) == ("syncing", "synced")
    assert second == {
        **SECOND._asdict(),
        "state": "planned",
        "waits": {
            "why": "waits until 2026-01-01 12:30 UTC while the canaries of 'acme' bake",
            "until": "2026-01-01T12:30:00Z",
        },
    }
    assert hub.records.holds == {}, "nothing is locked meanwhile"
    assert hub.records.standing(BUNDLE, SECOND).under_way is None, "nothing of it is written there"


def test_what_waits_for_others_has_no_moment_and_what_has_nothing_to_write_waits_for_the_end() -> None:
    places = (FIRST, SECOND, THIRD)
    hub = committed(world(*places), V1, dict.fromkeys(places, NOTHING))
    planned(hub, V1)
    for one in places:
        sync(hub, V1, one)
    record_outcome(hub.hub, V1)
    committed(hub, V2, dict.fromkeys(places, CANARY), days=70, second=1, unchanged=[THIRD])
    planned(hub, V2)
    hub.records.set_outcome(V2, TargetOutcome(**THIRD._asdict(), state=State.WAITING_APPROVAL))  # as people were asked
    Machine(hub, V2).look()
    told = {one["account"]: one.get("waits") for one in shown(hub, V2)["targets"]}
    assert told == {
        FIRST.account: None,
        SECOND.account: {"why": f"waits for canary {FIRST} of 'acme'"},
        THIRD.account: {"why": "nothing to write; it is synced when the version ends"},
    }
    assert states(hub, V2) == [State.PLANNED] * 3
    record_outcome(hub.hub, V2)
    assert [one.get("waits") for one in shown(hub, V2)["targets"]] == [None] * 3


@pytest.mark.parametrize("micro", [0, 1, 999_999])
def test_nobody_is_woken_before_it_is_time(micro: int) -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)
    hub.clock.now = hub.clock.now.replace(microsecond=micro)
    stages = Machine(hub, V1).run()
    assert [places for _, places in stages] == [[FIRST], [SECOND]]
    assert stages[1][0] - stages[0][0] >= timedelta(minutes=30)


def test_the_same_look_again_is_answered_as_before_and_changes_nothing() -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)
    first = next_stage(hub.hub, V1, 1, 1)
    texts, entries = dict(hub.documents.texts), hub.ledger.entries(BUNDLE)
    hub.clock.now += timedelta(hours=1)
    assert next_stage(hub.hub, V1, 1, 1) == first
    assert (hub.documents.texts, hub.ledger.entries(BUNDLE)) == (texts, entries)


def test_a_canary_that_fails_holds_the_rest_back_and_its_end_is_the_one_alert() -> None:
    hub = committed(world(SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))  # the first can't be reached
    hub.members.live[FIRST] = hub.members.live[SECOND].model_copy(update={"account": FIRST.account})
    planned(hub, V1)
    del hub.members.live[FIRST]
    stages = Machine(hub, V1).run(lambda one: record_failure(hub.hub, V1, one, "the role is missing"))
    assert [places for _, places in stages] == [[FIRST]]
    ended = record_outcome(hub.hub, V1)
    assert ended["state"] == "failed"
    assert ended["targets"][1]["error"] == "held back: canary 111111111111/eu-west-1: the role is missing"
    assert hub.members.writes == []
    (alert,) = hub.alerts.published
    assert "222222222222/eu-west-1: held back: canary 111111111111/eu-west-1" in alert.text
    assert "Next: backup-apps status" in alert.text
    assert hub.records.standing(BUNDLE, SECOND).under_way is None


def test_a_finding_in_a_canary_holds_the_rest_back() -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)

    def sync_and_drift(one: Target) -> None:
        sync(hub, V1, one)
        drift = finding(one, hub.clock() + timedelta(minutes=1)).model_copy(update={"bundle": BUNDLE})
        hub.findings.replace(None, drift)

    stages = Machine(hub, V1).run(sync_and_drift)
    assert [places for _, places in stages] == [[FIRST]]
    ended = record_outcome(hub.hub, V1)
    assert (ended["state"], states(hub, V1)) == ("partly-failed", [State.SYNCED, State.FAILED])
    assert f"see backup-apps drift {BUNDLE}" in ended["targets"][1]["error"]


def test_on_call_hears_of_bad_canaries_while_others_still_wait() -> None:
    hub = committed(world(FIRST, SECOND, THIRD), V1, {FIRST: CANARY, SECOND: CANARY, THIRD: NIGHTS._replace(app="web")})
    planned(hub, V1)
    machine = Machine(hub, V1)
    assert machine.look()["action"] == "go"
    record_failure(hub.hub, V1, FIRST, "the role is missing")
    assert machine.look()["until"] == "2026-01-01T22:00:00Z"
    (alert,) = hub.alerts.published
    assert alert.subject == f"{BUNDLE} v1: canaries of 'acme' not well, 1 target held back"
    assert machine.look()["action"] == "wait"
    assert len(hub.alerts.published) == 1, "told once"


def test_a_target_waits_for_its_window_as_planned() -> None:
    hub = committed(world(FIRST, SECOND), V1, {FIRST: NIGHTS, SECOND: NIGHTS})
    planned(hub, V1)
    assert Machine(hub, V1).look()["until"] == "2026-01-01T22:00:00Z"
    assert shown(hub, V1)["state"] == "planned"
    assert states(hub, V1) == [State.PLANNED, State.PLANNED]
    assert hub.members.writes == []


def test_what_comes_too_late_waits_for_the_next_window_and_what_has_begun_is_finished() -> None:
    hub = committed(world(FIRST, SECOND), V1, {FIRST: NIGHTS, SECOND: NIGHTS})
    planned(hub, V1)
    machine = Machine(hub, V1)
    hub.clock.now = hub.clock.now.replace(hour=22, minute=59)
    assert machine.look()["go"] == 2
    closes = hub.clock.now + timedelta(minutes=1)
    hub.members.fails_after = 1
    with pytest.raises(Exception, match="the line broke"):
        sync(hub, V1, FIRST, closes)
    hub.members.fails_after = None
    hub.clock.now = closes
    assert sync(hub, V1, FIRST, closes)["state"] == "synced", "half of it was written"
    assert sync(hub, V1, SECOND, closes) == {**SECOND._asdict(), "state": "planned", "writes": 0}
    assert {place for place, _ in hub.members.writes} == {FIRST}
    assert machine.look()["until"] == "2026-01-02T22:00:00Z"


def test_a_later_version_ends_the_wait() -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)
    machine = Machine(hub, V1)
    machine.look()
    sync(hub, V1, FIRST)
    committed(hub, V2, {FIRST: CANARY, SECOND: CANARY}, days=70, second=1)
    assert machine.look()["action"] == "done"
    assert record_outcome(hub.hub, V1)["state"] == "superseded"
    assert states(hub, V1) == [State.SYNCED, State.SUPERSEDED]
    planned(hub, V2)
    assert [places for _, places in Machine(hub, V2).run()] == [[FIRST], [SECOND]]
    assert record_outcome(hub.hub, V2)["state"] == "synced"


@pytest.mark.parametrize("ended_by", ["a look", "its own sync"])
def test_what_was_synced_before_it_was_planned_again_stays_so_when_a_later_version_comes(ended_by: str) -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), CANARY))
    planned(hub, V1)
    Machine(hub, V1).look()
    sync(hub, V1, FIRST)
    shorten(hub, FIRST)
    planned(hub, V1)
    assert states(hub, V1) == [State.PLANNED, State.PLANNED]
    committed(hub, V2, {FIRST: CANARY, SECOND: CANARY}, days=70, second=1)
    if ended_by == "a look":
        assert next_stage(hub.hub, V1, 2, 1)["action"] == "done"
    else:
        assert sync(hub, V1, FIRST) == {**FIRST._asdict(), "state": "synced", "writes": 0}
        assert sync(hub, V1, SECOND) == {**SECOND._asdict(), "state": "superseded", "writes": 0}
    assert states(hub, V1) == [State.SYNCED, State.SUPERSEDED]
    assert hub.records.standing(BUNDLE, FIRST).synced.id == V1
    assert [one.writes for one in sorted(hub.records.outcomes(V1), key=lambda one: one.target)] == [3, None]
    assert record_outcome(hub.hub, V1)["state"] == "superseded"


def test_a_retired_target_keeps_to_its_last_windows() -> None:
    hub = committed(world(FIRST, SECOND), V1, {FIRST: NIGHTS, SECOND: NIGHTS})
    planned(hub, V1)
    Machine(hub, V1).run()
    record_outcome(hub.hub, V1)
    hub.clock.now = hub.clock.now.replace(day=2, hour=12)
    committed(hub, V2, {FIRST: NOTHING}, days=70, second=1)
    assert planned(hub, V2)["staged"] is True
    stages = Machine(hub, V2).run()
    noon = hub.clock.now.replace(hour=12)
    assert stages == [(noon, [FIRST]), (noon.replace(hour=22), [SECOND])]


def test_a_version_is_staged_by_what_is_to_be_synced() -> None:
    hub = committed(world(FIRST, SECOND), V1, {FIRST: NIGHTS, SECOND: NIGHTS})
    planned(hub, V1)
    Machine(hub, V1).run()
    record_outcome(hub.hub, V1)
    committed(hub, V2, {FIRST: NIGHTS, SECOND: NIGHTS}, second=1)
    assert planned(hub, V2)["staged"] is False, "nothing is to be written"
