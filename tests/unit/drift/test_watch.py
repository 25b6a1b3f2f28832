"""From a change in a member account to a finding, an alert, and back."""

import itertools
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.drift.keys import KeyState
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.drift.recovery_points import MOST, point_drift
from backup_apps.domain.errors import TargetBusyError, UnavailableError
from backup_apps.domain.handling import Handling, Paused
from backup_apps.domain.live import LiveLock, LivePlan, LiveTarget
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.usecases.detect_drift import detect_drift
from backup_apps.usecases.heal_target import heal_target
from backup_apps.usecases.read_findings import read_findings, sweep_now
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.usecases.sweep_targets import sweep_targets
from sync.memory import World, world
from sync.targets import ACCOUNT, BUNDLE, KEY, REGION, live_plan, plan, rule, selection, target, vault
from sync.test_plan_and_sync import HERE, V1, V2, admitted, run

LOCK = {"MinRetentionDays": 7}
PLAN = plan(rules=[rule(), rule("hourly", ScheduleExpression="cron(0 * * * ? *)")])
DESIRED = target(vault(lock=LOCK), PLAN)
ALICE = "arn:aws:sts::111111111111:assumed-role/Admin/alice"


def healing(*apps: str) -> dict[str, Any]:
    leaves = tuple(LeafGovernance(app, (str(HERE),), {}, {}, {}, True) for app in apps)
    return Governance(leaves).to_json()


def synced(desired: DesiredTarget = DESIRED, *, self_heal: Iterable[str] = (), hub: World | None = None) -> World:
    hub = admitted(desired, governance=healing(*self_heal), hub=hub)
    assert run(hub)["state"] == "synced"
    return hub


def change(hub: World, **members: Any) -> None:
    """Somebody changes the target: `rules`, `selections` or `lock`."""
    there = hub.members.live[HERE]
    (present,) = there.plans
    content = {**(present.content or {}), "Rules": members.get("rules", (present.content or {})["Rules"])}
    changed = present.model_copy(
        update={"content": content, "selections": members.get("selections", present.selections)}
    )
    vaults = tuple(one.model_copy(update={"lock": members.get("lock", one.lock)}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"plans": (changed,), "vaults": vaults})


def with_rule(hub: World, **members: Any) -> None:
    (present,) = hub.members.live[HERE].plans
    rules = [dict(one) for one in (present.content or {})["Rules"]]
    change(hub, rules=[one | members if one["RuleName"] == "nightly" else one for one in rules])


def shorten(hub: World) -> None:
    with_rule(hub, Lifecycle={"DeleteAfterDays": 7})


def nightly(there: LiveTarget) -> Any:
    (present,) = there.plans
    return next(one for one in (present.content or {})["Rules"] if one["RuleName"] == "nightly")


def sweep(hub: World) -> dict[str, Any]:
    return sweep_target(hub.hub, BUNDLE, HERE, unmanaged=True)


def heal(hub: World) -> dict[str, Any]:
    return heal_target(hub.hub, BUNDLE, HERE, "heal-1", hub.clock() + timedelta(minutes=5))


def findings(hub: World) -> tuple[Finding, ...]:
    return hub.findings.of_bundle(BUNDLE)


def update_event(hub: World, role: str = "Admin") -> dict[str, Any]:
    identity = {"type": "AssumedRole", "arn": ALICE, "sessionContext": {"sessionIssuer": {"userName": role}}}
    (present,) = hub.members.live[HERE].plans
    detail = {
        "eventSource": "backup.amazonaws.com",
        "eventName": "UpdateBackupPlan",
        "eventTime": "2026-01-01T12:00:00Z",
        "userIdentity": identity,
        "requestParameters": {"backupPlanId": present.id},
    }
    return {"account": ACCOUNT, "region": REGION, "detail": detail}


def kinds(hub: World) -> list[str]:
    return [entry.kind for entry in hub.ledger.entries(BUNDLE)]


# ---------------------------------------------------------------- found


def test_a_sweep_of_what_is_as_synced_finds_nothing() -> None:
    hub = synced()
    assert sweep(hub)["opened"] == 0
    assert (findings(hub), hub.alerts.published) == ((), [])


