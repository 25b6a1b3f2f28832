"""Copies of backups that went well, and did not come."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.drift.jobs import KEPT
from drift.site import findings, sweep, synced, with_rule
from drift.test_jobs import AFAR, ORDERS, job
from sync.memory import World
from sync.targets import plan, rule, target, vault

COPIES = [{"DestinationBackupVaultArn": AFAR}]
NIGHT = timedelta(days=1)


def copied() -> World:
    """A night of which the backup and its copy are there, with a sweep at noon that saw them."""
    hub = synced(target(vault(), plan(rules=[rule(CopyActions=COPIES)])))
    hub.members.resources[ORDERS] = {"tier": "gold"}
    back_up(hub)
    copy(hub)
    assert sweep(hub)["opened"] == 0
    return hub


def at(hub: World, hour: int) -> datetime:
    return hub.clock.now.replace(hour=hour, minute=0)


def back_up(hub: World, **members: Any) -> None:
    """From three to four o'clock."""
    hub.members.jobs.append(job(hub, **{"created": at(hub, 3), "completed": at(hub, 4)} | members))


def copy(hub: World, **members: Any) -> None:
    hub.members.jobs.append(job(hub, **{"created": at(hub, 4), "destination": AFAR} | members))


def a_night_without_copy(hub: World, **members: Any) -> None:
    hub.clock.now += NIGHT
    back_up(hub, **members)


def missing(hub: World) -> list[bool]:
    return [one.is_open for one in findings(hub) if one.kind == "copy-missing"]


def test_a_copy_that_did_not_come_is_told_once_an_hour_after_its_backup_until_one_does() -> None:
    hub = copied()
    a_night_without_copy(hub)
    hub.clock.now = at(hub, 5) - timedelta(minutes=1)
    assert sweep(hub)["opened"] == 0
    hub.clock.now = at(hub, 5)
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource) == ("copy-missing", f"shop-daily/nightly {ORDERS} to {AFAR}")
    assert finding.reasons == (
        f"no copy of the backup of {ORDERS} that shop-daily/nightly began at 2026-01-02T03:00:00+00:00 began; "
        f"the last copy to {AFAR} began at 2026-01-01T04:00:00+00:00",
    )
    assert (finding.direction, finding.path) == ("weakens", "policy.plans.daily.rules.nightly")
    for _ in range(3):
        a_night_without_copy(hub)
        hub.clock.now = at(hub, 12)
        assert (sweep(hub)["opened"], missing(hub)) == (0, [True]), "another night is no other incident"
    copy(hub)
    assert sweep(hub)["ended"] == 1
    assert len(hub.alerts.published) == 1


def test_of_a_backup_of_long_ago_it_is_told_no_more() -> None:
    hub = copied()
    a_night_without_copy(hub)
    hub.clock.now += KEPT - NIGHT
    sweep(hub)
    assert missing(hub) == [True]
    hub.clock.now += 2 * NIGHT
    sweep(hub)
    assert missing(hub) == [False]


def copy_that_fails(hub: World) -> None:
    copy(hub, state="FAILED")


def copy_that_waits(hub: World) -> None:
    copy(hub, state="CREATED")


def no_copies_any_more(hub: World) -> None:
    with_rule(hub, CopyActions=[])


@pytest.mark.parametrize("happens", [copy, copy_that_fails, copy_that_waits, no_copies_any_more])
def test_what_has_begun_or_is_not_asked_for_is_not_missed(happens: Any) -> None:
    hub = copied()
    a_night_without_copy(hub)
    happens(hub)
    hub.clock.now = at(hub, 12)
    sweep(hub)
    assert missing(hub) == []


@pytest.mark.parametrize(
    "members", [{"state": "FAILED"}, {"state": "PARTIAL"}, {"state": "RUNNING", "completed": None}]
)
def test_of_a_backup_that_did_not_go_well_there_is_none(members: dict[str, Any]) -> None:
    hub = copied()
    a_night_without_copy(hub, **members)
    hub.clock.now = at(hub, 12)
    sweep(hub)
    assert missing(hub) == []


def test_what_was_never_copied_there_is_not_missed() -> None:
    hub = copied()
    a_night_without_copy(hub)
    back_up(hub, resource=f"{ORDERS}-2")
    with_rule(hub, CopyActions=[*COPIES, {"DestinationBackupVaultArn": f"{AFAR}-2"}])
    copy(hub)
    hub.clock.now = at(hub, 12)
    sweep(hub)
    assert missing(hub) == []


def test_sweeps_that_were_down_make_no_copy_up() -> None:
    hub = copied()
    for _ in range(6):
        a_night_without_copy(hub)
        copy(hub)
    hub.clock.now = at(hub, 12)
    assert sweep(hub)["opened"] == 0
