"""What to restore next, what is due, how far an app can be trusted, how long a restore will take."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault, Target
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.choice import Point, choose
from backup_apps.domain.verification.confidence import confidence
from backup_apps.domain.verification.due import Due, due
from backup_apps.domain.verification.forecast import forecast
from backup_apps.domain.verification.results import Basis, FindingRecord, Result, Trigger, basis_of
from backup_apps.domain.verification.verdict import Verdict

NOW = datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
KEY, ROLE = "arn:aws:kms:eu-west-1:111111111111:key/1", "arn:aws:iam::111111111111:role/backup"
BASIS = Basis((KEY,), (ROLE,), ("main",))
MAX_AGE = timedelta(days=7)


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def result(**members: Any) -> Result:
    known: dict[str, Any] = {
        "app": "shop",
        "account": "111111111111",
        "region": "eu-west-1",
        "trigger": Trigger.SCHEDULE,
        "run": "run",
        "at": ago(days=1),
        "type": "S3",
        "resource": "arn:aws:s3:::a",
        "key": KEY,
        "role": ROLE,
        "vault": "main",
        "verdict": Verdict.VERIFIED,
    }
    return Result(**(known | members))


def point(resource: str, days_old: float, **members: Any) -> Point:
    known: dict[str, Any] = {"type": "S3", "vault": "main", "bytes": 10, "key": KEY, "role": ROLE}
    arn = f"arn:aws:backup:eu-west-1:111111111111:recovery-point:{resource}-{days_old}"
    return Point(arn=arn, resource=f"arn:aws:s3:::{resource}", created=ago(days=days_old), **(known | members))


def chosen(*points: Point, history: tuple[Result, ...] = (), **more: Any) -> list[tuple[str, str]]:
    return [(one.point.arn.rpartition(":")[2], one.reason) for one in choose(points, history, **more).choices]


def test_the_latest_point_of_what_was_never_tested() -> None:
    assert chosen(point("a", 3), point("a", 1)) == [("a-1", "it was never tested")]


def test_what_waits_longest_for_its_first_test() -> None:
    assert chosen(point("a", 1), point("b", 9))[0][0] == "b-9"


def test_what_was_never_tested_comes_before_what_was() -> None:
    assert chosen(point("a", 9), point("b", 1), history=(result(),))[0][0] == "b-1"


def test_what_was_tested_longest_ago() -> None:
    history = (result(at=ago(days=1)), result(at=ago(days=8), resource="arn:aws:s3:::b"))
    assert chosen(point("a", 9), point("b", 1), history=history) == [("b-1", f"it was last tested at {ago(days=8)}")]


def test_what_changed_comes_first() -> None:
    changed = point("a", 1, key="other", role="other", vault="other")
    reason = "its key and role and vault changed since it was last tested"
    assert chosen(changed, point("b", 1), history=(result(),)) == [("a-1", reason)]


def test_a_change_counts_once_whatever_came_of_the_test() -> None:
    """Else a resource that never restores clean keeps all others from their turn."""
    changed = result(at=ago(hours=1), key="other", verdict=Verdict.INCONCLUSIVE)
    history = (result(), changed, result(at=ago(days=9), resource="arn:aws:s3:::b"))
    assert chosen(point("a", 1, key="other"), point("b", 1), history=history)[0][0] == "b-1"


@given(st.lists(st.sampled_from(Verdict), min_size=3, max_size=9))
def test_each_resource_has_its_turn(verdicts: list[Verdict]) -> None:
    points, history, turns = [point(name, 1, key="other") for name in "abc"], [result()], []
    for hours, verdict in enumerate(verdicts):
        (choice,) = choose(points, history).choices
        turns.append(choice.point.resource)
        told = {"resource": choice.point.resource, "key": "other", "verdict": verdict}
        history.append(result(at=(NOW + timedelta(hours=hours)).isoformat(), **told))
    assert all(len(set(turns[start : start + 3])) == 3 for start in range(len(turns) - 2))


def test_one_point_of_each_type_within_the_bytes_of_a_run() -> None:
    points = (point("a", 1, bytes=60), point("t", 1, type="DynamoDB", bytes=50), point("b", 1, bytes=40))
    assert [name for name, _ in chosen(*points, max_bytes=100)] == ["t-1", "b-1"]
    assert choose(points, (), 45).passed_over == (
        ("DynamoDB", "no recovery point fits what is left of maxBytes, 45 bytes"),
    )


def test_confidence_in_a_fresh_clean_restore() -> None:
    assert confidence([result(at=NOW.isoformat())], BASIS, NOW, MAX_AGE) == (100, ())


def test_no_confidence_without_a_restore() -> None:
    assert confidence([], BASIS, NOW) == (0, ("nothing of it was ever restored",))


def test_the_worst_resource_decides_and_says_why() -> None:
    wrong = FindingRecord(verdict=Verdict.FAILED, rule="V214", message="it is empty")
    failed = result(type="DynamoDB", verdict=Verdict.FAILED, findings=(wrong,))
    percent, reasons = confidence([result(), failed], BASIS, NOW, MAX_AGE)
    assert (percent, reasons) == (0, (f"DynamoDB arn:aws:s3:::a was failed at {ago(days=1)}: it is empty",))


def test_a_clean_restore_of_one_bucket_hides_no_failed_one_of_another() -> None:
    failed = result(at=ago(days=3), verdict=Verdict.FAILED)
    assert confidence([failed, result(resource="arn:aws:s3:::b")], BASIS, NOW, MAX_AGE).percent == 0


def problem(type_: str, **members: Any) -> Result:
    return result(type=type_, resource=None, key=None, role=None, vault=None, verdict=Verdict.INCONCLUSIVE, **members)


def test_that_nothing_could_be_chosen_counts_until_something_is_restored() -> None:
    nothing = problem("", at=ago(hours=1))
    assert confidence([result(at=ago(hours=2)), nothing], BASIS, NOW, MAX_AGE).percent == 39
    assert confidence([result(at=NOW.isoformat()), nothing], BASIS, NOW, MAX_AGE) == (100, ())


def test_that_a_type_is_not_rehearsed_counts_where_none_of_it_was_ever_restored() -> None:
    looked = result(type="FSx", resource="fs-1", trigger=Trigger.RESTORE, at=NOW.isoformat())
    told = problem("FSx", at=NOW.isoformat())
    assert confidence([looked, told], BASIS, NOW, MAX_AGE).percent == 100
    assert confidence([result(), told], BASIS, NOW, MAX_AGE) == (40, (f"FSx was inconclusive at {NOW.isoformat()}",))


def test_that_the_restore_of_a_part_told_nothing_takes_nothing() -> None:
    part = result(at=NOW.isoformat(), trigger=Trigger.RESTORE, verdict=Verdict.INCONCLUSIVE)
    clean = result(at=ago(minutes=0))
    assert confidence([clean, part], BASIS, NOW, MAX_AGE).percent == 100
    assert confidence([part], BASIS, NOW, MAX_AGE).percent == 40


def test_a_later_result_of_a_resource_takes_the_place_of_the_earlier() -> None:
    failed = result(at=ago(days=3), verdict=Verdict.FAILED)
    assert confidence([result(at=NOW.isoformat()), failed], BASIS, NOW, MAX_AGE).percent == 100


def test_old_restores_say_less() -> None:
    percent, reasons = confidence([result(at=ago(days=28))], BASIS, NOW, MAX_AGE)
    assert percent == 50
    assert reasons == ("S3 arn:aws:s3:::a was last restored 28d ago, longer than maxAge (7d)",)


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_confidence_only_falls_with_age(one: float, other: float) -> None:
    younger, older = (confidence([result(at=ago(days=age))], BASIS, NOW) for age in sorted((one, other)))
    assert older.percent <= younger.percent


def test_a_change_takes_confidence_at_once() -> None:
    for name, basis in (
        ("key", BASIS._replace(keys=(KEY[:-1] + "2",))),
        ("role", BASIS._replace(roles=("other",))),
        ("vault", BASIS._replace(vaults=("other",))),
    ):
        found = confidence([result(at=NOW.isoformat())], basis, NOW)
        assert found == (25, (f"S3 arn:aws:s3:::a was last restored before its {name} changed",))


def test_an_alias_says_nothing_of_a_key() -> None:
    alias = BASIS._replace(keys=("arn:aws:kms:eu-west-1:111111111111:alias/backup",))
    assert confidence([result(at=NOW.isoformat())], alias, NOW).percent == 100


def test_what_an_app_rests_on() -> None:
    rule = {"RuleName": "nightly", "TargetBackupVaultName": "main"}
    plan = DesiredPlan(app="shop", backup_plan={"Rules": [rule]}, tags={}, selections=({"IamRoleArn": ROLE},))
    vaults = [DesiredVault(name=name, key_arn=key, tags={}) for name, key in (("main", KEY), ("other", "other"))]
    other = DesiredPlan(app="other", backup_plan={"Rules": [{**rule, "TargetBackupVaultName": "other"}]}, tags={})
    desired = DesiredTarget(account="1", region="eu-west-1", vaults=tuple(vaults), plans=(plan, other))
    assert basis_of(desired, "shop") == BASIS


def leaf(schedule: str | None) -> list[LeafGovernance]:
    written = {"schedule": schedule} if schedule else {}
    return [LeafGovernance("shop", (Target("111111111111", "eu-west-1"),), {}, written, {}, False)]


def test_a_rehearsal_is_due_from_its_time_on_for_a_day() -> None:
    weekly, at = leaf("cron(0 6 ? * MON *)"), datetime(2026, 1, 19, 6, 0, tzinfo=UTC)
    expected = [Due("shop", Target("111111111111", "eu-west-1"), at)]
    assert list(due(weekly, at - timedelta(minutes=1))) == []
    assert list(due(weekly, at)) == expected
    assert list(due(weekly, at + timedelta(hours=23, minutes=59))) == expected
    assert list(due(weekly, at + timedelta(hours=24))) == []
    assert list(due(leaf(None), at)) == []


def test_the_last_of_several_runs_is_due() -> None:
    assert [one.at for one in due(leaf("cron(0 0/6 * * ? *)"), NOW)] == [NOW]


def test_a_forecast_has_a_spread() -> None:
    history = [result(seconds=seconds) for seconds in (60, 100, 80, 90, 70)]
    found = forecast([*history, result(type="DynamoDB", seconds=9), result()], "S3")
    assert found is not None
    assert [time.total_seconds() for time in found[:3]] == [64, 80, 96]
    assert found.restores == 5


def test_two_restores_foretell_nothing() -> None:
    assert forecast([result(seconds=60), result(seconds=61)], "S3") is None