def test_the_sweep_finds_what_no_event_told_and_tells_once() -> None:
    hub = synced()
    shorten(hub)
    for _ in range(10):
        sweep(hub)
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.told) == ("rule", "shop-daily/nightly", True)
    (alert,) = hub.alerts.published
    assert alert.severity == "critical"
    assert alert.subject == "Drift in acme, 111111111111/eu-west-1: rule shop-daily/nightly"
    assert "rule nightly keeps recovery points 7 days, not 35 days" in alert.text
    assert "policy: policy.plans.daily.rules.nightly.retention, as of version v1" in alert.text
    assert "Next: backup-apps drift acme" in alert.text
    assert kinds(hub).count("drift") == 1


def test_an_event_ten_times_is_one_finding_with_its_actor_and_one_alert() -> None:
    hub = synced()
    shorten(hub)
    for _ in range(10):
        detect_drift(hub.hub, update_event(hub))
    (finding,) = findings(hub)
    assert finding.actor is not None
    assert finding.actor.arn == ALICE
    (alert,) = hub.alerts.published
    assert f"by {ALICE}, UpdateBackupPlan at 2026-01-01T12:00:00Z" in alert.text
    (entry,) = (entry for entry in hub.ledger.entries(BUNDLE) if entry.kind == "drift")
    assert entry.facts["actor"]["arn"] == ALICE


def test_what_a_call_did_not_touch_is_left_to_its_own_event() -> None:
    hub = synced()
    shorten(hub)
    change(hub, lock=None)
    detect_drift(hub.hub, update_event(hub))
    assert [one.kind for one in findings(hub)] == ["rule"]
    event = update_event(hub)
    event["detail"] |= {
        "eventName": "DeleteBackupVaultLockConfiguration",
        "requestParameters": {"backupVaultName": "primary"},
    }
    detect_drift(hub.hub, event)
    assert sorted(one.kind for one in findings(hub)) == ["lock", "rule"]
    assert all(one.actor for one in findings(hub))


def test_a_plan_that_was_never_read_is_asked_for_by_its_id() -> None:
    hub = synced()
    (present,) = hub.members.live[HERE].plans
    place = hub.members.live[HERE].model_copy(update={"plans": (present.model_copy(update={"id": "p-1"}),)})
    hub.members.live[HERE] = place
    shorten(hub)
    hub.documents.texts.pop("plan-versions/acme/111111111111-eu-west-1.json", None)
    detect_drift(hub.hub, update_event(hub))
    assert [one.actor and one.actor.arn for one in findings(hub)] == [ALICE]


def test_a_plan_that_is_gone_is_known_by_what_was_read_of_it() -> None:
    hub = synced()
    sweep(hub)
    event = update_event(hub)
    event["detail"]["eventName"] = "DeleteBackupPlan"
    hub.members.live[HERE] = hub.members.live[HERE].model_copy(update={"plans": ()})
    detect_drift(hub.hub, event)
    assert [(one.kind, one.actor and one.actor.arn) for one in findings(hub)] == [("missing-plan", ALICE)]


def test_an_event_that_is_our_own_or_of_elsewhere_reads_nothing() -> None:
    hub = synced()
    shorten(hub)
    asked = len(hub.members.sessions)
    assert detect_drift(hub.hub, update_event(hub, role="backup-apps-sync")) == []
    assert detect_drift(hub.hub, update_event(hub) | {"region": "eu-west-3"}) == []
    assert len(hub.members.sessions) == asked


def test_a_drift_that_ends_is_closed_and_one_that_comes_back_is_told_again() -> None:
    hub = synced()
    before = hub.members.live[HERE]
    shorten(hub)
    sweep(hub)
    hub.members.live[HERE] = before
    assert sweep(hub)["ended"] == 1
    assert findings(hub)[0].state is FindingState.CLOSED
    hub.clock.now += timedelta(minutes=1)
    shorten(hub)
    assert sweep(hub)["opened"] == 1
    assert len(hub.alerts.published) == 2
    assert kinds(hub).count("drift") == 3


def test_what_strengthens_is_reported_and_nobody_is_woken() -> None:
    hub = synced(self_heal=["shop"])
    with_rule(hub, Lifecycle={"DeleteAfterDays": 70})
    sweep(hub)
    (alert,) = hub.alerts.published
    assert alert.severity == "info"
    assert "write it into the bundle to keep it" in alert.text
    assert hub.healing.started == []


def test_several_things_of_a_target_are_one_alert_what_weakens_first() -> None:
    hub = synced()
    with_rule(hub, Lifecycle={"DeleteAfterDays": 70})
    change(hub, lock=None, selections=())
    assert sweep(hub)["opened"] == 3
    (alert,) = hub.alerts.published
    assert "3 found, 2 weaken protection" in alert.text
    assert [one["direction"] for one in alert.document["findings"]] == ["weakens", "weakens", "strengthens"]


