"""What a sweep goes through, and how findings are read."""

import json

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.live import LivePlan
from backup_apps.usecases.read_findings import read_findings, sweep_now
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.usecases.sweep_targets import sweep_targets
from drift.site import shorten, sweep, synced
from sync.memory import world
from sync.steps import HERE, V1
from sync.targets import ACCOUNT, BUNDLE, REGION, live_plan, plan, selection


def test_a_sweep_goes_through_every_target_of_every_bundle() -> None:
    hub = synced()
    other = hub.records.commits[V1].model_copy(update={"bundle": "another"})
    hub.records.record(other, [TargetOutcome(account=ACCOUNT, region=REGION, state=State.SYNCED)])
    place = {"account": ACCOUNT, "region": REGION}
    assert sweep_targets(hub.hub) == [
        {"bundle": BUNDLE, **place, "unmanaged": True, "tells": False},
        {"bundle": "another", **place, "unmanaged": False, "tells": False},
    ]


def test_a_bundle_that_was_not_synced_there_tells_of_nothing() -> None:
    hub = synced()
    early = hub.records.commits[V1].model_copy(update={"bundle": "aaa"})
    hub.records.record(early, [TargetOutcome(account=ACCOUNT, region=REGION)])
    tells = {one["bundle"]: one["unmanaged"] for one in sweep_targets(hub.hub)}
    assert tells == {"aaa": False, BUNDLE: True}


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


def test_what_was_not_looked_at_to_its_end_is_said() -> None:
    hub = synced()
    assert sweep_now(hub.records, lambda one: sweep_target(hub.hub, *one), None) == ()
    assert sweep_now(hub.records, lambda _: {"error": "too many"}, None) == (f"{BUNDLE} in {HERE}: too many",)
    assert sweep_now(hub.records, lambda _: {"error": "too many"}, "another") == ()


def test_a_hub_without_bundles_has_no_targets() -> None:
    assert sweep_targets(world(HERE).hub) == []
