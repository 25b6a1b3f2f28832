"""What weakens is put back, and when it is not."""

from datetime import timedelta

import pytest

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.errors import TargetBusyError
from backup_apps.domain.handling import Handling, Paused
from backup_apps.domain.live import LiveLock
from backup_apps.usecases.detect_drift import detect_drift
from drift.site import DESIRED, LOCK, PLAN, change, findings, heal, kinds, nightly, shorten, sweep, synced, update_event
from sync.steps import HERE
from sync.targets import BUNDLE, live_selection, plan, selection, target, vault


def test_what_weakens_is_put_back_where_the_app_heals() -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    assert sweep(hub)["healing"] == 1
    assert hub.healing.started == [(BUNDLE, HERE)]
    assert "it is being put back (selfHeal)" in hub.alerts.published[0].text
    assert [heal(hub)["writes"] for _ in range(3)] == [1, 0, 0]
    assert nightly(hub.members.live[HERE])["Lifecycle"] == {"DeleteAfterDays": 35}
    assert findings(hub)[0].state is FindingState.HEALED
    assert hub.pages.asked == [BUNDLE], "the sweep's own end has the page written"
    assert [one for one in kinds(hub) if one in ("heal", "sync-started", "write")][-3:] == [
        "sync-started",
        "write",
        "heal",
    ]
    assert sweep(hub)["opened"] == 0
    assert len(hub.alerts.published) == 1


@pytest.mark.parametrize("in_between", [True, False], ids=["each is acted on at once", "all are heard first"])
def test_an_event_ten_times_is_one_finding_one_heal_and_one_alert(in_between: bool) -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    event, acted = update_event(hub), 0
    for _ in range(10):
        detect_drift(hub.hub, event)
        if in_between:
            acted += sum(heal(hub)["writes"] for _ in hub.healing.started)
            hub.healing.started.clear()
    acted += sum(heal(hub)["writes"] for _ in hub.healing.started)
    assert acted == 1
    (finding,) = findings(hub)
    assert (finding.state, len(finding.heals)) == (FindingState.HEALED, 1)
    assert len(hub.alerts.published) == 1
    assert [kinds(hub).count(kind) for kind in ("drift", "heal", "alert")] == [1, 1, 1]


def test_only_what_weakens_is_put_back_also_within_a_plan() -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    (present,) = hub.members.live[HERE].plans
    longer = [
        one | ({"Lifecycle": {"DeleteAfterDays": 70}} if one["RuleName"] == "hourly" else {})
        for one in (present.content or {})["Rules"]
    ]
    change(hub, rules=longer)
    sweep(hub)
    assert heal(hub)["healed"] == 1
    kept = {
        one["RuleName"]: one["Lifecycle"]["DeleteAfterDays"]
        for one in (hub.members.live[HERE].plans[0].content or {})["Rules"]
    }
    assert kept == {"nightly": 35, "hourly": 70}


@pytest.mark.parametrize(
    ("self_heal", "desired"),
    [
        ((), DESIRED),
        (("shop",), target(vault(lock=LOCK), PLAN, plan("web-daily").model_copy(update={"app": "web"}))),
    ],
    ids=["no app heals", "one that shares it does not"],
)
def test_what_is_not_to_be_healed_stays(self_heal: tuple[str, ...], desired: DesiredTarget) -> None:
    hub = synced(desired, self_heal=self_heal)
    there = hub.members.live[HERE]
    vaults = tuple(one.model_copy(update={"lock": None}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"vaults": vaults})
    sweep(hub)
    assert (hub.healing.started, heal(hub)["writes"]) == ([], 0)
    assert findings(hub)[0].state is FindingState.OPEN


def test_a_pause_holds_healing_and_says_so() -> None:
    pause = Paused(app="shop", until="2026-01-02T00:00:00+00:00", owner="bob", reason="a move")
    hub = synced(DESIRED.model_copy(update={"handling": Handling(paused=(pause,))}), self_heal=["shop"])
    shorten(hub)
    sweep(hub)
    assert (hub.healing.started, heal(hub)["writes"]) == ([], 0)
    assert findings(hub)[0].state is FindingState.PAUSED
    assert "healing is paused until 2026-01-02T00:00:00+00:00 by bob: a move" in hub.alerts.published[0].text
    hub.clock.now += timedelta(days=1)
    assert sweep(hub)["healing"] == 1
    assert heal(hub)["healed"] == 1