def test_of_two_who_look_at_once_one_tells() -> None:
    hub = synced()
    shorten(hub)
    lost = hub.findings.replace
    hub.findings.replace = lambda before, after: lost(before, after) and False  # type: ignore[method-assign]
    assert sweep(hub)["opened"] == 0
    assert hub.alerts.published == []


def test_an_alert_that_could_not_be_sent_is_sent_by_the_next_look() -> None:
    hub = synced()
    shorten(hub)

    def broken(alert: Any) -> None:
        raise UnavailableError("Publish", "InternalError", "the topic is away")

    publish, hub.alerts.publish = hub.alerts.publish, broken  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        sweep(hub)
    hub.alerts.publish = publish  # type: ignore[method-assign]
    sweep(hub)
    assert hub.alerts.published == []
    hub.clock.now += timedelta(minutes=1)
    sweep(hub)
    sweep(hub)
    assert len(hub.alerts.published) == 1


# ---------------------------------------------------------------- keys


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


# ---------------------------------------------------------------- recovery points

ARN = "arn:aws:backup:eu-west-1:111111111111:recovery-point:1"
MONTH = {"DeleteAfterDays": 35}


def with_points(hub: World, *points: LivePoint) -> None:
    hub.members.points[:] = points
    hub.members.rules["p", "v1"] = {"r": MadeBy("shop-daily", "nightly", MONTH)}
    there = hub.members.live[HERE]
    vaults = tuple(one.model_copy(update={"recovery_points": len(points)}) for one in there.vaults)
    hub.members.live[HERE] = there.model_copy(update={"vaults": vaults})


def point(**members: Any) -> LivePoint:
    known: dict[str, Any] = {
        "arn": ARN,
        "vault": "primary",
        "resource": "arn:of-it",
        "lifecycle": MONTH,
        "key_arn": KEY,
    }
    return LivePoint(**(known | {"plan": "p", "version": "v1", "rule": "r"} | members))


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
        {"lifecycle": {}, "version": "of a plan that is gone"},
        {"arn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "key_arn": "arn:of-the-volumes-key"},
    ],
    ids=["as made", "on demand", "a copy", "nobody knows what made it", "a snapshot has the key of its volume"],
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


def test_points_are_looked_at_as_they_come_and_one_look_has_an_end() -> None:
    asked = []

    def endless() -> Iterator[LivePoint]:
        for number in itertools.count():
            asked.append(number)
            yield point(arn=f"{ARN}{number}", lifecycle={})

    found = point_drift(endless(), lambda plan, version: {"r": MadeBy("shop-daily", "nightly", MONTH)}, DESIRED)
    assert len(found) == MOST == len(asked)


# ---------------------------------------------------------------- beside a sync


def test_nothing_is_looked_at_while_a_sync_writes_or_before_the_first() -> None:
    hub = admitted(DESIRED)
    assert sweep(hub)["opened"] == 0
    run(hub)
    hub.records.hold(BUNDLE, HERE, "sync", hub.clock(), hub.clock() + timedelta(minutes=1))
    with pytest.raises(TargetBusyError):
        sweep(hub)


def test_what_a_later_version_has_begun_to_write_is_no_drift_and_what_it_did_not_ask_for_is() -> None:
    hub = synced()
    later = target(vault(lock=LOCK), plan(rules=[rule(Lifecycle={"DeleteAfterDays": 7}), PLAN.backup_plan["Rules"][1]]))
    admitted(later, version=V2, hub=hub, second=2)
    shorten(hub)
    sweep(hub)
    assert [one.resource for one in findings(hub)] == ["shop-daily/nightly"], "it has not begun: somebody was faster"
    hub.records.set_state(V2, State.SYNCING)
    sweep(hub)
    assert [one.state for one in findings(hub)] == [FindingState.CLOSED]
    with_rule(hub, Lifecycle={"DeleteAfterDays": 3})
    sweep(hub)
    assert [one.state for one in findings(hub)] == [FindingState.OPEN]


