"""Keys behind vaults, and recovery points that are there."""

import weakref
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.drift.recovery_points import MOST, Held, point_drift
from backup_apps.usecases.detect_drift import detect_drift
from drift.site import (
    ARN,
    DESIRED,
    LOCK,
    MONTH,
    PLAN,
    findings,
    heal,
    point,
    retag,
    shorten,
    sweep,
    synced,
    update_event,
    with_points,
)
from sync.memory import World, world
from sync.steps import HERE
from sync.targets import ACCOUNT, KEY, REGION, plan, rule, target, vault


@pytest.mark.parametrize("state", ["PendingDeletion", "Disabled", "Deleted"])
def test_a_key_that_serves_no_more_is_found(state: str) -> None:
    hub = synced(self_heal=["shop"])
    hub.members.key_states[KEY] = KeyState(KEY, state)
    sweep(hub)
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.live, finding.direction) == ("key-state", KEY, state, "weakens")
    assert hub.healing.started == []
    del hub.members.key_states[KEY]
    assert sweep(hub)["ended"] == 1


def test_rotation_that_is_off_is_drift_only_after_it_was_on() -> None:
    hub = synced()
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", False)
    assert sweep(hub)["opened"] == 0
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", True)
    assert sweep(hub)["opened"] == 0
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", None)
    assert sweep(hub)["opened"] == 0
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", False)
    assert sweep(hub)["opened"] == 1
    assert findings(hub)[0].kind == "key-rotation"


def test_of_a_key_that_nobody_may_read_nothing_is_said() -> None:
    hub = synced()
    hub.members.key_states[KEY] = KeyState(KEY, "Unknown")
    assert sweep(hub)["opened"] == 0


def test_a_key_that_nobody_may_read_any_more_closes_nothing() -> None:
    hub = synced()
    hub.members.key_states[KEY] = KeyState(KEY, "PendingDeletion")
    sweep(hub)
    hub.members.key_states[KEY] = KeyState(KEY, "Unknown")
    assert sweep(hub)["ended"] == 0
    assert [one.state for one in findings(hub)] == ["open"]
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled")
    assert sweep(hub)["ended"] == 1


def test_rotation_that_nobody_may_read_any_more_closes_nothing() -> None:
    hub = synced()
    for rotates in (True, False):
        hub.members.key_states[KEY] = KeyState(KEY, "Enabled", rotates)
        sweep(hub)
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", None)
    assert sweep(hub)["ended"] == 0
    hub.members.key_states[KEY] = KeyState(KEY, "Enabled", True)
    assert sweep(hub)["ended"] == 1


ALIAS = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/acme"


def by_alias(**members: Any) -> World:
    hub = world(HERE)
    hub.members.keys[ALIAS] = KEY
    return synced(target(vault(lock=LOCK, key_arn=ALIAS), PLAN), hub=hub, **members)


def test_an_alias_that_is_gone_is_told_and_the_rest_is_looked_at_all_the_same() -> None:
    hub = by_alias()
    del hub.members.keys[ALIAS]
    hub.members.key_states[KEY] = KeyState(KEY, "PendingDeletion")
    shorten(hub)
    assert sweep(hub)["opened"] == 3
    found = {one.resource: (one.kind, one.direction) for one in findings(hub)}
    assert found == {
        ALIAS: ("key-state", "neutral"),
        KEY: ("key-state", "weakens"),
        "shop-daily/nightly": ("rule", "weakens"),
    }
    hub.members.keys[ALIAS] = KEY
    assert sweep(hub)["ended"] == 1


def test_an_alias_that_nobody_may_read_hides_nothing_and_closes_nothing() -> None:
    hub = by_alias()
    del hub.members.keys[ALIAS]
    sweep(hub)
    hub.members.unreadable.add(ALIAS)
    shorten(hub)
    swept = sweep(hub)
    assert (swept["opened"], swept["ended"]) == (1, 0)


