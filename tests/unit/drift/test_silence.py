"""Backups that were due and did not come."""

from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest

from backup_apps.domain.drift.jobs import KEPT
from drift.site import DESIRED, change, findings, sweep, synced, with_rule
from drift.test_jobs import ORDERS, job
from sync.memory import World
from sync.targets import live_selection, plan, rule, selection, target, vault

NIGHT = timedelta(days=1)


def backed_up(schedule: str = "") -> World:
    """At noon, after the run of the night, with a sweep that saw it."""
    hub = synced(target(vault(), plan(rules=[rule(ScheduleExpression=schedule)])) if schedule else DESIRED)
    hub.members.resources[ORDERS] = {"tier": "gold"}
    hub.members.jobs.append(job(hub, created=at(hub, 3)))
    assert sweep(hub)["opened"] == 0
    return hub


def at(hub: World, hour: int) -> datetime:
    return hub.clock.now.replace(hour=hour, minute=0)


def missing(hub: World) -> list[tuple[str, bool]]:
    return [(one.resource, one.is_open) for one in findings(hub) if one.kind == "job-missing"]


def test_a_run_that_did_not_come_is_told_once_its_window_is_over_until_one_does() -> None:
    hub = backed_up()
    hub.clock.now = at(hub, 4) + NIGHT
    assert sweep(hub)["opened"] == 0, "its start window of an hour has only just ended"
    hub.clock.now = at(hub, 5)
    assert sweep(hub)["opened"] == 1
    assert missing(hub) == [(f"shop-daily/nightly {ORDERS}", True)]
    (finding,) = findings(hub)
    assert finding.reasons == (
        f"no backup of {ORDERS} by shop-daily/nightly began since 2026-01-01T03:00:00+00:00; "
        "one was due at 2026-01-02T03:00:00+00:00",
    )
    assert (finding.direction, finding.path) == ("weakens", "policy.plans.daily.rules.nightly")
    hub.clock.now += NIGHT
    assert sweep(hub)["opened"] == 0, "another night is no other incident"
    hub.members.jobs.append(job(hub, created=at(hub, 3)))
    assert sweep(hub)["ended"] == 1
    assert len(hub.alerts.published) == 1


WEEKLY = "cron(0 3 ? * THU *)"
"""The first of January 2026 is a Thursday."""
MONTHLY = "cron(0 3 1 * ? *)"
WEEK, MONTH = timedelta(days=7), timedelta(days=31)


@pytest.mark.parametrize(("schedule", "until_next"), [(WEEKLY, WEEK), (MONTHLY, MONTH)])
def test_what_runs_less_often_is_missed_until_it_comes(schedule: str, until_next: timedelta) -> None:
    hub = backed_up(schedule)
    due = at(hub, 3) + until_next
    hub.clock.now = due - timedelta(hours=1)
    assert sweep(hub)["opened"] == 0
    hub.clock.now = due + timedelta(hours=2)
    assert sweep(hub)["opened"] == 1
    for _ in range(until_next.days):
        hub.clock.now += NIGHT
        assert sweep(hub)["ended"] == 0, hub.clock.now
    hub.members.jobs.append(job(hub, created=hub.clock()))
    assert sweep(hub)["ended"] == 1
    assert len(hub.alerts.published) == 1


@pytest.mark.parametrize("down", [timedelta(days=3), timedelta(days=6)])
@pytest.mark.parametrize("came", [True, False])
def test_sweeps_that_were_down_lose_no_run_and_make_none_up(down: timedelta, came: bool) -> None:
    hub = backed_up(WEEKLY)
    due = at(hub, 3) + WEEK
    hub.clock.now = due - timedelta(hours=1)
    sweep(hub)
    if came:
        hub.members.jobs.append(job(hub, created=due))
    hub.clock.now = due + down
    assert sweep(hub)["opened"] == (0 if came else 1)


def test_a_failure_of_while_sweeps_were_down_is_told_when_they_are_back() -> None:
    hub = backed_up()
    hub.clock.now += NIGHT
    hub.members.jobs.append(job(hub, created=hub.clock(), state="FAILED"))
    hub.clock.now += timedelta(days=6)
    sweep(hub)
    assert sorted(one.kind for one in findings(hub)) == ["job-failed", "job-missing"]


def test_a_run_that_never_comes_is_let_go_with_its_month() -> None:
    hub = backed_up("cron(0 3 1 1 ? *)")
    hub.clock.now = at(hub, 5).replace(year=2027)
    assert sweep(hub)["opened"] == 1
    hub.clock.now += KEPT - timedelta(hours=1)
    assert sweep(hub)["ended"] == 0
    hub.clock.now += timedelta(hours=2)
    assert sweep(hub)["ended"] == 1


def test_where_all_comes_in_time_nothing_is_told() -> None:
    hub = backed_up()
    for hour in range(24 * 4):
        hub.clock.now += timedelta(hours=1)
        if hub.clock.now.hour == 3:
            hub.members.jobs.append(job(hub, created=hub.clock.now))
        assert sweep(hub)["opened"] == 0, hour


def test_a_job_that_failed_came() -> None:
    hub = backed_up()
    hub.clock.now = at(hub, 5) + NIGHT
    hub.members.jobs.append(job(hub, created=at(hub, 3), state="FAILED"))
    sweep(hub)
    assert [one.kind for one in findings(hub)] == ["job-failed"]


