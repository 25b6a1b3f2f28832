"""A lock that is about to become permanent is told 72, 24 and 1 hours before, once each."""

from datetime import timedelta

import pytest

from backup_apps.domain.live import LiveLock
from drift.site import change, sweep, synced
from sync.memory import World
from sync.steps import HERE


def locked(hours: float, fixed: bool = False) -> World:
    hub = synced()
    date = hub.clock() + timedelta(hours=hours)
    change(hub, lock=LiveLock(min_days=7, lock_date=date.isoformat(), fixed=fixed))
    return hub


def said(hub: World) -> list[str]:
    return [alert.subject for alert in hub.alerts.published if alert.document["type"] == "lock-closing"]


def test_it_is_told_three_times_on_its_way_however_often_somebody_looks() -> None:
    hub = locked(100)
    for _ in range(4 * 101):
        sweep(hub)
        hub.clock.now += timedelta(minutes=15)
    assert said(hub) == [f"primary in {HERE}: lock permanent in {left}" for left in ("3d", "1d", "1h")]
    ledger = [entry.facts["type"] for entry in hub.ledger.entries("acme") if entry.kind == "alert"]
    assert ledger.count("lock-closing") == 3


@pytest.mark.parametrize(("hours", "times"), [(73, 0), (60, 1), (20, 1), (0.5, 1), (-1, 0)])
def test_who_looks_late_tells_once_what_there_is_to_tell(hours: float, times: int) -> None:
    hub = locked(hours)
    sweep(hub)
    sweep(hub)
    assert len(said(hub)) == times


def test_what_is_permanent_already_is_no_news() -> None:
    hub = locked(1, fixed=True)
    sweep(hub)
    assert said(hub) == []


def test_another_date_is_another_lock() -> None:
    hub = locked(20)
    sweep(hub)
    change(hub, lock=LiveLock(min_days=7, lock_date=(hub.clock() + timedelta(hours=22)).isoformat()))
    sweep(hub)
    assert len(said(hub)) == 2


def test_the_card_says_what_it_holds_and_how_to_take_it_off() -> None:
    hub = locked(0.5)
    sweep(hub)
    (alert,) = (one for one in hub.alerts.published if one.document["type"] == "lock-closing")
    assert alert.severity == "critical"
    assert "becomes permanent in 30m, at 2026-01-01 12:30 UTC." in alert.text
    assert "aws backup delete-backup-vault-lock-configuration --backup-vault-name primary" in alert.text


def test_one_that_could_not_be_told_is_told_by_the_next_look() -> None:
    hub = locked(20)
    publish = hub.alerts.publish

    def broken(*_: object) -> None:
        raise RuntimeError("killed")

    hub.alerts.publish = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        sweep(hub)
    hub.alerts.publish = publish  # type: ignore[method-assign]
    sweep(hub)
    assert len(said(hub)) == 1
