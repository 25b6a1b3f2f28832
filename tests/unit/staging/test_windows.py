"""When windows are open, alone and together."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backup_apps.domain.staging.settings import Window
from backup_apps.domain.staging.windows import closing, common_closing, common_opening, opening

NIGHTS = (Window("cron(0 22 ? * MON-FRI *)", "Europe/Berlin", 240),)
SATURDAYS = (Window("cron(0 6 ? * SAT *)", "Europe/Berlin", 36 * 60),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "closes", "opens"),
    [
        ("2026-11-26T20:59", None, "2026-11-26T21:00"),
        ("2026-11-26T21:00", "2026-11-27T01:00", "2026-11-26T21:00"),
        ("2026-11-27T00:59", "2026-11-27T01:00", "2026-11-27T00:59"),
        ("2026-11-27T01:00", None, "2026-11-27T21:00"),
        ("2026-11-28T12:00", None, "2026-11-30T21:00"),
        ("2026-07-01T20:00", "2026-07-02T00:00", "2026-07-01T20:00"),
    ],
)
def test_a_window_is_open_from_its_run_for_its_duration(now: str, closes: str | None, opens: str) -> None:
    assert closing(NIGHTS, at(now), ZoneInfo) == (at(closes) if closes else None)
    assert opening(NIGHTS, at(now), ZoneInfo) == at(opens)


def test_the_duration_counts_whatever_the_clocks_do() -> None:
    """Berlin's clocks go back at 01:00 UTC on 2026-10-25."""
    sundays = (Window("cron(0 0 ? * SUN *)", "Europe/Berlin", 240),)
    assert closing(sundays, at("2026-10-25T01:30"), ZoneInfo) == at("2026-10-25T02:00")


def test_of_windows_that_overlap_the_last_to_close_counts() -> None:
    hourly = (Window("cron(0 * * * ? *)", "Etc/UTC", 90), Window("cron(0 12 * * ? *)", "Etc/UTC", 60))
    assert closing(hourly, at("2026-11-26T12:10"), ZoneInfo) == at("2026-11-26T13:30")


def test_apps_are_open_together_when_the_last_of_them_opens() -> None:
    late = (Window("cron(30 23 * * ? *)", "Etc/UTC", 60),)
    now = at("2026-11-26T12:00")
    assert common_opening([NIGHTS, late], now, ZoneInfo) == at("2026-11-26T23:30")
    assert common_closing([NIGHTS, late], at("2026-11-26T23:30"), ZoneInfo) == at("2026-11-27T00:30")
    assert common_opening([(*NIGHTS, *SATURDAYS), late], at("2026-11-28T00:00"), ZoneInfo) == at("2026-11-28T00:00")


def test_without_windows_it_is_always_time() -> None:
    assert common_opening([], at("2026-11-26T12:00"), ZoneInfo) == at("2026-11-26T12:00")
    assert common_closing([], at("2026-11-26T12:00"), ZoneInfo) is None


@pytest.mark.parametrize(
    "schedule", ["cron(0 0 1 1 ? 2190)", "cron(0 0 1 1 ? 2020)", "cron(0 12 ? * MON *)", "cron(0 5 ? JUN SUN *)"]
)
def test_what_is_not_open_together_within_a_quarter_is_not_waited_for(schedule: str) -> None:
    other = (Window(schedule, "Etc/UTC", 60),)
    mornings = (Window("cron(0 6 ? * MON-FRI *)", "Etc/UTC", 120),)
    assert common_opening([mornings, other], at("2026-11-26T12:00"), ZoneInfo) is None


def test_a_schedule_of_every_minute_is_no_work() -> None:
    always = (Window("cron(* * * * ? *)", "Etc/UTC", 7 * 1440),)
    now = at("2026-11-26T12:00")
    assert closing(always, now, ZoneInfo) == now + timedelta(days=7)
