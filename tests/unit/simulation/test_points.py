"""Which recovery points come, cool and go. That they do as the local AWS Backup has it is a law of tests/properties."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.simulation.points import Form, Reason
from simulation.worlds import (
    ABROAD,
    BUCKET,
    DATABASE,
    FILES,
    FIRST,
    KEY,
    TABLE,
    THERE,
    VOLUME,
    copy_to,
    days,
    misses,
    plan,
    points,
    resource,
    rule,
    simulated,
    state,
    vault,
)

YEARS = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 400}
ARCHIVED = YEARS | {"OptInToArchiveForSupportedResources": True}


def test_a_point_is_there_from_the_end_of_its_job_until_its_retention_is_over() -> None:
    first = points(state(plan(rule())))[0]
    created = datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert (first.created, first.completed) == (created, created + timedelta(minutes=10))
    assert first.deleted == created + timedelta(days=7)
    assert [first.is_there(first.completed), first.is_there(first.deleted)] == [True, False]
    assert not first.is_there(first.completed - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("arn", "lifecycle", "cools"),
    [
        (FILES, YEARS, True),
        (TABLE, YEARS, True),
        (BUCKET, YEARS, False),
        (DATABASE, YEARS, False),
        (VOLUME, YEARS, False),
        (VOLUME, ARCHIVED, True),
        ("arn:aws:new:eu-west-1:111111111111:thing/1", ARCHIVED, False),
    ],
)
def test_only_types_with_cold_storage_move_there(arn: str, lifecycle: dict[str, Any], cools: bool) -> None:
    monthly = rule(schedule="cron(0 3 1 * ? *)", Lifecycle=lifecycle)
    (point,) = points(state(plan(monthly)), resource(arn))
    assert point.cold == (point.created + timedelta(days=30) if cools else None)


def test_without_its_advanced_features_dynamodb_has_no_cold_storage_and_no_copies() -> None:
    bare = state(
        plan(rule(Lifecycle=YEARS, CopyActions=[copy_to(ABROAD)])),
        region_settings={"ResourceTypeManagementPreference": {"DynamoDB": False}},
    )
    assert {point.cold for point in points(bare, resource(TABLE), days=3)} == {None}
    assert {miss.reason for miss in misses(bare, resource(TABLE), days=3)} == {Reason.COPY_FAILED}


def test_a_continuous_rule_makes_one_point_of_a_resource_and_snapshots_where_it_cannot() -> None:
    both = state(plan(rule(EnableContinuousBackup=True)))
    (one,) = points(both, resource(DATABASE))
    assert (one.form, len(one.refreshed), one.ended) == (Form.CONTINUOUS, 31, None)
    assert one.deleted == one.refreshed[-1] + timedelta(days=7)
    assert [point.form for point in points(both, resource(FILES))] == [Form.SNAPSHOT] * 31


@pytest.mark.parametrize(("arn", "forms"), [(DATABASE, 1), (BUCKET, 2)])
def test_other_retention_is_taken_over_by_the_next_run_and_of_buckets_begins_anew(arn: str, forms: int) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html"""
    before = state(plan(rule(EnableContinuousBackup=True)))
    after = state(plan(rule(EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 20})))
    found = points(after, resource(arn), before=before)
    assert [point.form for point in found] == [Form.CONTINUOUS] * forms
    assert found[-1].deleted == found[-1].refreshed[-1] + timedelta(days=20)
    if forms == 2:
        assert found[0].ended == found[1].completed
        assert found[0].deleted == found[0].refreshed[-1] + timedelta(days=7)


def test_a_continuous_backup_that_no_rule_keeps_up_is_of_the_past() -> None:
    before, after = state(plan(rule(EnableContinuousBackup=True))), state(plan(rule()))
    continuous = next(one for one in points(after, resource(DATABASE), before=before) if one.form is Form.CONTINUOUS)
    assert continuous.ended == datetime(2027, 1, 1, tzinfo=UTC)
    assert continuous.data_of(datetime(2027, 1, 3, tzinfo=UTC)) == continuous.refreshed[-1]


