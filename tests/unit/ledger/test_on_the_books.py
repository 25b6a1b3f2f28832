"""Everything that happens to a commit is an entry, once, and nothing happens off the books."""

import json
from typing import Any

import pytest

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.errors import BackupAppsError, UnavailableError
from backup_apps.domain.ledger.entries import HUB_CHAIN, Kind
from backup_apps.domain.ledger.happenings import target_ended
from backup_apps.domain.ledger.history import in_force, sentence
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from sync.memory import World, world
from sync.targets import ACCOUNT, BUNDLE

from .steps import HERE, V1, V2, WRONG, admit, entries, kinds, run, sync, uploaded


def test_the_whole_way_of_a_commit() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    run(hub)
    assert kinds(hub) == ["commit", "plan", "sync-started", "write", "write", "write", "sync", "outcome"]
    commit, planned, started, *writes, ended, outcome = entries(hub)
    assert {entry.version for entry in entries(hub)} == {"v1"}
    assert (commit.facts["object_version"], commit.facts["targets"]) == ("object-1", 1)
    assert len(commit.facts["sha256"]) == len(planned.facts["sha256"]) == 64
    assert (planned.facts["changes"], planned.facts["targets"], planned.facts["failed"]) == (3, 1, [])
    change_set = json.loads(hub.documents.texts["changes/acme/v1/change-set.json"])
    assert (planned.facts["class"], planned.facts["digest"]) == (change_set["class"], change_set["digest"])
    titles = ["create vault primary", "create plan shop-daily", "create selection shop-daily/tagged-1a2b3c4d"]
    assert started.facts["changes"] == titles
    assert [one.facts["change"] for one in writes] == titles
    assert [one.facts["request"] for one in writes] == ["request-1", "request-2", "request-3"]
    assert (ended.facts["account"], ended.facts["state"], ended.facts["writes"]) == (ACCOUNT, "synced", 3)
    assert (outcome.facts["state"], outcome.facts["targets"]) == ("synced", {"synced": 1})


def test_a_commit_that_changes_nothing_is_recorded_without_a_run() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    run(hub)
    before = len(entries(hub))
    uploaded(hub, V2, 2)
    admit(hub, V2)
    run(hub, V2)
    assert kinds(hub)[before:] == ["commit", "plan", "sync", "outcome"]


def test_everything_twice_is_recorded_once() -> None:
    hub = uploaded(world(HERE))
    for _ in range(2):
        admit(hub)
    plan_target(hub.hub, V1, HERE)
    for _ in range(2):
        record_plan(hub.hub, V1)
    for number in range(2):
        sync(hub, holder=f"run-{number}")
    for _ in range(2):
        record_outcome(hub.hub, V1)
    assert kinds(hub) == ["commit", "plan", "sync-started", "write", "write", "write", "sync", "outcome"]


def test_a_rejection_says_how_many_errors_there_are_and_where() -> None:
    hub = uploaded(world(HERE), V1, 1, WRONG, WRONG)
    for _ in range(2):
        admit(hub)
    rejection, alert = entries(hub)
    assert (rejection.kind, rejection.facts["errors"], rejection.facts["first"]) == (Kind.REJECTION, 2, str(WRONG))
    assert rejection.facts["stored"] == "memory://changes/acme/v1/errors.json"
    assert (alert.kind, alert.facts["severity"], alert.version) == (Kind.ALERT, "error", "v1")


def test_a_version_that_is_uploaded_again_is_a_rejection_of_its_own() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    for second in (2, 3, 3):
        uploaded(hub, V1, second)
        admit(hub)
    assert kinds(hub) == ["commit", "rejection", "alert", "rejection", "alert"]


def test_what_is_no_key_of_a_bundle_is_in_the_chain_of_the_hub() -> None:
    hub = world()
    for _ in range(2):
        admit_bundle(hub.hub, "bundles/Acme/v1.zip", "object")
    rejection, alert = hub.ledger.entries(HUB_CHAIN)
    assert rejection.facts == {"key": "bundles/Acme/v1.zip", "errors": 1, "object_version": "object"}
    assert alert.version is None


def test_a_commit_that_comes_late_is_superseded_on_the_books() -> None:
    hub = uploaded(uploaded(world(HERE), V2, 2), V1, 1)
    admit(hub, V2)
    admit(hub, V1)
    assert kinds(hub) == ["commit", "commit", "supersession"]
    assert entries(hub)[-1].facts == {"version": "v1", "by_version": "v2"}


def test_a_commit_that_is_overtaken_is_superseded_on_the_books() -> None:
    hub = uploaded(uploaded(world(HERE), V1, 1), V2, 2)
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    admit(hub, V2)
    for _ in range(2):
        sync(hub)
        record_outcome(hub.hub, V1)
    assert kinds(hub) == ["commit", "commit", "sync", "outcome", "supersession"]
    assert entries(hub)[-1].facts["by_version"] == "v2"


def test_a_failure_is_recorded_with_its_target_and_alert() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    record_failure(hub.hub, V1, HERE, "no role" + "!" * 5_000)
    for _ in range(2):
        record_outcome(hub.hub, V1, "broken")
    assert kinds(hub) == ["commit", "sync", "outcome", "alert"]
    _, ended, outcome, _ = entries(hub)
    assert ended.facts["error"].startswith("no role!!")
    assert len(ended.facts["error"]) < 2_010
    assert (outcome.facts["state"], outcome.facts["error"]) == ("failed", "broken")


