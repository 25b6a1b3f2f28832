"""What every home of records promises; DynamoDB and memory keep the same promises."""

from datetime import UTC, datetime, timedelta

import pytest

from backup_apps.adapters.clients import table as table_of
from backup_apps.adapters.records import TableRecords
from backup_apps.domain.commits import CommitRecord, Standing, State, TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import AwsError
from backup_apps.domain.provenance.record import Grant, Provenance
from backup_apps.ports.storage import Records
from sync.memory_records import Records as MemoryRecords

HERE, THERE = Target("111111111111", "eu-west-1"), Target("222222222222", "us-east-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "dynamodb"])
def records(request: pytest.FixtureRequest) -> Records:
    if request.param == "memory":
        return MemoryRecords()
    return TableRecords(table_of(request.getfixturevalue("table")))


def commit(version: str, second: int, state: State = State.PLANNED, bundle: str = "acme") -> CommitRecord:
    moment = (NOON + timedelta(seconds=second)).isoformat()
    return CommitRecord(bundle=bundle, version=version, committed=moment, object_version=f"o{second}", state=state)


def outcome(target: Target, **members: object) -> TargetOutcome:
    return TargetOutcome(account=target.account, region=target.region, **members)


def test_nothing_is_known_at_first(records: Records) -> None:
    assert records.find(Version("acme", "v1")) is None
    assert records.latest() is None
    assert records.latest("acme") is None
    assert records.latest_admitted("acme") is None
    assert records.outcomes(Version("acme", "v1")) == ()
    assert records.known_targets("acme") == frozenset()


def test_the_last_commit_is_the_last_by_time_then_key_whatever_the_order_of_events(records: Records) -> None:
    records.record(commit("b", 5))
    records.record(commit("a", 5))
    records.record(commit("z", 1))
    assert records.latest_admitted("acme").id == Version("acme", "b")
    assert records.latest("acme").id == Version("acme", "b")


def test_a_rejected_commit_is_the_last_but_not_the_last_admitted(records: Records) -> None:
    records.record(commit("v1", 1))
    records.record(commit("v2", 2, State.REJECTED))
    assert records.latest("acme").state is State.REJECTED
    assert records.latest_admitted("acme").id == Version("acme", "v1")


def test_what_is_being_recorded_is_not_the_last_yet(table: str) -> None:
    records = TableRecords(table_of(table))
    records.record(commit("v1", 1))
    records.record(commit("v2", 2))
    table_of(table).delete_item(Key={"pk": "BUNDLE#acme", "sk": "VERSION#v2"})
    assert records.latest("acme") == records.latest() == commit("v1", 1)


def test_bundles_are_those_of_which_a_commit_was_admitted(records: Records) -> None:
    records.record(commit("v1", 1))
    records.record(commit("v2", 2))
    records.record(commit("v1", 1, State.REJECTED, bundle="bad"))
    records.record(commit("v1", 1, bundle="other"))
    assert set(records.bundles()) == {"acme", "other"}


def test_a_target_stands_where_the_last_version_left_it_that_reached_it(records: Records) -> None:
    assert records.standing("acme", HERE) == Standing(None)
    first, second, third = (commit(f"v{number}", number) for number in (1, 2, 3))
    records.record(first, [outcome(HERE, state=State.SYNCED), outcome(THERE, state=State.SYNCED)])
    records.record(second, [outcome(HERE, state=State.SYNCED), outcome(THERE)])
    records.set_outcome(second.id, outcome(THERE, state=State.SYNCING, begun=True))
    records.set_outcome(second.id, outcome(THERE, state=State.FAILED, error="throttled"))
    records.set_state(second.id, State.PARTLY_FAILED)
    records.record(third, [outcome(HERE)])
    records.set_state(third.id, State.SYNCING)
    names = {target: records.standing("acme", target) for target in (HERE, THERE)}
    assert [one and one.version for one in names[HERE]] == ["v2", None]
    assert [one and one.version for one in names[THERE]] == ["v1", "v2"]
    records.set_outcome(third.id, outcome(HERE, state=State.SYNCING, begun=True))
    assert [one and one.version for one in records.standing("acme", HERE)] == ["v2", "v3"]


@pytest.mark.parametrize("more", [0, 20], ids=["few targets", "many"])
def test_the_last_that_reached_each_target_is_found_behind_later_ones(records: Records, more: int) -> None:
    never = Target("333333333333", "eu-west-1")
    others = [Target(f"{number:012}", "eu-west-1") for number in range(more)]
    assert records.latest_by_target("acme") == {}
    records.record(commit("v1", 1), [outcome(target, state=State.SYNCED) for target in (HERE, THERE, *others)])
    records.record(commit("v2", 2), [outcome(HERE, state=State.SYNCED), outcome(THERE, state=State.FAILED)])
    records.record(commit("v3", 3), [outcome(HERE), outcome(never)])
    records.record(commit("v4", 4, State.REJECTED))
    expected = {HERE: "v2", THERE: "v1"} | dict.fromkeys(others, "v1")
    assert {target: one.version for target, one in records.latest_by_target("acme").items()} == expected
    records.set_outcome(Version("acme", "v3"), outcome(HERE, state=State.SYNCED))
    assert records.latest_by_target("acme")[HERE].version == "v3"
    assert records.latest_by_target("other") == {}


def test_the_last_that_reached_a_target_is_found_behind_later_ones_and_what_failed_halfway_counts(
    records: Records,
) -> None:
    assert records.latest_reached("acme") is None
    records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
    assert records.latest_reached("acme") is None
    for version, second, state in [("v2", 2, State.SYNCED), ("v3", 3, State.FAILED), ("v4", 4, State.SUPERSEDED)]:
        records.record(commit(version, second), [outcome(HERE), outcome(THERE)])
        records.set_outcome(Version("acme", version), outcome(HERE, state=state))
    records.set_state(Version("acme", "v2"), State.PARTLY_FAILED)
    records.record(commit("v5", 5, State.REJECTED))
    assert records.latest_reached("acme").id == Version("acme", "v2")
    assert records.latest_reached("acme", but=Version("acme", "v2")) is None
    assert records.latest_reached("other") is None


def test_what_people_refused_was_admitted_all_the_same(records: Records) -> None:
    records.record(commit("v1", 1), [outcome(HERE, state=State.SYNCED)])
    records.record(commit("v2", 2), [outcome(HERE)])
    for version in ("v1", "v2"):
        records.set_state(Version("acme", version), State.REJECTED, "rejected by bob")
    assert records.latest_admitted("acme").id == Version("acme", "v2")
    assert records.bundles() == ("acme",)
    assert records.standing("acme", HERE).synced.id == Version("acme", "v1")


def test_bundles_do_not_see_each_other(records: Records) -> None:
    records.record(commit("v1", 1, bundle="acme"), [outcome(HERE)])
    records.record(commit("v9", 9, bundle="acme-two"), [outcome(THERE)])
    assert records.latest("acme").version == "v1"
    assert records.latest().id == Version("acme-two", "v9")
    assert records.known_targets("acme") == {HERE}


def test_a_commit_is_recorded_once(records: Records) -> None:
    records.record(commit("v1", 1))
    records.set_state(Version("acme", "v1"), State.SYNCED)
    records.record(commit("v1", 1))
    assert records.find(Version("acme", "v1")).state is State.SYNCED


def test_a_state_with_its_error_and_without(records: Records) -> None:
    records.record(commit("v1", 1))
    records.set_state(Version("acme", "v1"), State.FAILED, "broken")
    assert (records.find(Version("acme", "v1")).state, records.find(Version("acme", "v1")).error) == (
        State.FAILED,
        "broken",
    )
    records.set_state(Version("acme", "v1"), State.SYNCED)
    assert records.find(Version("acme", "v1")) == commit("v1", 1, State.SYNCED)


def test_a_state_that_only_follows_another(records: Records) -> None:
    records.record(commit("v1", 1))
    records.set_state(Version("acme", "v1"), State.WAITING_APPROVAL, after=State.PLANNED)
    assert records.find(Version("acme", "v1")).state is State.WAITING_APPROVAL
    records.set_state(Version("acme", "v1"), State.SYNCED, after=State.PLANNED)
    assert records.find(Version("acme", "v1")).state is State.WAITING_APPROVAL


def test_the_state_of_an_unknown_commit_can_not_be_set(records: Records) -> None:
    with pytest.raises((AwsError, KeyError)):
        records.set_state(Version("acme", "v1"), State.SYNCED)
    assert records.find(Version("acme", "v1")) is None


def test_outcomes_are_kept_by_target(records: Records) -> None:
    records.record(commit("v1", 1), [outcome(HERE, retired=True), outcome(THERE)])
    ended = outcome(THERE, state=State.FAILED, error="no role", changes=3, writes=0)
    records.set_outcomes(Version("acme", "v1"), [ended])
    assert set(records.outcomes(Version("acme", "v1"))) == {outcome(HERE, retired=True), ended}


def test_how_far_a_target_has_come_keeps_what_its_admission_knew(records: Records) -> None:
    version = Version("acme", "v1")
    records.record(commit("v1", 1), [outcome(HERE, retired=True, looked_up=True), outcome(THERE)])
    records.set_outcome(version, outcome(HERE, changes=3))
    records.set_outcome(version, outcome(HERE, state=State.FAILED, error="throttled"))
    known = outcome(HERE, retired=True, looked_up=True, changes=3)
    assert records.outcome(version, HERE) == known.model_copy(update={"state": State.FAILED, "error": "throttled"})
    records.set_outcome(version, outcome(HERE, state=State.SYNCED, writes=0))
    assert records.outcome(version, HERE) == known.model_copy(update={"state": State.SYNCED, "writes": 0})
    assert records.outcome(version, THERE) == outcome(THERE)


def test_an_admission_that_is_repeated_takes_nothing_back(records: Records) -> None:
    """An event that came twice is handled twice at the same time."""
    version = Version("acme", "v1")
    for _ in range(2):
        records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
        records.set_outcome(version, outcome(HERE, changes=3))
        records.set_outcomes(version, [outcome(THERE, state=State.FAILED, error="no role")])
    records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
    assert set(records.outcomes(version)) == {
        outcome(HERE, changes=3),
        outcome(THERE, state=State.FAILED, error="no role"),
    }


def test_a_target_that_is_added_again_keeps_how_far_it_has_come(records: Records) -> None:
    version = Version("acme", "v1")
    records.record(commit("v1", 1), [outcome(HERE)])
    records.add_outcome(version, outcome(THERE, retired=True))
    records.set_outcome(version, outcome(THERE, changes=3))
    records.add_outcome(version, outcome(THERE, retired=True))
    assert set(records.outcomes(version)) == {outcome(HERE), outcome(THERE, retired=True, changes=3)}


def test_a_target_that_was_not_admitted_comes_nowhere(records: Records) -> None:
    records.record(commit("v1", 1), [outcome(HERE)])
    records.set_outcome(Version("acme", "v1"), outcome(THERE))
    assert records.outcomes(Version("acme", "v1")) == (outcome(HERE),)
    assert records.outcome(Version("acme", "v1"), THERE) is None
    assert records.outcome(Version("acme", "v2"), HERE) is None


def test_more_outcomes_than_a_page_holds(records: Records) -> None:
    many = [outcome(Target(f"{n:012}", "eu-west-1"), state=State.FAILED, error="x" * 2000) for n in range(1200)]
    records.record(commit("v1", 1), many)
    assert len(records.outcomes(Version("acme", "v1"))) == 1200
    assert len(records.known_targets("acme")) == 1200


def test_a_target_can_be_forgotten(records: Records) -> None:
    records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
    records.forget_target("acme", HERE)
    assert records.known_targets("acme") == {THERE}
    records.remember_target("acme", HERE)
    records.remember_target("acme", HERE)
    assert records.known_targets("acme") == {HERE, THERE}


def test_a_target_is_held_by_one_at_a_time(records: Records) -> None:
    until = NOON + timedelta(minutes=10)
    assert records.hold("acme", HERE, "run-1", NOON, until)
    assert records.hold("acme", HERE, "run-1", NOON, until)
    assert not records.hold("acme", HERE, "run-2", NOON, until)
    assert records.hold("acme", THERE, "run-2", NOON, until)
    assert records.hold("other", HERE, "run-2", NOON, until)
    assert records.is_held("acme", HERE, NOON)


def test_a_hold_ends_when_released_or_when_its_time_is_up(records: Records) -> None:
    until = NOON + timedelta(minutes=10)
    records.hold("acme", HERE, "run-1", NOON, until)
    records.release("acme", HERE, "run-2")
    assert records.is_held("acme", HERE, NOON)
    assert not records.is_held("acme", HERE, until)
    assert records.hold("acme", HERE, "run-2", until, until + timedelta(minutes=10))
    records.release("acme", HERE, "run-2")
    assert not records.is_held("acme", HERE, NOON)


def test_why_nothing_is_written_in_a_target_is_kept_until_it_goes(records: Records) -> None:
    v1 = Version("acme", "v1")
    records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
    waiting = outcome(HERE, changes=3, waits={"why": "waits for a window", "until": "2026-01-01T22:00:00Z"})
    records.set_outcomes(v1, [waiting])
    records.set_state(v1, State.SYNCING)
    assert records.outcome(v1, HERE) == waiting
    records.set_outcome(v1, outcome(HERE, state=State.SYNCED))
    assert records.outcome(v1, HERE) == outcome(HERE, state=State.SYNCED, changes=3)


def test_that_a_target_was_begun_is_kept_whatever_becomes_of_it(records: Records) -> None:
    v1 = Version("acme", "v1")
    records.record(commit("v1", 1), [outcome(HERE), outcome(THERE)])
    records.set_outcome(v1, outcome(HERE, state=State.SYNCING, begun=True))
    records.set_outcome(v1, outcome(HERE, state=State.FAILED, error="throttled"))
    assert records.outcome(v1, HERE) == outcome(HERE, state=State.FAILED, error="throttled", begun=True)
    records.set_outcome(v1, outcome(HERE, changes=2))
    records.set_outcomes(v1, records.outcomes(v1))
    records.set_state(v1, State.SUPERSEDED)
    assert {one.target: one.begun for one in records.outcomes(v1)} == {HERE: True, THERE: False}
    assert [records.standing("acme", one).under_way is not None for one in (HERE, THERE)] == [True, False]


def test_provenance_is_kept_with_a_commit(records: Records) -> None:
    grant = Grant(apps=("team-*",), vaults=())
    kept = Provenance(issuer="https://i", subject="s", jti="j", claims={"ref": "main", "empty": ""}, grant=grant)
    records.record(commit("v1", 1).model_copy(update={"provenance": kept}), [outcome(HERE)])
    found = records.find(Version("acme", "v1"))
    assert found is not None
    assert found.provenance == kept
    assert records.latest_admitted("acme").id == Version("acme", "v1")


def test_a_token_serves_one_upload(records: Records) -> None:
    assert records.use_token("https://issuer", "jti", "bundles/acme/v1.zip@1")
    assert records.use_token("https://issuer", "jti", "bundles/acme/v1.zip@1")
    assert not records.use_token("https://issuer", "jti", "bundles/acme/v1.zip@2")
    assert not records.use_token("https://issuer", "jti", "bundles/acme/v2.zip@1")
    assert records.use_token("https://issuer", "other", "bundles/acme/v2.zip@1")
    assert records.use_token("https://other", "jti", "bundles/acme/v2.zip@1")
    assert records.use_token("https://issuer", "é" * 512, "u")