def test_a_clock_that_skips_the_hour_skips_the_run_and_one_that_repeats_it_runs_once() -> None:
    berlin = state(plan(rule(schedule="cron(30 2 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin")))
    assert days(points(berlin, first=date(2027, 3, 27), days=3)) == ["2027-03-27", "2027-03-29"]
    assert days(points(berlin, first=date(2027, 10, 30), days=3)) == ["2027-10-30", "2027-10-31", "2027-11-01"]


@pytest.mark.parametrize(
    ("schedule", "first", "expected"),
    [
        ("cron(0 3 31 * ? *)", date(2027, 1, 1), ["2027-01-31", "2027-03-31", "2027-05-31"]),
        ("cron(0 3 L * ? *)", date(2028, 1, 1), ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
        ("cron(0 3 29 2 ? *)", date(2028, 1, 1), ["2028-02-29"]),
        ("cron(0 3 29 2 ? *)", date(2027, 1, 1), []),
    ],
)
def test_short_months_and_leap_days(schedule: str, first: date, expected: list[str]) -> None:
    assert days(points(state(plan(rule(schedule=schedule))), first=first, days=152)) == expected


def test_of_two_rules_at_once_the_one_that_keeps_longer_runs() -> None:
    weekly = rule("weekly", "cron(30 3 ? * SUN *)", Lifecycle={"DeleteAfterDays": 90})
    both = state(plan(rule(), weekly))
    found = [(point.rule.name, point.created.day) for point in points(both, days=4)]
    assert found == [("nightly", 1), ("nightly", 2), ("weekly", 3), ("nightly", 4)]
    (miss,) = misses(both, days=4)
    assert (miss.rule.name, miss.at.day, miss.reason) == ("nightly", 3, Reason.OUTRANKED)


def test_a_job_that_cannot_start_within_its_window_leaves_nothing() -> None:
    """Of seven plans at once: a job takes nine minutes, and what waits tries again every ten."""
    seven = state(*(plan(rule(), name=f"plan-{number}") for number in range(7)))
    assert len(points(seven, days=1)) == 6
    (miss,) = misses(seven, days=1)
    assert (miss.rule.plan, miss.reason, miss.at.hour) == ("plan-6", Reason.EXPIRED, 3)


def test_a_job_that_is_not_done_within_its_window_leaves_nothing() -> None:
    short = [plan(rule(CompletionWindowMinutes=60), name=f"plan-{number}") for number in range(6)]
    (miss,) = misses(state(*short), days=1)
    assert (miss.rule.plan, miss.reason) == ("plan-5", Reason.EXPIRED)
    assert "completion window" in miss.why


def test_a_copy_has_the_date_of_its_source_and_its_own_retention() -> None:
    copied = state(plan(rule(CopyActions=[copy_to(ABROAD, DeleteAfterDays=30)])), abroad=vault())
    source, copy = points(copied, days=1)
    assert (copy.form, copy.vault.target, copy.created) == (Form.COPY, ABROAD, source.created)
    assert copy.deleted == source.created + timedelta(days=30)
    assert (source.key, copy.key) == (KEY, "arn:aws:kms:us-east-1:111111111111:alias/aws/backup")


def test_a_copy_with_nothing_of_its_own_lives_as_its_source_does() -> None:
    """A copy that is never deleted, of a source that is never deleted but cools."""
    forever = {"MoveToColdStorageAfterDays": 10}
    copied = state(plan(rule(Lifecycle=forever, CopyActions=[copy_to(ABROAD)])), abroad=vault())
    _, copy = points(copied, days=1)
    assert (copy.cold, copy.deleted) == (copy.created + timedelta(days=10), None)


def test_of_a_backup_that_failed_there_is_no_copy() -> None:
    lock = {"MinRetentionDays": 30}
    locked = state(plan(rule(CopyActions=[copy_to(ABROAD)])), vaults=(vault(lock=lock),), abroad=vault())
    assert points(locked, days=2) == []
    assert [miss.reason for miss in misses(locked, days=2)] == [Reason.REFUSED] * 2


@pytest.mark.parametrize("lock", [{"MinRetentionDays": 30}, {"MaxRetentionDays": 3}])
def test_a_lock_refuses_copies_outside_of_its_bounds(lock: dict[str, int]) -> None:
    copied = state(plan(rule(CopyActions=[copy_to(ABROAD, DeleteAfterDays=7)])), abroad=vault(lock=lock))
    assert [point.form for point in points(copied, days=1)] == [Form.SNAPSHOT]
    assert [miss.reason for miss in misses(copied, days=1)] == [Reason.COPY_FAILED]


def test_what_is_there_keeps_its_retention_and_what_comes_has_the_new_one() -> None:
    before, after = state(plan(rule())), state(plan(rule(Lifecycle={"DeleteAfterDays": 2})))
    found = simulated(after, before=before)
    assert found.before
    kept = {point.deleted - point.created for point in found.after.points if point.created.date() < FIRST}
    new = {point.deleted - point.created for point in found.after.points if point.created.date() >= FIRST}
    assert (kept, new) == ({timedelta(days=7)}, {timedelta(days=2)})
    assert [day.points for day in found.before.bill.days] == [7] * 31
    assert [day.points for day in found.after.bill.days][:9] == [7, 7, 6, 5, 4, 3, 2, 2, 2]


def test_what_no_plan_selects_any_more_gets_no_further_points() -> None:
    before, after = state(plan(rule())), state(plan(rule(), Resources=[TABLE]))
    assert {point.created.date() < FIRST for point in points(after, before=before)} == {True}


def test_points_in_a_vault_that_is_declared_no_more_stay() -> None:
    after = state(vaults=(vault("other"),))
    found = points(after, before=state(plan(rule())))
    assert {point.vault.name for point in found} == {"main"}
    assert found[-1].deleted == datetime(2027, 1, 7, 3, tzinfo=UTC)


ANYONE = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "backup:Copy*", "Resource": "*"}]}'