def test_a_vault_whose_alias_is_gone_is_not_made_anew() -> None:
    hub = by_alias(self_heal=["shop"])
    del hub.members.keys[ALIAS]
    hub.members.live[HERE] = hub.members.live[HERE].model_copy(update={"vaults": ()})
    shorten(hub)
    sweep(hub)
    assert heal(hub)["healed"] == 1
    states = {one.kind: one.state for one in findings(hub)}
    assert states == {"key-state": "open", "missing-vault": "open", "rule": "healed"}


@pytest.mark.parametrize(
    ("members", "kind", "direction"),
    [
        ({"lifecycle": {"DeleteAfterDays": 7}}, "retention", "weakens"),
        ({"lifecycle": {}}, "retention", "strengthens"),
        ({"lifecycle": {**MONTH, "MoveToColdStorageAfterDays": 1}}, "retention", "weakens"),
        ({"key_arn": "arn:of-another-key"}, "recovery-point-key", "weakens"),
    ],
)
def test_a_recovery_point_that_is_not_as_its_rule_made_it_is_found(
    members: dict[str, Any], kind: str, direction: str
) -> None:
    hub = synced(self_heal=["shop"])
    with_points(hub, point(**members))
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.direction, finding.app) == (kind, ARN, direction, "shop")
    assert hub.healing.started == []
    with_points(hub, point())
    assert sweep(hub)["ended"] == 1


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"lifecycle": {}, "plan": ""},
        {"lifecycle": {}, "is_copy": True},
        {"arn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "key_arn": "arn:of-the-volumes-key"},
    ],
    ids=["as made", "on demand", "a copy", "a snapshot has the key of its volume"],
)
def test_a_recovery_point_of_which_no_rule_is_known_is_no_drift(members: dict[str, Any]) -> None:
    hub = synced()
    with_points(hub, point(**members))
    assert sweep(hub)["opened"] == 0


def test_a_changed_lifecycle_is_found_by_its_event_and_leaves_other_points_alone() -> None:
    hub = synced()
    other = point(arn=f"{ARN}2", lifecycle={"DeleteAfterDays": 1})
    with_points(hub, other)
    sweep(hub)
    with_points(hub, point(lifecycle={"DeleteAfterDays": 7}))
    event = update_event(hub)
    asked = {"backupVaultName": "primary", "recoveryPointArn": ARN}
    event["detail"] |= {"eventName": "UpdateRecoveryPointLifecycle", "requestParameters": asked}
    detect_drift(hub.hub, event)
    found = {one.resource: one for one in findings(hub)}
    assert {one.state for one in found.values()} == {FindingState.OPEN}
    assert found[ARN].actor is not None
    assert "is kept 7 days, not 35 days" in hub.alerts.published[-1].text


def test_an_event_of_the_configuration_leaves_recovery_points_alone() -> None:
    hub = synced()
    with_points(hub, point(lifecycle={"DeleteAfterDays": 7}))
    sweep(hub)
    hub.members.points.clear()
    detect_drift(hub.hub, update_event(hub))
    assert [one.state for one in findings(hub)] == [FindingState.OPEN]


def test_of_very_many_points_the_same_are_told_whatever_their_order() -> None:
    hub = synced()
    many = [point(arn=f"{ARN}-{number}", lifecycle={"DeleteAfterDays": 7}) for number in range(MOST + 1)]
    with_points(hub, *many)
    assert sweep(hub)["opened"] == MOST
    with_points(hub, *reversed(many))
    swept = sweep(hub)
    assert (swept["opened"], swept["ended"], swept["changed"]) == (0, 0, 0)
    with_points(hub, *many[1:])
    swept = sweep(hub)
    assert (swept["opened"], swept["ended"]) == (0, 1), "room is made by what ended, for the next look"
    assert sweep(hub)["opened"] == 1


def test_points_are_looked_at_as_they_come_and_not_kept() -> None:
    alive = weakref.WeakSet[Resource]()

    made = {"r": MadeBy("shop-daily", "nightly", MONTH)}

    def pages() -> Iterator[LivePoint]:
        for number in range(5 * MOST):
            held = Resource(f"arn:of-it-{number}")
            alive.add(held)
            assert len(alive) <= MOST + 2
            yield point(arn=f"{ARN}{number}", resource=held, lifecycle={})

    found = point_drift(pages(), Held(lambda plan, version: made, DESIRED))
    assert len(found) == MOST


