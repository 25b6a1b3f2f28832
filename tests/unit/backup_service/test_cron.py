"""AWS cron, read and run.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backup_apps_local.backup import cron

RUNS = {
    "cron(0 5 ? * * *)": ["2026-01-01 05:00", "2026-01-02 05:00"],
    "cron(15 * * * ? *)": ["2026-01-01 00:15", "2026-01-01 01:15"],
    "cron(0 8/6 * * ? *)": ["2026-01-01 08:00", "2026-01-01 14:00", "2026-01-01 20:00", "2026-01-02 08:00"],
    "cron(0 */12 * * ? *)": ["2026-01-01 12:00", "2026-01-02 00:00"],
    "cron(0 22-1 * * ? *)": ["2026-01-01 01:00", "2026-01-01 22:00", "2026-01-01 23:00", "2026-01-02 00:00"],
    "cron(0 5 L * ? *)": ["2026-01-31 05:00", "2026-02-28 05:00"],
    "cron(0 5 L-2 * ? *)": ["2026-01-29 05:00", "2026-02-26 05:00"],
    "cron(0 5 LW * ? *)": ["2026-01-30 05:00", "2026-02-27 05:00"],
    "cron(0 5 3W * ? *)": ["2026-01-02 05:00", "2026-02-03 05:00"],
    "cron(0 5 1W 2,8 ? *)": ["2026-02-02 05:00", "2026-08-03 05:00"],
    "cron(0 5 31 * ? *)": ["2026-01-31 05:00", "2026-03-31 05:00"],
    "cron(0 5 ? * SUN *)": ["2026-01-04 05:00", "2026-01-11 05:00"],
    "cron(0 5 ? * 7-1 *)": ["2026-01-03 05:00", "2026-01-04 05:00", "2026-01-10 05:00"],
    "cron(0 5 ? * L *)": ["2026-01-03 05:00"],
    "cron(0 5 ? * 6L *)": ["2026-01-30 05:00", "2026-02-27 05:00"],
    "cron(0 5 ? * MON#1 *)": ["2026-01-05 05:00", "2026-02-02 05:00"],
    "cron(0 5 ? * THU#5 *)": ["2026-01-29 05:00", "2026-04-30 05:00"],
    "cron(0 5 1 NOV-FEB ? *)": ["2026-01-01 05:00", "2026-02-01 05:00", "2026-11-01 05:00"],
    "cron(0 5 29 2 ? *)": ["2028-02-29 05:00", "2032-02-29 05:00"],
    "cron(0 5 1 1 ? 2027-2028)": ["2027-01-01 05:00", "2028-01-01 05:00"],
    "cron(0 5 30 2 ? *)": [],
}

REFUSED = [
    "",
    "0 5 * * ? *",
    "rate(1 day)",
    "cron(0 5 * * ?)",
    "cron(0 5 * * ? * *)",
    "cron(0 5 * * * *)",
    "cron(0 5 ? * ? *)",
    "cron(60 5 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(0 5 0 * ? *)",
    "cron(0 5 32 * ? *)",
    "cron(0 5 * 13 ? *)",
    "cron(0 5 * XYZ ? *)",
    "cron(0 5 ? * 8 *)",
    "cron(0 5 ? * FOO *)",
    "cron(0 5 ? * MON#6 *)",
    "cron(0 5 ? * 1L,2L *)",
    "cron(0 5 ? * 0L *)",
    "cron(0 5 L-31 * ? *)",
    "cron(0 5 31W FEB ? *)",
    "cron(0 5 0W * ? *)",
    "cron(0 5 1,L * ? *)",
    "cron(0 5 * * ? 2030-2027)",
    "cron(0 5 * * ? 1969)",
    "cron(0 */0 * * ? *)",
    "cron(0 5/x * * ? *)",
    "cron(0 5- * * ? *)",
    "cron(-1 5 * * ? *)",
    "cron(², 5 * * ? *)",
]


def moments(texts: list[str]) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]


@pytest.mark.parametrize(("expression", "runs"), RUNS.items(), ids=RUNS)
def test_runs(expression: str, runs: list[str]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = cron.parse(expression).next_runs(start, ZoneInfo("UTC"), max(len(runs), 1))
    assert found == moments(runs)


@pytest.mark.parametrize("expression", REFUSED)
def test_refused(expression: str) -> None:
    with pytest.raises(cron.CronError):
        cron.parse(expression)


def test_a_run_at_the_very_moment_is_not_a_next_one() -> None:
    start = datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert cron.parse("cron(0 5 * * ? *)").next_runs(start, ZoneInfo("UTC"), 1) == moments(["2026-01-02 05:00"])


def test_the_local_hour_holds_when_summer_time_begins_and_ends() -> None:
    zone, daily = ZoneInfo("Europe/Berlin"), cron.parse("cron(0 5 * * ? *)")
    spring = daily.next_runs(datetime(2026, 3, 28, 0, tzinfo=UTC), zone, 2)
    autumn = daily.next_runs(datetime(2026, 10, 24, 0, tzinfo=UTC), zone, 2)
    assert spring == moments(["2026-03-28 04:00", "2026-03-29 03:00"])
    assert autumn == moments(["2026-10-24 03:00", "2026-10-25 04:00"])


def test_a_local_time_that_is_skipped_has_no_run_and_one_that_repeats_has_one() -> None:
    zone, daily = ZoneInfo("Europe/Berlin"), cron.parse("cron(30 2 * * ? *)")
    spring = daily.next_runs(datetime(2026, 3, 28, 12, tzinfo=UTC), zone, 1)
    autumn = daily.next_runs(datetime(2026, 10, 24, 12, tzinfo=UTC), zone, 2)
    assert spring == moments(["2026-03-30 00:30"])
    assert autumn == moments(["2026-10-25 00:30", "2026-10-26 01:30"])


def test_only_one_minute_of_the_hour_is_at_most_hourly() -> None:
    assert cron.parse("cron(0,59 7 * * ? *)").runs_more_than_hourly
    assert not cron.parse("cron(5 * * * ? *)").runs_more_than_hourly
