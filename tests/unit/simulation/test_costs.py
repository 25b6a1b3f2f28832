"""What recovery points cost, reckoned by hand."""

import pytest

from backup_apps.domain.simulation.resources import Resource
from simulation.worlds import ABROAD, BUCKET, TABLE, copy_to, plan, resource, rule, simulated, state, vault

KEPT = 7
GROWING = sum(1 + 0.1 * number for number in range(KEPT))
"""GiB-days until the first of seven incremental recovery points goes: 1 GiB, of which a tenth is written anew a day."""


def january(*args: object, **members: object) -> tuple[float, float]:
    (month,) = simulated(*args, **members).after.bill.months  # type: ignore[arg-type]
    return pytest.approx(month.storage), pytest.approx(month.transfer)


def test_the_oldest_of_incremental_points_is_full_and_the_others_hold_what_changed() -> None:
    """At 3.10 for a month of 31 days, a GiB-day costs 0.10."""
    assert january(state(plan(rule()))) == ((GROWING + 24 * 1.6) * 0.1, 0)


def test_without_incremental_backups_each_is_full() -> None:
    full = sum(range(1, KEPT + 1)) + 24 * KEPT
    assert january(state(plan(rule())), resource(TABLE)) == (full / 31, 0)


def test_sizes_and_changes_are_those_of_the_inventory() -> None:
    large = resource(size=10.0, daily_change=2.0)
    growing = sum(10 + 2 * number for number in range(KEPT))
    assert january(state(plan(rule())), large) == ((growing + 24 * 22) * 0.1, 0)


def test_no_more_changes_than_there_is() -> None:
    weekly = rule(schedule="cron(0 3 ? * FRI *)", Lifecycle={"DeleteAfterDays": 15})
    changed = resource(daily_change=1.0)
    days = 7 * 1 + 7 * 2 + 1 * 3
    assert january(state(plan(weekly)), changed, days=15) == (days * 0.1, 0)


def test_copies_cost_where_they_are_and_what_is_copied_into_another_region_is_transferred() -> None:
    copied = state(plan(rule(CopyActions=[copy_to(ABROAD, DeleteAfterDays=KEPT)])), abroad=vault())
    stored = GROWING + 24 * 1.6
    assert january(copied) == (stored * 0.1 + stored * 0.2, (1 + 30 * 0.1) * 0.5)


def test_cold_storage_has_its_own_price_and_its_own_full_point() -> None:
    """A point a month: warm for ten days, then cold."""
    monthly = rule(schedule="cron(0 3 1 * ? *)", Lifecycle={"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 100})
    found = simulated(state(plan(monthly)))
    assert [(day.warm, day.cold) for day in found.after.bill.days[9:11]] == [(1, 0), (0, 1)]
    assert found.after.bill.months[0].storage == pytest.approx(10 * 0.1 + 21 * 0.01)


def test_a_continuous_backup_holds_its_resource_and_what_was_written_since() -> None:
    found = simulated(state(plan(rule(EnableContinuousBackup=True))), resource(BUCKET))
    sizes = [day.warm for day in found.after.bill.days]
    assert sizes[0] == pytest.approx(1 + 0.1 * 21 / 24)
    assert sizes[-1] == pytest.approx(1 + 0.1 * 7)


def test_what_is_left_of_incremental_points_becomes_full_when_the_older_go() -> None:
    found = simulated(state(), before=state(plan(rule())), days=8)
    assert [round(day.warm, 6) for day in found.after.bill.days] == [1.5, 1.4, 1.3, 1.2, 1.1, 1, 0, 0]


def test_months_are_those_of_the_calendar() -> None:
    months = simulated(state(plan(rule())), days=60).after.bill.months
    assert [(month.month, month.days) for month in months] == [("2027-01", 31), ("2027-02", 28), ("2027-03", 1)]
    assert all(month.total == month.storage for month in months)


def test_a_resource_of_unknown_type_costs_what_others_do() -> None:
    unknown = Resource(resource().target, "arn:aws:new:eu-west-1:111111111111:thing/1", None)
    assert january(state(plan(rule(Lifecycle={"DeleteAfterDays": 100}))), unknown, days=2) == (3 / 31, 0)
