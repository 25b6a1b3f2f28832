"""From an admitted commit to its outcome, target by target."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import (
    BackupAppsError,
    ConflictError,
    MovedError,
    TargetBusyError,
    TooManyPrunesError,
    UnknownCommitError,
    UnreachableError,
)
from backup_apps.domain.handling import Adopted, Handling, Overlap, OverlappingSelection, Sought
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import sync_targets_key, targets_key
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.diff_target import diff_target
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.read_status import read_status
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.memory import Resolved, World, world
from sync.targets import (
    ACCOUNT,
    BUNDLE,
    KEY,
    REGION,
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

V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HERE, THERE = Target(ACCOUNT, REGION), Target("222222222222", REGION)
GOOD = target(vault(), plan())


NO_PROMISE = Governance().to_json()


def admitted(
    *targets: DesiredTarget,
    version: Version = V1,
    hub: World | None = None,
    second: int = 1,
    governance: Mapping[str, Any] = NO_PROMISE,
) -> World:
    targets = targets or (GOOD,)
    hub = hub or world(*(one.target for one in targets))
    resolved = Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=targets), governance=governance)
    hub.upload(version, resolved, second)
    admit_bundle(hub.hub, version.key, None)
    return hub


def there(desired: DesiredTarget) -> DesiredTarget:
    return desired.model_copy(update={"account": THERE.account})


def sync(hub: World, version: Version = V1, target: Target = HERE, holder: str = "run") -> dict[str, Any]:
    until = hub.clock() + timedelta(minutes=10)
    return sync_target(hub.hub, version, target, hub.planned(version, target), holder, until)


def run(hub: World, version: Version = V1) -> dict[str, Any]:
    """The state machine: every target planned, those that could be are synced, and how it ended is recorded."""
    assert hub.executions.started[version]["targets"] == len(items(hub, targets_key(version)))
    for one in items(hub, targets_key(version)):
        _step(hub, version, one, plan_target)
    record_plan(hub.hub, version)
    for one in items(hub, sync_targets_key(version)):
        digest = hub.planned(version, one)
        _step(hub, version, one, sync_target, digest, "run", hub.clock() + timedelta(minutes=10))
    return record_outcome(hub.hub, version)


def items(hub: World, key: str) -> list[Target]:
    """What the state machine reads."""
    return [Target(one["account"], one["region"]) for one in json.loads(hub.documents.texts[key])]


def _step(hub: World, version: Version, target: Target, function: Any, *more: Any) -> None:
    try:
        function(hub.hub, version, target, *more)
    except BackupAppsError as error:
        record_failure(hub.hub, version, target, f"{type(error).__name__}: {error}")


def test_the_whole_way() -> None:
    hub = admitted(GOOD, there(GOOD))
    assert run(hub) == {
        "bundle": BUNDLE,
        "version": "v1",
        "state": "synced",
        "targets": [
            {"account": ACCOUNT, "region": REGION, "state": "synced"},
            {"account": THERE.account, "region": REGION, "state": "synced"},
        ],
    }
    assert len(hub.members.writes) == 6
    assert hub.alerts.published == []
    assert read_status(hub.records) == read_status(hub.records, BUNDLE) == read_status(hub.records, BUNDLE, "v1")
    assert {role for role, *_ in hub.members.sessions} == {"plan", "sync"}
    assert {session for *_, session in hub.members.sessions} == {"acme-v1"}


def test_an_unchanged_commit_writes_nothing() -> None:
    hub = admitted()
    run(hub)
    hub.members.writes.clear()
    admitted(version=V2, hub=hub, second=2)
    assert run(hub, V2)["state"] == "synced"
    assert hub.members.writes == []


def test_the_change_set_is_written_for_machines_and_for_people() -> None:
    hub = admitted(GOOD, there(GOOD))
    del hub.members.live[THERE]
    run(hub)
    document = json.loads(hub.documents.texts["changes/acme/v1/change-set.json"])
    assert [
        (one["account"], len(one.get("changes", ())), one.get("error", "")[:16]) for one in document["targets"]
    ] == [
        (ACCOUNT, 3, ""),
        (THERE.account, 0, "UnreachableError"),
    ]
    text = hub.documents.texts["changes/acme/v1/change-set.txt"]
    assert text.startswith("222222222222/eu-west-1  can't be planned: UnreachableError")
    assert "+ plan shop-daily" in text


SHORT = target(vault(), plan(rules=[rule(Lifecycle={"DeleteAfterDays": 7})]))


def change_set_of(hub: World, version: Version) -> dict[str, Any]:
    return dict(json.loads(hub.documents.texts[f"changes/acme/{version.version}/change-set.json"]))


def planned(hub: World, version: Version, *targets: Target) -> dict[str, Any]:
    for one in targets or (HERE,):
        plan_target(hub.hub, version, one)
    return record_plan(hub.hub, version)


def test_a_change_set_says_what_it_does_to_protection() -> None:
    hub = admitted()
    run(hub)
    assert change_set_of(hub, V1)["class"] == "strengthens"
    admitted(SHORT, version=V2, hub=hub, second=2)
    recorded = planned(hub, V2)
    document = change_set_of(hub, V2)
    assert recorded["class"] == document["class"] == "weakens"
    assert recorded["digest"] == document["digest"]
    assert list(document) == ["bundle", "version", "class", "digest", "policy", "targets"]
    (found,) = document["targets"]
    assert list(found) == ["account", "region", "changes", "class", "assessments"]
    assert (found["class"], [one["class"] for one in found["assessments"]]) == ("weakens", ["weakens"])
    assert found["assessments"][0]["reasons"][0]["number"] == "C110"
    text = hub.documents.texts["changes/acme/v2/change-set.txt"]
    assert "weakens: rule nightly keeps recovery points 7 days, not 35 days (C110)" in text


def test_a_version_is_held_against_the_last_that_reached_a_target_and_not_the_last() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(governance=heals)
    assert planned(hub, V1)["class"] == "strengthens"
    run(hub)
    for second, version in [(2, V2), (3, Version(BUNDLE, "v3"))]:
        admitted(version=version, hub=hub, second=second, governance=not_any_more)
        assert planned(hub, version)["class"] == "weakens"
        assert [one["path"] for one in change_set_of(hub, version)["policy"]] == ["selfHeal"]
    record_outcome(hub.hub, V2)
    assert planned(hub, Version(BUNDLE, "v3"))["class"] == "neutral"


def promise(heals: bool) -> LeafGovernance:
    return LeafGovernance("shop", (HERE,), {}, {}, {}, heals)


def test_a_first_version_changes_no_promise() -> None:
    assert planned(admitted(governance=Governance((promise(True),)).to_json()), V1)["policy"] == 0


def test_a_promise_that_only_strengthens_is_a_change_too() -> None:
    """Where the deployment lets nothing go ahead by itself, it waits for people."""
    not_yet, heals = (Governance((promise(heals),)).to_json() for heals in (False, True))
    hub = admitted(governance=not_yet)
    run(hub)
    admitted(version=V2, hub=hub, second=2, governance=heals)
    recorded = planned(hub, V2)
    assert (recorded["class"], recorded["to_sync"], recorded["policy"]) == ("strengthens", 0, 1)


def test_a_version_that_failed_halfway_promised_what_the_next_one_takes_back() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(GOOD, there(GOOD), governance=heals)
    del hub.members.live[THERE]
    assert run(hub)["state"] == "partly-failed"
    admitted(GOOD, there(GOOD), version=V2, hub=hub, second=2, governance=not_any_more)
    assert planned(hub, V2)["class"] == "weakens"


def test_a_version_that_is_planned_again_is_not_held_against_itself() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(GOOD, there(GOOD), governance=heals)
    run(hub)
    admitted(SHORT, there(SHORT), version=V2, hub=hub, second=2, governance=not_any_more)
    for _ in range(2):
        planned(hub, V2, HERE, THERE)
        assert [one["path"] for one in change_set_of(hub, V2)["policy"]] == ["selfHeal"]
        sync(hub, V2, HERE)


def test_what_was_promised_and_not_recorded_weakens() -> None:
    hub = admitted()
    run(hub)
    del hub.documents.texts["changes/acme/v1/governance.json"]
    admitted(version=V2, hub=hub, second=2)
    assert planned(hub, V2)["class"] == "weakens"
    assert "what version v1 promised is not recorded" in hub.documents.texts["changes/acme/v2/change-set.txt"]


def test_the_digest_is_that_of_the_calls_and_no_count_enters_it() -> None:
    hub = admitted(GOOD, there(GOOD))
    first = planned(hub, V1, HERE, THERE)["digest"]
    assert len(first) == 64
    assert planned(hub, V1, THERE, HERE)["digest"] == first
    hub.members.live[HERE] = live(live_vault("old", recovery_points=4))
    second = planned(hub, V1, HERE, THERE)
    assert second["digest"] == first, "a vault that is kept is no call"
    assert planned(admitted(GOOD), V1, HERE)["digest"] != first
    hub.members.live[HERE] = live(live_plan())
    assert planned(hub, V1, HERE, THERE)["digest"] != first


def test_recovery_points_that_come_between_plan_and_sync_do_not_stop_the_sync() -> None:
    hub = admitted()
    run(hub)
    admitted(SHORT, version=V2, hub=hub, second=2)
    planned(hub, V2)
    (kept,) = hub.members.live[HERE].vaults
    fuller = kept.model_copy(update={"recovery_points": 9})
    hub.members.live[HERE] = hub.members.live[HERE].model_copy(update={"vaults": (fuller,)})
    assert sync(hub, V2)["writes"] == 1


def test_a_diff_says_what_a_plan_would() -> None:
    hub = admitted()
    run(hub)
    shown = diff_target(hub.hub, BUNDLE, SHORT)
    admitted(SHORT, version=V2, hub=hub, second=2)
    plan_target(hub.hub, V2, HERE)
    assert shown == json.loads(hub.documents.texts["changes/acme/v2/targets/111111111111-eu-west-1.json"])
    assert shown["class"] == "weakens"


def test_one_target_that_fails_leaves_the_others_synced_and_is_named() -> None:
    hub = admitted(GOOD, there(GOOD))
    del hub.members.live[THERE]
    status = run(hub)
    assert status["state"] == "partly-failed"
    assert [one["state"] for one in status["targets"]] == ["synced", "failed"]
    (alert,) = hub.alerts.published
    assert alert.subject == "acme v1: sync failed in 1 of 2 targets"
    assert "222222222222/eu-west-1: UnreachableError: AssumeRole" in alert.text
    assert "Next: backup-apps status acme --version v1" in alert.text


def test_an_outcome_that_comes_twice_is_told_once() -> None:
    hub = admitted()
    record_failure(hub.hub, V1, HERE, "AwsError: broken")
    assert record_outcome(hub.hub, V1) == record_outcome(hub.hub, V1)
    assert len(hub.alerts.published) == 1
    assert hub.records.find(V1).state is State.FAILED


def test_a_state_machine_that_broke_off_fails_every_target_that_did_not_end() -> None:
    hub = admitted(GOOD, there(GOOD))
    status = record_outcome(hub.hub, V1, "States.Timeout: 7200 s")
    assert (status["state"], status["error"]) == ("failed", "States.Timeout: 7200 s")
    assert [one["error"] for one in status["targets"]] == ["States.Timeout: 7200 s"] * 2
    assert "Cause: States.Timeout: 7200 s" in hub.alerts.published[0].text


def test_a_target_that_was_planned_and_did_not_end_has_failed() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    record_plan(hub.hub, V1)
    assert record_outcome(hub.hub, V1)["targets"][0] == {
        "account": ACCOUNT,
        "region": REGION,
        "state": "failed",
        "error": "its sync never ended",
    }


def test_the_outcome_of_what_was_never_admitted() -> None:
    with pytest.raises(UnknownCommitError):
        record_outcome(world().hub, V1)


def test_a_plan_counts_changes_and_writes_nothing_into_the_target() -> None:
    hub = admitted()
    assert plan_target(hub.hub, V1, HERE) == {"account": ACCOUNT, "region": REGION, "changes": 3}
    assert hub.members.writes == []


def test_an_alias_is_resolved_before_it_is_compared() -> None:
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/acme-backup"
    hub = admitted(target(vault(key_arn=alias)))
    hub.members.keys[alias] = KEY
    run(hub)
    assert hub.members.live[HERE].vaults[0].key_arn == KEY
    assert diff_target(hub.hub, BUNDLE, target(vault(key_arn=alias)))["changes"] == []


def test_a_conflict_is_the_targets_error_before_any_write() -> None:
    hub = admitted()
    hub.members.live[HERE] = live(live_plan(tags={}))
    with pytest.raises(ConflictError, match="plan shop-daily exists and has no tag"):
        plan_target(hub.hub, V1, HERE)
    assert run(hub)["state"] == "failed"
    assert hub.members.writes == []


def test_what_plans_hold_is_remembered_and_forgotten_with_them() -> None:
    key = "plan-versions/acme/111111111111-eu-west-1.json"
    hub = admitted()
    run(hub)
    assert key not in hub.documents.texts
    for second, version, wanted, remembered in [
        (2, V2, GOOD, ["shop-daily/v1"]),
        (3, Version(BUNDLE, "v3"), target(), ["shop-daily/v1"]),
        (4, Version(BUNDLE, "v4"), target(), []),
    ]:
        admitted(wanted, version=version, hub=hub, second=second)
        run(hub, version)
        assert list(json.loads(hub.documents.texts[key])) == remembered


def test_a_sync_that_comes_twice_writes_once() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    assert sync(hub)["writes"] == 3
    assert sync(hub) == {"account": ACCOUNT, "region": REGION, "state": "synced", "writes": 0}


def test_a_sync_that_broke_off_is_carried_on() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    hub.members.fails_after = 1
    with pytest.raises(UnreachableError):
        sync(hub)
    hub.members.fails_after = None
    assert sync(hub, holder="second run")["writes"] == 2
    assert diff_target(hub.hub, BUNDLE, GOOD)["changes"] == []


def test_live_state_that_moved_since_the_plan_stops_the_sync() -> None:
    hub = admitted()
    hub.members.live[HERE] = live(live_plan(plan(rules=[rule(Lifecycle={"DeleteAfterDays": 7})])))
    plan_target(hub.hub, V1, HERE)
    hub.members.live[HERE] = live(live_plan(plan(rules=[rule(Lifecycle={"DeleteAfterDays": 9})])))
    with pytest.raises(MovedError, match="plan shop-daily"):
        sync(hub)
    assert hub.members.writes == []


def test_a_conflict_that_appeared_since_the_plan_stops_the_sync() -> None:
    hub = admitted()
    plan_target(hub.hub, V1, HERE)
    hub.members.live[HERE] = live(live_plan(tags={}))
    with pytest.raises(ConflictError):
        sync(hub)
    assert hub.members.writes == []


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


def test_a_diff_shows_conflicts_and_writes_nothing() -> None:
    hub = world(HERE)
    hub.members.live[HERE] = live(live_plan(tags={}))
    shown = diff_target(hub.hub, BUNDLE, GOOD)
    assert len(shown["conflicts"]) == 1
    assert [change["kind"] for change in shown["changes"]] == ["vault"]
    assert hub.documents.texts == {}


def test_the_status_of_nothing() -> None:
    with pytest.raises(UnknownCommitError, match="backup-apps push"):
        read_status(world().records)


SOUGHT = Sought(pattern="*", conditions=(("equals", "backup", "daily"),))


def overlapping(*sought: Sought) -> DesiredTarget:
    """The good target, where leaves overlap in what is sought."""
    selections = [OverlappingSelection(app=app, plan="daily", selection="tagged") for app in ("api", "shop")]
    overlaps = [
        Overlap(first=selections[0], second=selections[1], schedule="cron(0 3 * * ? *) Etc/UTC", sought=one)
        for one in sought
    ]
    return GOOD.model_copy(update={"handling": Handling(overlaps=tuple(overlaps))})


def test_what_is_backed_up_twice_is_told_with_its_resources() -> None:
    hub = admitted(overlapping(SOUGHT))
    hub.members.resources = {"arn:aws:s3:::web": {"backup": "daily"}, "arn:aws:s3:::api": {"backup": "weekly"}}
    plan_target(hub.hub, V1, HERE)
    record_plan(hub.hub, V1)
    (told,) = json.loads(hub.documents.texts["changes/acme/v1/change-set.json"])["targets"]
    assert [one["resources"] for one in told["overlaps"]] == [["arn:aws:s3:::web"]]
    text = hub.documents.texts["changes/acme/v1/change-set.txt"]
    assert (
        "111111111111/eu-west-1  backed up twice\n"
        "  ? 'tagged' of plan 'daily' in app 'api' and 'tagged' of plan 'daily' in app 'shop': "
        "what has the tag backup=daily, cron(0 3 * * ? *) Etc/UTC\n"
        "      arn:aws:s3:::web\n"
    ) in text
    assert sync(hub)["state"] == "synced", "it is told, and not refused"
    assert len(hub.members.looked_up) == 1, "a sync does not look again"


def test_what_is_named_is_not_looked_up_nor_anything_twice() -> None:
    named = Sought(pattern="arn:aws:s3:::web")
    many = [SOUGHT, SOUGHT, named, *(Sought(pattern=f"arn:aws:s3:::web-{number}*") for number in range(20))]
    hub = world(HERE)
    overlaps = diff_target(hub.hub, BUNDLE, overlapping(*many))["overlaps"]
    assert overlaps[2]["resources"] == ["arn:aws:s3:::web"]
    assert len(overlaps) == len(many)
    assert len(hub.members.looked_up) == 9, "of ten different ones one was named"


def test_a_target_without_overlaps_asks_nothing_and_says_nothing() -> None:
    hub = world(HERE)
    assert "overlaps" not in diff_target(hub.hub, BUNDLE, GOOD)
    assert hub.members.looked_up == []


def test_what_is_adopted_is_synced_and_remembered_with_its_selections() -> None:
    adopting = GOOD.model_copy(update={"handling": Handling(adopt=Adopted(vaults=("primary",), plans=("shop-daily",)))})
    theirs = live_plan(selections=(live_selection(selection("By-Hand")),), tags={})
    hub = admitted(adopting)
    hub.members.live[HERE] = live(theirs, live_vault(tags={}))
    assert run(hub)["state"] == "synced"
    assert [change.title for _, change in hub.members.writes] == [
        "plan tag shop-daily/backup-apps:bundle",
        "vault tag primary/backup-apps:bundle",
        "plan tag shop-daily/backup-apps:app",
    ]
    remembered = json.loads(hub.documents.texts["plan-versions/acme/111111111111-eu-west-1.json"])
    assert list(remembered) == ["id-of-shop-daily/selection/id-of-By-Hand", "id-of-shop-daily/v1"]


def test_a_plan_that_nobody_reported_has_failed_and_is_not_synced() -> None:
    hub = admitted(GOOD, there(GOOD))
    plan_target(hub.hub, V1, HERE)
    assert record_plan(hub.hub, V1)["to_sync"] == 1
    assert items(hub, sync_targets_key(V1)) == [HERE]
    assert hub.records.outcome(V1, THERE).error == "its plan never ended"


def test_a_target_without_changes_is_synced_without_a_step_of_its_own() -> None:
    hub = admitted()
    run(hub)
    admitted(version=V2, hub=hub, second=2)
    plan_target(hub.hub, V2, HERE)
    for _ in range(2):
        assert record_plan(hub.hub, V2)["to_sync"] == 0
    assert record_outcome(hub.hub, V2)["state"] == "synced"
    assert hub.records.outcome(V2, HERE).writes == 0


def test_what_nobody_let_pass_yet_is_not_in_force_where_nothing_is_to_write() -> None:
    heals, not_any_more = (Governance((promise(heals),)).to_json() for heals in (True, False))
    hub = admitted(governance=heals)
    run(hub)
    admitted(version=V2, hub=hub, second=2, governance=not_any_more)
    assert planned(hub, V2)["to_sync"] == 0
    assert hub.records.standing(BUNDLE, HERE).synced.id == V1
    assert record_outcome(hub.hub, V2, "States.Timeout: broke off")["state"] == "failed"
    assert hub.records.standing(BUNDLE, HERE).synced.id == V1


def test_what_was_synced_stays_so_when_it_is_planned_again() -> None:
    hub = admitted(GOOD, there(GOOD))
    planned(hub, V1, HERE, THERE)
    sync(hub)
    record_failure(hub.hub, V1, THERE, "MovedError: moved")
    assert planned(hub, V1, HERE, THERE)["to_sync"] == 1
    assert items(hub, sync_targets_key(V1)) == [THERE]
    kept = hub.records.outcome(V1, HERE)
    assert (kept.state, kept.writes) == (State.SYNCED, 3)
    hub.members.live[HERE] = live()
    assert planned(hub, V1, HERE, THERE)["to_sync"] == 2
    assert hub.records.outcome(V1, HERE).state is State.PLANNED


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


def test_more_than_the_hub_may_delete_at_once_is_deleted_by_nobody() -> None:
    many = target(vault(), *(plan(f"shop-{number}") for number in range(26)))
    hub = admitted(many)
    run(hub)
    hub.members.writes.clear()
    admitted(target(vault()), version=V2, hub=hub, second=2)
    with pytest.raises(TooManyPrunesError, match=r"26 things would be deleted \(plan shop-0, .* and 21 more\)"):
        plan_target(hub.hub, V2, HERE)
    status = run(hub, V2)
    assert status["state"] == "failed"
    assert "deploy the hub with MaxPrunes=26" in status["targets"][0]["error"]
    assert "memory://changes/acme/v2/targets/111111111111-eu-west-1.json" in status["targets"][0]["error"]
    assert hub.members.writes == []
    generous = hub._replace(max_prunes=26)
    admitted(target(vault()), version=Version(BUNDLE, "v3"), hub=generous, second=3)
    assert run(generous, Version(BUNDLE, "v3"))["state"] == "synced"