def test_a_sync_that_writes_while_a_look_reads_makes_it_look_again() -> None:
    hub = synced()
    read = hub.members.for_planning

    def interrupted(place: Any, session: str) -> Any:
        shorten(hub)
        hub.records.record(hub.records.commits[V1].model_copy(update={"version": "v9", "committed": "2026-02"}))
        hub.records.set_outcomes(
            Version(BUNDLE, "v9"), [TargetOutcome(account=ACCOUNT, region=REGION, state=State.SYNCED)]
        )
        hub.documents.texts["changes/acme/v9/desired/111111111111-eu-west-1.json"] = DESIRED.to_text()
        return read(place, session)

    held = hub.records.standing
    answers = iter([held(BUNDLE, HERE)])
    hub.members.for_planning = interrupted  # type: ignore[method-assign]
    hub.records.standing = lambda *of: next(answers, None) or held(*of)  # type: ignore[method-assign]
    with pytest.raises(TargetBusyError):
        sweep(hub)
    assert findings(hub) == ()


# ---------------------------------------------------------------- healed


def test_what_weakens_is_put_back_where_the_app_heals() -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    assert sweep(hub)["healing"] == 1
    assert hub.healing.started == [(BUNDLE, HERE)]
    assert "it is being put back (selfHeal)" in hub.alerts.published[0].text
    assert [heal(hub)["writes"] for _ in range(3)] == [1, 0, 0]
    assert nightly(hub.members.live[HERE])["Lifecycle"] == {"DeleteAfterDays": 35}
    assert findings(hub)[0].state is FindingState.HEALED
    assert [one for one in kinds(hub) if one in ("heal", "sync-started", "write")][-3:] == [
        "sync-started",
        "write",
        "heal",
    ]
    assert sweep(hub)["opened"] == 0
    assert len(hub.alerts.published) == 1


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


def test_a_lock_in_compliance_mode_is_never_put_back_by_itself() -> None:
    hub = synced(target(vault(lock={**LOCK, "ChangeableForDays": 3}), PLAN), self_heal=["shop"])
    change(hub, lock=LiveLock(min_days=7))
    sweep(hub)
    assert findings(hub)[0].direction == "weakens"
    assert heal(hub)["writes"] == 0
    assert findings(hub)[0].state is FindingState.OPEN


def test_three_heals_in_an_hour_stop_and_page() -> None:
    hub = synced(self_heal=["shop"])
    for _ in range(3):
        shorten(hub)
        sweep(hub)
        assert heal(hub)["healed"] == 1
        hub.clock.now += timedelta(minutes=5)
    shorten(hub)
    sweep(hub)
    assert heal(hub)["healed"] == 0
    assert heal(hub)["healed"] == 0
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


# ---------------------------------------------------------------- read


def test_a_sweep_goes_through_every_target_of_every_bundle() -> None:
    hub = synced()
    other = hub.records.commits[V1].model_copy(update={"bundle": "another"})
    hub.records.record(other, [TargetOutcome(account=ACCOUNT, region=REGION)])
    place = {"account": ACCOUNT, "region": REGION}
    assert sweep_targets(hub.hub) == [
        {"bundle": BUNDLE, **place, "unmanaged": True},
        {"bundle": "another", **place, "unmanaged": False},
    ]


def test_of_what_no_bundle_manages_one_bundle_tells() -> None:
    hub = synced()
    there = hub.members.live[HERE]
    by_hand: LivePlan = live_plan(plan("by-hand"), tags={})
    hub.members.live[HERE] = there.model_copy(update={"plans": (*there.plans, by_hand)})
    assert sweep_target(hub.hub, BUNDLE, HERE, unmanaged=False)["opened"] == 0
    assert sweep_target(hub.hub, BUNDLE, HERE, unmanaged=True)["opened"] == 1
    assert sweep_target(hub.hub, BUNDLE, HERE, unmanaged=False)["ended"] == 1


def test_findings_are_read_open_ones_alone_what_weakens_first() -> None:
    hub = synced()
    there = hub.members.live[HERE]
    other: LivePlan = live_plan(plan("by-hand", selections=[selection()]), tags={})
    shorten(hub)
    changed = hub.members.live[HERE]
    hub.members.live[HERE] = changed.model_copy(update={"plans": (*changed.plans, other)})
    sweep_now(hub.records, lambda one: sweep_target(hub.hub, *one), None)
    found = read_findings(hub.records, hub.findings, BUNDLE)
    assert [one.kind for one in found] == ["rule", "unmanaged-plan"]
    assert read_findings(hub.records, hub.findings, None) == found
    assert json.dumps([one.to_json() for one in found])
    hub.members.live[HERE] = there
    sweep(hub)
    assert read_findings(hub.records, hub.findings, None) == ()


def test_a_hub_without_bundles_has_no_targets() -> None:
    assert sweep_targets(world(HERE).hub) == []