class Ticking:
    """A clock on which each look at it takes a while."""

    def __init__(self, hub: World, step: timedelta) -> None:
        self._hub, self._step = hub, step

    def __call__(self) -> datetime:
        self._hub.clock.now += self._step
        return self._hub.clock.now


def slow(hub: World, step: timedelta = timedelta(seconds=30)) -> World:
    return hub._replace(clock=cast(Any, Ticking(hub, step)))


def test_a_sweep_that_runs_out_of_time_tells_what_it_found_closes_nothing_and_says_so() -> None:
    hub = synced()
    late = point(arn=f"{ARN}-late", lifecycle={"DeleteAfterDays": 7})
    with_points(hub, late)
    assert "error" not in sweep(hub)
    with_points(hub, point(lifecycle={"DeleteAfterDays": 7}), *(point(plan="gone") for _ in range(40)), late)
    shorten(hub)
    swept = sweep(slow(hub))
    assert "more recovery points than can be looked at" in swept["error"]
    assert (swept["opened"], swept["ended"]) == (2, 0), "and of what was not counted to its end nothing is said"
    assert sorted(one.kind for one in findings(hub) if one.is_open) == ["retention", "retention", "rule"]


@pytest.mark.parametrize("every", [timedelta(hours=1), timedelta(days=1)])
def test_where_time_is_short_each_vault_has_its_turn(every: timedelta) -> None:
    hub = synced(target(vault("a"), vault("b"), vault("c"), PLAN))
    there = hub.members.live[HERE]
    many = tuple(one.model_copy(update={"recovery_points": 99}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"vaults": many})
    hub.members.rules["p", "v1"] = {"r": MadeBy("shop-daily", "nightly", MONTH)}
    short = {"DeleteAfterDays": 7}
    hub.members.points[:] = [point(arn=f"{ARN}-{one}", vault=one, lifecycle=short) for one in "abc" for _ in range(99)]
    begun = hub.clock.now
    for number in range(3):
        hub.clock.now = begun + number * every
        assert "error" in sweep(slow(hub))
    assert {one.resource for one in findings(hub)} == {f"{ARN}-a", f"{ARN}-b", f"{ARN}-c"}


class Resource(str):
    """Whose life can be watched."""


def test_a_vault_that_lost_its_tag_keeps_the_findings_of_its_recovery_points() -> None:
    hub = synced()
    with_points(hub, point(lifecycle={"DeleteAfterDays": 7}))
    sweep(hub)
    retag(hub, {})
    sweep(hub)
    assert {one.kind: one.state for one in findings(hub)}["retention"] is FindingState.OPEN


CONTINUOUS = "arn:aws:backup:eu-west-1:111111111111:recovery-point:continuous:orders-1a2b"


@pytest.mark.parametrize(
    ("members", "opened"),
    [
        ({"arn": CONTINUOUS, "lifecycle": {"DeleteAfterDays": 14}}, 0),
        ({"arn": CONTINUOUS, "lifecycle": MONTH}, 0),
        ({"arn": CONTINUOUS, "lifecycle": {"DeleteAfterDays": 7}}, 1),
        ({"arn": CONTINUOUS, "lifecycle": {"DeleteAfterDays": 21}}, 1),
        ({"lifecycle": {"DeleteAfterDays": 14}}, 1),
    ],
    ids=["as extended", "as begun", "shorter", "as by a rule of another vault", "a snapshot"],
)
def test_a_continuous_backup_may_be_kept_as_a_rule_of_today_says(members: dict[str, Any], opened: int) -> None:
    """Its own rule says now 14 days, and said a month when it was begun."""
    rules = [
        rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 14}),
        rule(
            "elsewhere", EnableContinuousBackup=True, TargetBackupVaultName="other", Lifecycle={"DeleteAfterDays": 21}
        ),
        rule("snapshots", ScheduleExpression="cron(0 12 * * ? *)", Lifecycle={"DeleteAfterDays": 7}),
    ]
    hub = synced(target(vault(), vault("other"), plan(rules=rules)))
    with_points(hub, point(**members))
    assert sweep(hub)["opened"] == opened
