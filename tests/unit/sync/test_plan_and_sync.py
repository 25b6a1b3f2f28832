"""From an admitted commit to its outcome, target by target."""

import json

import pytest

from backup_apps.domain.commits import State, Version
from backup_apps.domain.errors import (
    ConflictError,
    MovedError,
    TooManyPrunesError,
    UnknownCommitError,
    UnreachableError,
)
from backup_apps.domain.handling import Adopted, Handling
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.state_documents import sync_targets_key
from backup_apps.usecases.diff_target import diff_target
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.read_status import read_status
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from sync.memory import world
from sync.steps import GOOD, HERE, THERE, V1, V2, admitted, items, planned, promise, run, sync, there
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


def test_the_status_of_nothing() -> None:
    with pytest.raises(UnknownCommitError, match="backup-apps push"):
        read_status(world().records)


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
