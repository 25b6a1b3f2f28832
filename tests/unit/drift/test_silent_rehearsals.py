"""Rehearsals that were due and did not come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import Kept
from drift.site import DESIRED, findings, sweep
from sync.memory import World
from sync.steps import HERE, V1, V2, admitted, run
from sync.targets import ACCOUNT, BUNDLE, REGION

FRIDAYS = "cron(0 6 ? * FRI *)"
"""The second of January 2026, the day after the first sweep, is a Friday."""
DUE = datetime(2026, 1, 2, 6, tzinfo=UTC)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


def promising(schedule: str | None = FRIDAYS, hub: World | None = None) -> World:
    """A hub whose only app is rehearsed by a schedule, and a sweep that saw it."""
    says = {"schedule": schedule} if schedule else {}
    governance = Governance((LeafGovernance("shop", (HERE,), {}, says, {}, False),)).to_json()
    version, second = (V2, 2) if hub else (V1, 1)
    hub = admitted(DESIRED, governance=governance, hub=hub, version=version, second=second)
    assert run(hub, version)["state"] == "synced"
    assert sweep(hub)["opened"] == 0
    return hub


def result(at: datetime, **members: Any) -> Result:
    known = {"app": "shop", "account": ACCOUNT, "region": REGION, "trigger": Trigger.SCHEDULE, "run": "r", "type": "S3"}
    return Result(**{**known, "at": at.isoformat(), "verdict": Verdict.INCONCLUSIVE} | members)


def missing(hub: World) -> list[bool]:
    return [one.is_open for one in findings(hub) if one.kind == "verification-missing"]


def test_a_rehearsal_that_did_not_come_is_told_once_two_hours_after_it_was_due_until_one_does() -> None:
    hub = promising()
    hub.clock.now = DUE + 2 * HOUR - timedelta(minutes=1)
    assert sweep(hub)["opened"] == 0
    hub.clock.now = DUE + 2 * HOUR
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.app) == ("verification-missing", "shop", "shop")
    assert finding.reasons == ("no rehearsal of shop came so far; one was due at 2026-01-02T06:00:00+00:00",)
    assert (finding.direction, finding.path) == ("weakens", "policy.verification.schedule")
    hub.clock.now += WEEK
    assert sweep(hub)["opened"] == 0, "another week is no other incident"
    hub.rehearsals().known.append(result(hub.clock.now, trigger=Trigger.HAND))
    assert sweep(hub)["ended"] == 1
    (alert,) = hub.alerts.published
    assert f"backup-apps verify shop --bundle {BUNDLE}" in alert.text


def asked(hub: World) -> None:
    request = {"run": "r", "bundle": BUNDLE, "app": "shop", "account": ACCOUNT, "region": REGION, "trigger": "schedule"}
    hub.rehearsals().requests.append(request)


def begun(hub: World) -> None:
    rehearsal = Rehearsal(run="r", trigger=Trigger.SCHEDULE, bundle=BUNDLE, app="shop", account=ACCOUNT, region=REGION)
    hub.rehearsals().begun.append(Kept(rehearsal, None))


def ended(hub: World) -> None:
    hub.rehearsals().known.append(result(DUE + HOUR))


def not_promised(hub: World) -> None:
    hub.clock.now = DUE - HOUR
    promising(None, hub)


def promised_anew(hub: World) -> None:
    hub.clock.now = DUE + HOUR
    promising("cron(30 6 ? * FRI *)", hub)


@pytest.mark.parametrize("happens", [asked, begun, ended, not_promised, promised_anew])
def test_what_has_begun_or_is_not_promised_is_not_missed(happens: Any) -> None:
    hub = promising()
    happens(hub)
    hub.clock.now = DUE + 3 * HOUR
    sweep(hub)
    assert missing(hub) == []


def earlier(hub: World) -> None:
    hub.rehearsals().known.append(result(DUE - HOUR))


def of_another_app(hub: World) -> None:
    hub.rehearsals().known.append(result(DUE + HOUR, app="blog"))


def elsewhere(hub: World) -> None:
    hub.rehearsals().known.append(result(DUE + HOUR, region="eu-central-1"))


def by_somebody(hub: World) -> None:
    """Whoever restores something by hand does not rehearse the app."""
    hub.rehearsals().known.append(result(DUE + HOUR, trigger=Trigger.RESTORE))


@pytest.mark.parametrize("happens", [earlier, of_another_app, elsewhere, by_somebody])
def test_something_else_is_not_what_was_due(happens: Any) -> None:
    hub = promising()
    happens(hub)
    hub.clock.now = DUE + 3 * HOUR
    sweep(hub)
    assert missing(hub) == [True]


def test_another_version_with_the_same_schedule_does_not_begin_anew() -> None:
    hub = promising()
    hub.clock.now = DUE + HOUR
    promising(FRIDAYS, hub)
    hub.clock.now = DUE + 2 * HOUR
    assert sweep(hub)["opened"] == 1


def test_who_gives_the_schedule_up_ends_it() -> None:
    hub = promising()
    hub.clock.now = DUE + 3 * HOUR
    assert sweep(hub)["opened"] == 1
    promising(None, hub)
    assert missing(hub) == [False]
