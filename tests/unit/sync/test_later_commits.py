"""Commits that meet in a target: the later one counts, and what it no longer names is emptied and forgotten."""

from datetime import timedelta

import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.errors import TargetBusyError, UnreachableError
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from sync.memory import Resolved, world
from sync.steps import GOOD, HERE, THERE, V1, V2, admitted, run, sync, there
from sync.targets import ACCOUNT, BUNDLE, REGION


def test_a_later_commit_supersedes_and_nothing_is_written() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    admitted(version=V2, hub=hub, second=2)
    superseded = sync(hub)
    assert superseded == {"account": ACCOUNT, "region": REGION, "state": "superseded", "writes": 0}
    assert hub.members.writes == []
    assert record_outcome(hub.hub, V1)["state"] == "superseded"
    assert hub.alerts.published == []


def test_two_syncs_of_a_bundle_never_have_a_target_at_once() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    hub.records.hold(BUNDLE, HERE, "earlier run", hub.clock(), hub.clock() + timedelta(minutes=10))
    with pytest.raises(TargetBusyError):
        sync(hub)
    with pytest.raises(TargetBusyError):
        plan_target(hub.hub, V1, HERE)
    hub.clock.now += timedelta(minutes=11)  # the earlier run was killed
    assert sync(hub)["state"] == "synced"
    assert hub.records.holds == {}


def test_a_target_is_given_back_when_its_sync_fails() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    hub.members.live.clear()
    with pytest.raises(UnreachableError):
        sync(hub)
    assert hub.records.holds == {}


def test_a_retired_target_is_emptied_then_forgotten() -> None:
    hub = admitted(GOOD, there(GOOD))
    run(hub)
    admitted(GOOD, version=V2, hub=hub, second=2)
    assert run(hub, V2)["state"] == "synced"
    assert hub.members.live[THERE].plans == ()
    assert hub.records.known_targets(BUNDLE) == {HERE}


def test_a_retired_target_that_fails_is_not_forgotten() -> None:
    hub = admitted(GOOD, there(GOOD))
    run(hub)
    del hub.members.live[THERE]
    admitted(GOOD, version=V2, hub=hub, second=2)
    assert run(hub, V2)["state"] == "partly-failed"
    assert hub.records.known_targets(BUNDLE) == {HERE, THERE}


def test_a_target_that_a_later_commit_wants_again_is_not_forgotten() -> None:
    """The commit that empties it may end when the later one is admitted already."""
    hub = admitted(GOOD, there(GOOD))
    run(hub)
    admitted(GOOD, version=V2, hub=hub, second=2)
    plan_target(hub.hub, V2, THERE)
    records, admit = hub.records, hub.records.forget_target

    def admitted_meanwhile(bundle: str, target: Target) -> None:
        admitted(GOOD, there(GOOD), version=Version(BUNDLE, "v3"), hub=hub, second=3)
        admit(bundle, target)

    records.forget_target = admitted_meanwhile  # type: ignore[method-assign]
    sync(hub, V2, THERE)
    records.forget_target = admit  # type: ignore[method-assign]
    assert hub.records.known_targets(BUNDLE) == {HERE}
    run(hub, Version(BUNDLE, "v3"))
    assert hub.records.known_targets(BUNDLE) == {HERE, THERE}


def test_a_target_that_an_earlier_commit_went_into_meanwhile_is_emptied() -> None:
    """The earlier one is admitted and starts while the later one is being admitted, and knows nothing of it yet."""
    hub = world(HERE, THERE)
    known = hub.records.known_targets
    hub.upload(V2, Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(GOOD,))), 2)

    def overtaken(bundle: str) -> frozenset[Target]:
        seen = known(bundle)
        hub.records.known_targets = known  # type: ignore[method-assign]
        admitted(there(GOOD), hub=hub)
        run(hub)
        return seen

    hub.records.known_targets = overtaken  # type: ignore[method-assign]
    admit_bundle(hub.hub, V2.key, None)
    assert hub.members.live[THERE].plans
    assert run(hub, V2)["state"] == "synced"
    assert hub.members.live[THERE].plans == ()
