"""What somebody did to a target, and what is found of it: one case a row."""

from typing import Any

import pytest

from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Kind
from backup_apps.domain.live import LiveLock
from drift.configurations import CASES, COPY, DESIRED, PLAN, Case, as_synced
from sync.targets import (
    BUNDLE,
    KEY,
    live,
    live_plan,
    live_selection,
    live_vault,
    plan,
    rule,
    selection,
    target,
    vault,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_somebody_did_is_found_with_its_direction_and_its_place_in_the_policy(case: Case) -> None:
    (drift,) = configuration_drift(case.desired, case.live, BUNDLE)
    assert (drift.kind, drift.resource, drift.direction) == (case.kind, case.resource, case.direction)
    assert (drift.path, drift.app) == (case.path, case.app)
    assert all(drift.reasons)
    assert drift.reasons


def test_nothing_is_found_where_live_is_as_synced() -> None:
    assert configuration_drift(DESIRED, as_synced(), BUNDLE) == ()


@pytest.mark.parametrize(
    "plan_",
    [
        live_plan(plan("of-the-organization"), id="orgs/1234", tags={}),
        live_plan(plan("aws/efs/73d922fb"), tags={}),
        live_plan(plan("another-bundles"), tags={"backup-apps:bundle": "other"}),
    ],
    ids=lambda one: one.name,
)
def test_a_plan_that_somebody_manages_is_no_drift(plan_: Any) -> None:
    there = as_synced()
    assert configuration_drift(DESIRED, there.model_copy(update={"plans": (*there.plans, plan_)}), BUNDLE) == ()


def test_each_part_of_a_plan_is_a_finding_of_its_own_and_says_only_what_differs() -> None:
    shorter = rule(CopyActions=[COPY], Lifecycle={"DeleteAfterDays": 7}, StartWindowMinutes=90)
    first, second = configuration_drift(DESIRED, as_synced(rules=[shorter]), BUNDLE)
    assert (first.resource, first.live) == ("shop-daily/hourly", None)
    assert second.desired == {"Lifecycle": {"DeleteAfterDays": 35}, "StartWindowMinutes": 60}
    assert second.live == {"Lifecycle": {"DeleteAfterDays": 7}, "StartWindowMinutes": 90}
    assert second.path == f"{PLAN}.rules.nightly"


def test_what_leaves_share_is_nobodys_alone() -> None:
    shared = target(vault(lock={"MinRetentionDays": 7}), plan(), plan("web-daily").model_copy(update={"app": "web"}))
    there = live(live_vault(), live_plan(), live_plan(shared.plans[1]))
    (drift,) = configuration_drift(shared, there, BUNDLE)
    assert (drift.kind, drift.app, drift.apps) == (Kind.LOCK, None, ("shop", "web"))


def test_a_lock_that_needs_two_steps_back_is_one_finding() -> None:
    desired = target(vault(lock={"MinRetentionDays": 7, "MaxRetentionDays": 100}), plan())
    there = live(live_vault(lock=LiveLock(min_days=30, max_days=300)), live_plan())
    (drift,) = configuration_drift(desired, there, BUNDLE)
    assert len(drift.writes) == 2
    assert drift.desired == {"MinRetentionDays": 7, "MaxRetentionDays": 100}


@pytest.mark.parametrize(
    ("by_hand", "direction"),
    [
        (selection() | {"NotResources": ["arn:aws:s3:::kept-out"]}, "weakens"),
        (selection() | {"ListOfTags": [], "Resources": ["*"]}, "strengthens"),
    ],
    ids=["narrower", "wider"],
)
def test_a_selection_that_was_replaced_under_its_own_name_is_one_drift(by_hand: Any, direction: str) -> None:
    there = as_synced(of_plan={"selections": (live_selection(by_hand),)})
    (drift,) = configuration_drift(DESIRED, there, BUNDLE)
    assert (drift.kind, drift.resource) == ("selection", "shop-daily/tagged-1a2b3c4d")
    assert (drift.desired, drift.live) == (selection(), live_selection(by_hand).content)
    assert drift.direction == direction
    assert [one.action for one in drift.writes] == ["prune", "create"]
    assert drift.path == f"{PLAN}.selections.tagged"


def test_all_that_is_in_conflict_about_one_vault_is_one_drift() -> None:
    fixed = LiveLock(min_days=99, lock_date="2025-01-01T00:00:00+00:00", fixed=True)
    there = as_synced(of_vault={"key_arn": KEY.replace("1234", "9999"), "lock": fixed})
    (drift,) = configuration_drift(DESIRED, there, BUNDLE)
    assert (drift.kind, drift.resource, len(drift.reasons)) == ("vault", "primary", 2)