def test_a_target_is_in_force_from_its_own_end_on() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    record_plan(hub.hub, V1)
    sync(hub)
    until = entries(hub)[-1]
    assert (until.kind, until.facts["changes"], until.facts["writes"]) == (Kind.SYNC, 3, 3)
    assert in_force(entries(hub), until.at, HERE).version == "v1"
    assert in_force(entries(hub), until.at) is None
    sync(hub, holder="again")
    record_outcome(hub.hub, V1)
    assert kinds(hub)[-2:] == ["sync", "outcome"], "the end of the version is no news of the target"


def test_a_target_is_not_said_to_be_synced_off_the_books() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    hub.ledger.fails_after = 2
    with pytest.raises(UnavailableError):
        sync(hub)
    assert hub.records.outcome(V1, HERE).state is State.SYNCING


def test_in_force_is_what_was_committed_last_whenever_its_end_was_told() -> None:
    hub = uploaded(uploaded(world(HERE)), V2, 2)
    for version in (V1, V2):
        admit(hub, version)
    ends = [
        target_ended(version, TargetOutcome(**HERE._asdict(), state=State.SYNCED, changes=changes))
        for version, changes in ((V1, 1), (V2, 1), (V1, 2))
    ]
    hub.ledger.record(BUNDLE, ends)
    assert in_force(entries(hub), entries(hub)[-1].at, HERE).version == "v2"


# ---------------------------------------------------------------- nothing off the books


@pytest.mark.parametrize("records", range(8))
def test_a_step_whose_ledger_fails_fails_and_its_repeat_records_all(records: int) -> None:
    """Whichever record of the whole way can't be made: the step is called again, and the books are the same."""
    hub, undisturbed = uploaded(world(HERE)), uploaded(world(HERE))
    admit(undisturbed)
    run(undisturbed)
    hub.ledger.fails_after = records
    with_repeats(hub, lambda: admit(hub))
    plan_target(hub.hub, V1, HERE)
    with_repeats(hub, lambda: record_plan(hub.hub, V1))
    with_repeats(hub, lambda: sync(hub))
    with_repeats(hub, lambda: record_outcome(hub.hub, V1))
    unheard = records == 3  # the calls were made, and their entries were not
    assert set(kinds(hub)) == set(kinds(undisturbed)) - ({"write"} if unheard else set())
    assert made(hub) == made(undisturbed)
    assert hub.members.live == undisturbed.members.live
    assert hub.records.find(V1).state is State.SYNCED


def made(hub: World) -> set[str]:
    """The changes of which the books tell that they were made: by their calls, or by what a later run found."""
    found = {title for one in entries(hub, Kind.SYNC_STARTED) for title in one.facts.get("found", ())}
    return found | {one.facts["change"] for one in entries(hub, Kind.WRITE)}


def with_repeats(hub: World, step: Any) -> Any:
    try:
        return step()
    except UnavailableError:
        hub.ledger.fails_after = None
        return step()


def test_nothing_is_admitted_off_the_books() -> None:
    hub = uploaded(world(HERE))
    hub.ledger.fails_after = 0
    with pytest.raises(UnavailableError):
        admit(hub)
    assert hub.records.find(V1) is None
    assert hub.executions.started == {}


def test_nothing_is_written_into_a_target_off_the_books() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    hub.ledger.fails_after = 0
    with pytest.raises(UnavailableError):
        sync(hub)
    assert hub.members.writes == []


def test_a_sync_is_not_said_to_have_ended_off_the_books() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    sync(hub)
    hub.ledger.fails_after = 0
    with pytest.raises(UnavailableError):
        record_outcome(hub.hub, V1)
    assert hub.records.find(V1).state is State.SYNCING


def test_a_ledger_that_fails_silences_no_alert() -> None:
    hub = uploaded(world(HERE), V1, 1, WRONG)
    hub.ledger.fails_after = 0
    with pytest.raises(UnavailableError):
        admit(hub)
    assert len(hub.alerts.published) == 1
    assert hub.records.find(V1) is None


def test_a_sync_that_broke_off_leaves_what_it_wrote_and_the_next_says_what_remained() -> None:
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    hub.members.fails_after = 2
    with pytest.raises(BackupAppsError):
        sync(hub)
    hub.members.fails_after = None
    sync(hub, holder="run-2")
    assert kinds(hub) == ["commit", "sync-started", "write", "write", "sync-started", "write", "sync"]
    first, second = entries(hub, Kind.SYNC_STARTED)
    assert (first.facts["count"], first.facts["run"]) == (3, "run-1")
    assert (second.facts["count"], second.facts["run"]) == (1, "run-2")
    assert second.facts["found"] == first.facts["changes"][:2]
    assert len({entry.facts["request"] for entry in entries(hub, Kind.WRITE)}) == 3


def test_a_run_that_is_killed_leaves_what_it_was_about_to_do() -> None:
    """Killed after its writes and before they are recorded: the next run finds them made, and nothing left to do."""
    hub = uploaded(world(HERE))
    admit(hub)
    plan_target(hub.hub, V1, HERE)
    hub.ledger.fails_after = 1
    with pytest.raises(UnavailableError):
        sync(hub)
    hub.ledger.fails_after = None
    sync(hub, holder="run-2")
    assert kinds(hub) == ["commit", "sync-started", "sync-started", "sync"]
    first, second = entries(hub, Kind.SYNC_STARTED)
    assert (first.facts["count"], second.facts["count"]) == (3, 0)
    assert second.facts["found"] == first.facts["changes"]
    assert sentence(second) == f"{HERE} about to make 0 changes, 3 changes of a run before found made"
