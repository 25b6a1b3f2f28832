"""Silence is told: of an app whose last clean restore is too old, once for each time."""

from datetime import timedelta

import pytest

from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.usecases.governed import promised_now
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.tell_overdue import tell_overdue

from .memory import World, weekly
from .memory_account import APP, BUNDLE, EMPTY, HERE, NOW

WEEK = 7 * 24 * 60
NAME = f"{BUNDLE}/{APP}/{HERE}"


def promised(world: World) -> dict[str, tuple[LeafGovernance, ...]]:
    return promised_now(world.verifying.records, world.documents)


def told(world: World, **later: float) -> list[str]:
    return tell_overdue(world.verifying, promised(world), NOW + timedelta(**later))


def test_an_app_whose_last_clean_restore_is_too_old_is_told_of_once() -> None:
    world = World(maxAge=WEEK)
    weekly(world)
    assert told(world, days=7) == []
    assert told(world, days=7, minutes=1) == [NAME]
    assert told(world, days=8) == told(world, days=30) == []
    (alert,) = world.alerts.published
    assert alert.subject == "shop: no verified restore in 111111111111/eu-west-1 for 7d 1m"
    assert "Next: backup-apps verify shop --bundle acme --history" in alert.text
    assert (alert.severity, alert.document["type"], alert.document["app"]) == ("critical", "verification-overdue", APP)
    assert [one.kind for one in world.ledger.entries(BUNDLE)][-1] == "alert"


def test_after_another_clean_restore_it_is_told_of_anew() -> None:
    world = World(maxAge=WEEK)
    weekly(world)
    assert told(world, days=8) == [NAME]
    world.now = NOW + timedelta(days=9)
    world.account.tokens.clear()
    world.machine.started.clear()
    weekly(world, hours=1)
    results = world.rehearsals.known
    for key, one in list(results.items()):
        results[key[0], f"{key[1]}-again"] = one.model_copy(update={"at": world.now.isoformat()})
    assert told(world, days=15) == []
    assert told(world, days=17) == [NAME]


@pytest.mark.parametrize("restores", ["none", "faulty ones"])
def test_what_never_restored_clean_is_told_of_once_the_promise_is_so_old(restores: str) -> None:
    world = World(maxAge=WEEK)
    if restores == "faulty ones":
        world.account.comes_back |= {"S3": EMPTY, "DynamoDB": EMPTY}
        weekly(world)
        world.alerts.published.clear()
    assert told(world) == []
    assert told(world, days=6) == []
    assert told(world, days=8) == [NAME]
    assert "it was never verified, for 8d" in world.alerts.published[0].text


def test_without_a_max_age_nothing_is_promised() -> None:
    world = World()
    assert told(world) == told(world, days=400) == []


def test_an_alert_that_could_not_be_noted_comes_again_rather_than_never() -> None:
    world = World(maxAge=WEEK)
    weekly(world)

    def broken(*_: object) -> str:
        raise ConnectionError

    noted = world.rehearsals.note
    world.rehearsals.note = broken  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        told(world, days=8)
    world.rehearsals.note = noted  # type: ignore[method-assign]
    assert told(world, days=9) == [NAME]
    assert len(world.alerts.published) == 2


@pytest.mark.parametrize("hour", [1, 3, 14])
def test_it_is_told_of_in_whatever_hour_even_if_nothing_can_be_started(hour: int) -> None:
    world = World(maxAge=WEEK)
    weekly(world)

    def broken() -> tuple[()]:
        raise ConnectionError

    world.rehearsals.asked = broken  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        start_verifications(world.verifying, (NOW + timedelta(days=8)).replace(hour=hour))
    (alert,) = world.alerts.published
    assert "no verified restore" in alert.subject


def test_what_is_told_of_is_in_the_answer() -> None:
    world = World(maxAge=WEEK)
    weekly(world)
    assert start_verifications(world.verifying, NOW + timedelta(days=8))["overdue"] == [NAME]
    assert start_verifications(world.verifying, NOW + timedelta(days=8, hours=1))["overdue"] == []