@pytest.mark.parametrize("min_days", [7, 10])
def test_a_lock_in_compliance_mode_is_never_put_back_by_itself(min_days: int) -> None:
    hub = synced(target(vault(lock={**LOCK, "ChangeableForDays": 3}), PLAN), self_heal=["shop"])
    change(hub, lock=LiveLock(min_days=min_days))
    sweep(hub)
    assert findings(hub)[0].direction == "weakens"
    assert "it is being put back" not in hub.alerts.published[0].text
    assert hub.healing.started == []
    assert heal(hub)["writes"] == 0
    assert findings(hub)[0].state is FindingState.OPEN
    assert [one.lock for one in hub.members.live[HERE].vaults] == [LiveLock(min_days=min_days)]


def test_beside_a_lock_in_compliance_mode_the_rest_is_put_back_and_only_that_is_called_healed() -> None:
    hub = synced(target(vault(lock={**LOCK, "ChangeableForDays": 3}), PLAN), self_heal=["shop"])
    change(hub, lock=None)
    shorten(hub)
    sweep(hub)
    assert hub.alerts.published[0].text.count("it is being put back") == 1
    assert heal(hub)["healed"] == 1
    assert {one.kind: one.state for one in findings(hub)} == {"lock": "open", "rule": "healed"}


def test_three_heals_in_an_hour_stop_and_page() -> None:
    hub = synced(self_heal=["shop"])
    for _ in range(3):
        shorten(hub)
        sweep(hub)
        assert heal(hub)["healed"] == 1
        hub.clock.now += timedelta(minutes=5)
    shorten(hub)
    sweep(hub)
    assert hub.pages.asked == 3 * [BUNDLE]
    assert heal(hub)["healed"] == 0
    assert heal(hub)["healed"] == 0
    assert hub.pages.asked == 4 * [BUNDLE], "that it is stopped is shown, once"
    (stopped,) = (one for one in hub.alerts.published if one.document["type"] == "healing-stopped")
    assert "was put back 3 times within an hour" in stopped.text
    assert (findings(hub)[0].state, findings(hub)[0].stopped) == (FindingState.OPEN, True)
    hub.clock.now += timedelta(hours=2)
    started = len(hub.healing.started)
    sweep(hub)
    assert (heal(hub)["healed"], len(hub.healing.started)) == (0, started)


def test_heals_of_long_ago_do_not_count() -> None:
    hub = synced(self_heal=["shop"])
    for _ in range(5):
        shorten(hub)
        sweep(hub)
        assert heal(hub)["healed"] == 1
        hub.clock.now += timedelta(minutes=31)


def test_a_heal_and_a_sync_do_not_write_at_once() -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    sweep(hub)
    hub.records.hold(BUNDLE, HERE, "sync", hub.clock(), hub.clock() + timedelta(minutes=1))
    with pytest.raises(TargetBusyError):
        heal(hub)
    hub.records.release(BUNDLE, HERE, "sync")
    assert heal(hub)["healed"] == 1
    assert not hub.records.is_held(BUNDLE, HERE, hub.clock())


def test_a_plan_that_is_gone_comes_back_with_its_selections() -> None:
    hub = synced(self_heal=["shop"])
    there = hub.members.live[HERE]
    hub.members.live[HERE] = there.model_copy(update={"plans": ()})
    sweep(hub)
    assert [one.kind for one in findings(hub)] == ["missing-plan"]
    assert heal(hub)["writes"] == 2
    assert sweep(hub)["opened"] == 0


def test_a_selection_that_was_replaced_under_its_own_name_is_put_back_and_stays_so() -> None:
    hub = synced(self_heal=["shop"])
    narrower = selection() | {"NotResources": ["arn:aws:s3:::kept-out"]}
    change(hub, selections=(live_selection(narrower),))
    assert sweep(hub)["opened"] == 1
    healed = heal(hub)
    assert (healed["healed"], healed["writes"]) == (1, 2)
    assert [one.content for one in hub.members.live[HERE].plans[0].selections] == [live_selection().content]
    assert [one.state for one in findings(hub)] == [FindingState.HEALED]
    assert sweep(hub)["opened"] == 0
    assert len(hub.alerts.published) == 1
