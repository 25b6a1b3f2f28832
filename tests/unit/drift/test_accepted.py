"""Findings that a waiver allows, and what becomes of them when it ends."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.accepting import accepted_by, ended_waivers
from backup_apps.domain.drift.findings import Direction, Drift, Kind, State
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.handling import Handling, Waived
from drift.patching import FILES, ROOT, source_of, state_of
from drift.site import DESIRED, MONTH, findings, kinds, point, sweep, synced, with_points
from sync.memory import World
from sync.targets import KEY
from sync.test_plan_and_sync import V2, admitted, run

TODAY = date(2026, 1, 1)


def waived(guardrail: str = "retention.min", value: Any = 7 * 1440, apps: Sequence[str] = ("shop",)) -> Waived:
    return Waived(
        guardrail=guardrail,
        subject="shop",
        value=value,
        owner="bob",
        reason="a migration",
        expires="2026-01-31",
        apps=tuple(apps),
    )


def retention(days: int | None, **lifecycle: int) -> Drift:
    live = {**lifecycle, **({"DeleteAfterDays": days} if days else {})}
    return Drift(Kind.RETENTION, "arn", Direction.WEAKENS, MONTH, live, apps=("shop",))


ROTATION = Drift(Kind.KEY_ROTATION, "arn", Direction.WEAKENS, True, False, apps=("pay", "shop"))
OTHER_KEY = Drift(Kind.RECOVERY_POINT_KEY, "arn", Direction.WEAKENS, KEY, "arn:aws:kms:x:1:key/old", apps=("shop",))


@pytest.mark.parametrize(
    ("drift", "waiver"),
    [
        (retention(7), waived()),
        (retention(34), waived()),
        (ROTATION, waived("encryption.rotation", False, ("pay", "shop"))),
        (OTHER_KEY, waived("encryption.keys", ["arn:aws:kms:*:1:key/*"])),
    ],
)
def test_a_waiver_accepts_what_it_allows_through_its_last_day(drift: Drift, waiver: Waived) -> None:
    said = accepted_by(drift, [waiver], date(2026, 1, 31))
    assert said == f"until 2026-01-31 by bob: a migration (waiver of {waiver.guardrail} for shop)"
    assert accepted_by(drift, [waiver], date(2026, 2, 1)) is None


@pytest.mark.parametrize(
    ("drift", "waiver"),
    [
        (retention(6), waived()),
        (retention(20, MoveToColdStorageAfterDays=1), waived()),
        (retention(20), waived(value="never")),
        (retention(20), waived("retention.max")),
        (retention(20)._replace(apps=()), waived()),
        (retention(20)._replace(apps=("shop", "pay")), waived()),
        (retention(20)._replace(kind=Kind.RULE), waived()),
        (ROTATION, waived("encryption.rotation", True, ("pay", "shop"))),
        (ROTATION, waived("encryption.rotation", False)),
        (OTHER_KEY, waived("encryption.keys", ["arn:aws:kms:*:2:key/*"])),
    ],
)
def test_a_waiver_accepts_nothing_else(drift: Drift, waiver: Waived) -> None:
    assert accepted_by(drift, [waiver], TODAY) is None


def with_waiver(waiver: Waived) -> World:
    hub = synced(DESIRED.model_copy(update={"handling": Handling(waived=(waiver,))}))
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", True)
    sweep(hub)
    return hub


def followed_by(hub: World, desired: DesiredTarget) -> None:
    admitted(desired, version=V2, hub=hub, second=2)
    assert run(hub, V2)["state"] == "synced"


def test_what_is_accepted_wakes_nobody_until_its_waiver_ends_and_then_once() -> None:
    hub = with_waiver(waived("encryption.rotation", False))
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", False)
    sweep(hub), sweep(hub)
    (found,) = findings(hub)
    assert (found.state, found.told) == (State.ACCEPTED, False)
    assert "a migration" in (found.waiver or "")
    assert hub.alerts.published == []
    assert kinds(hub).count("drift") == 1, "that it was accepted is in the ledger"
    hub.clock.now = datetime(2026, 2, 1, 0, 1, tzinfo=UTC)
    sweep(hub), sweep(hub)
    by_kind = {one.kind: one for one in findings(hub)}
    assert {kind: one.state for kind, one in by_kind.items()} == {
        Kind.KEY_ROTATION: State.OPEN,
        Kind.WAIVER: State.OPEN,
    }
    assert len(hub.alerts.published) == 1
    assert "ended on 2026-01-31" in hub.alerts.published[0].text


def test_what_was_open_is_accepted_once_a_waiver_allows_it() -> None:
    hub = synced()
    with_points(hub, point(lifecycle={"DeleteAfterDays": 10}))
    sweep(hub)
    assert len(hub.alerts.published) == 1
    with_waiver_now = DESIRED.model_copy(update={"handling": Handling(waived=(waived(),))})
    followed_by(hub, with_waiver_now)
    with_points(hub, point(lifecycle={"DeleteAfterDays": 10}))
    sweep(hub)
    (found,) = findings(hub)
    assert found.state is State.ACCEPTED
    assert len(hub.alerts.published) == 1


def test_the_end_of_a_waiver_closes_with_the_version_that_does_without() -> None:
    hub = with_waiver(waived())
    hub.clock.now = datetime(2026, 2, 1, tzinfo=UTC)
    sweep(hub)
    assert [one.state for one in findings(hub)] == [State.OPEN]
    followed_by(hub, DESIRED)
    sweep(hub)
    assert [one.state for one in findings(hub)] == [State.CLOSED]


def test_two_ended_waivers_of_one_guardrail_for_one_app_are_one_drift_with_the_apps_of_both() -> None:
    both = [waived(apps=("b",)), waived(apps=("a",), value=1440)]
    (drift,) = ended_waivers(
        [*both, waived(apps=("c",)).model_copy(update={"expires": "2026-03-01"})], date(2026, 2, 1)
    )
    assert (drift.identity, drift.apps) == (("waiver", "retention.min of shop"), ("a", "b"))


def test_a_version_says_which_waivers_hold_for_which_leaves_of_a_target() -> None:
    guardrails = "  guardrails: {retention: {min: 80d}, encryption: {rotation: true}}\n"
    waiver = "{for: acme, guardrail: retention.min, value: 30d, owner: bob, reason: r, expires: 2999-01-01}"
    files = {**FILES, "app.yaml": f"{ROOT}{guardrails}  waivers: [{waiver}]\n"}
    state = state_of(source_of(files), files)
    found = [one.handling.waived for one in state.targets if one.handling]
    assert [[(one.guardrail, one.value, one.apps) for one in each] for each in found] == [
        [("retention.min", 30 * 1440, ("one", "two"))],
        [("retention.min", 30 * 1440, ("two",))],
    ]
    assert "waived" not in state.to_text()