@pytest.mark.parametrize(
    ("members", "copies"),
    [
        ({"key_arn": KEY, "access_policy": {"Policy": ANYONE}}, 1),
        ({"key_arn": KEY}, 0),
        ({"access_policy": {"Policy": ANYONE}}, 0),
        ({"key_arn": KEY, "access_policy": {"Policy": ANYONE.replace("Allow", "Deny")}}, 0),
    ],
)
def test_another_account_has_to_let_a_copy_in_and_have_a_key_of_its_own(members: dict[str, Any], copies: int) -> None:
    copied = state(plan(rule(CopyActions=[copy_to(THERE)])))
    theirs = copied.targets[0].model_copy(
        update={"account": THERE.account, "vaults": (vault(**members),), "plans": (), "region_settings": None}
    )
    both = copied.model_copy(update={"targets": (*copied.targets, theirs)})
    assert sum(point.form is Form.COPY for point in points(both, days=1)) == copies
    assert len(misses(both, days=1)) == 1 - copies


def test_selections_are_by_arn_or_tag_and_opting_in_counts_where_no_arn_is_named() -> None:
    tagged = {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "1"}]}
    in_, out = resource(FILES, tags=(("a", "1"),)), resource(FILES, tags=(("a", "2"),))
    assert [len(points(state(plan(rule(), **tagged)), one, days=1)) for one in (in_, out)] == [1, 0]
    closed = {"region_settings": {"ResourceTypeOptInPreference": {"EFS": False}}}
    assert points(state(plan(rule()), **closed), days=1) == []
    assert len(points(state(plan(rule(), Resources=[FILES]), **closed), days=1)) == 1
    assert points(state(plan(rule(), Resources=["*"], NotResources=[FILES])), days=1) == []
    restored = resource(FILES, tags=(("awsbackup-restore-test", "x"),))
    assert points(state(plan(rule())), restored, days=1) == []


def test_the_resources_of_another_target_are_nobodys() -> None:
    assert points(state(plan(rule())), resource()._replace(target=ABROAD), days=1) == []