def gone(hub: World) -> None:
    del hub.members.resources[ORDERS]


def another_schedule(hub: World) -> None:
    with_rule(hub, ScheduleExpression="cron(0 4 * * ? *)")


def another_selection(hub: World) -> None:
    change(hub, selections=(live_selection(selection("other-1a2b3c4d", "weekly")),))


def continuous(hub: World) -> None:
    with_rule(hub, EnableContinuousBackup=True)


@pytest.mark.parametrize("happens", [gone, another_schedule, another_selection, continuous])
def test_what_is_not_expected_any_more_is_not_missed(happens: Any) -> None:
    hub = backed_up()
    hub.clock.now = at(hub, 5) + NIGHT
    happens(hub)
    sweep(hub)
    assert missing(hub) == []


def test_what_is_selected_no_more_counts_from_then_on_and_what_comes_back_is_missed_again() -> None:
    hub = backed_up()
    another_schedule(hub)
    hub.members.jobs.append(job(hub, created=at(hub, 4)))
    sweep(hub)
    hub.clock.now = at(hub, 6) + NIGHT
    sweep(hub)
    assert missing(hub) == [(f"shop-daily/nightly {ORDERS}", True)]


def test_what_is_there_no_more_is_forgotten_with_its_last_job() -> None:
    hub = backed_up()
    gone(hub)
    for _ in range(5):
        hub.clock.now = at(hub, 5) + NIGHT
        sweep(hub)
    assert hub.members.asked_for == [frozenset({ORDERS})]


@pytest.mark.parametrize(
    "unread",
    [
        {"ScheduleExpression": "cron(0 3 * * * *)"},
        {"ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"ScheduleExpressionTimezone": "America"},
    ],
)
def test_a_rule_that_cannot_be_read_hides_nothing_else(unread: dict[str, str]) -> None:
    hub = backed_up()
    with_rule(hub, **unread)
    hub.clock.now = at(hub, 5) + NIGHT
    hub.members.jobs.append(job(hub, created=at(hub, 3), state="FAILED"))
    sweep(hub)
    assert sorted(one.kind for one in findings(hub)) == ["job-failed", "rule"]


def test_what_cannot_be_read_any_more_closes_nothing() -> None:
    hub = backed_up()
    hub.clock.now = at(hub, 5) + NIGHT
    sweep(hub)

    def forgotten(name: str) -> NoReturn:
        raise ValueError(name)

    assert sweep(hub._replace(zone_of=forgotten))["ended"] == 0
    assert missing(hub) == [(f"shop-daily/nightly {ORDERS}", True)]


def ranked(**members: Any) -> World:
    """Beside the nightly rule another one, by default each Friday at the same time; both have backed up on Thursday."""
    friday = {"ScheduleExpression": "cron(0 3 ? * FRI *)", "Lifecycle": {"DeleteAfterDays": 365}}
    hub = synced(target(vault(), plan(rules=[rule(), rule("other", **(friday | members))])))
    hub.members.resources[ORDERS] = {"tier": "gold"}
    hub.members.jobs += [job(hub, created=at(hub, 3)), job(hub, created=at(hub, 3), rule="other")]
    assert sweep(hub)["opened"] == 0
    hub.clock.now += NIGHT
    return hub


def test_what_a_rule_that_keeps_longer_backed_up_instead_is_not_missed() -> None:
    hub = ranked()
    hub.members.jobs.append(job(hub, created=at(hub, 3), rule="other"))
    hub.clock.now = at(hub, 6)
    assert sweep(hub)["opened"] == 0
    hub.clock.now += NIGHT
    assert sweep(hub)["opened"] == 1, "on Saturday it comes by itself"
    assert missing(hub) == [(f"shop-daily/nightly {ORDERS}", True)]


@pytest.mark.parametrize(
    "members",
    [
        {"Lifecycle": {"DeleteAfterDays": 7}},
        {"ScheduleExpression": "cron(0 4 ? * FRI *)"},
        {"ScheduleExpression": "cron(0 2 ? * FRI *)"},
        {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 35}},
    ],
    ids=["keeps shorter", "after its window", "before its window", "continuous"],
)
def test_another_rule_takes_the_place_of_none_that_does_not_overlap_or_keeps_longer(members: dict[str, Any]) -> None:
    hub = ranked(**members)
    hub.members.jobs.append(job(hub, created=at(hub, 4), rule="other"))
    hub.clock.now = at(hub, 8)
    sweep(hub)
    assert (f"shop-daily/nightly {ORDERS}", True) in missing(hub)


def test_of_rules_that_overlap_nothing_is_missed_before_all_windows_are_over() -> None:
    hub = ranked(StartWindowMinutes=480)
    hub.clock.now = at(hub, 12) - timedelta(minutes=1)
    assert sweep(hub)["opened"] == 0
    hub.clock.now = at(hub, 12)
    sweep(hub)
    assert sorted(missing(hub)) == [(f"shop-daily/{name} {ORDERS}", True) for name in ("nightly", "other")]


def test_what_was_missed_before_stays_so_while_the_window_of_another_rule_is_open() -> None:
    hub = ranked(ScheduleExpression="cron(0 3 ? * SAT *)", StartWindowMinutes=480)
    hub.clock.now = at(hub, 6)
    assert sweep(hub)["opened"] == 1
    hub.clock.now = at(hub, 6) + NIGHT
    assert (sweep(hub)["ended"], len(missing(hub))) == (0, 1)
