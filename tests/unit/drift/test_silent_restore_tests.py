"""Restores that AWS was to test, and of which no result came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from drift.site import findings, point, sweep, with_points
from drift.test_keys_and_points import slow
from sync.memory import World
from sync.steps import HERE, V1, V2, admitted, run
from sync.targets import ACCOUNT, REGION, plan, restore_testing, target, vault

FRIDAYS = "cron(0 6 ? * FRI *)"
"""The second of January 2026, the day after the first sweep, is a Friday."""
DUE = datetime(2026, 1, 2, 6, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WAIT = 34 * HOUR
"""The windows in which AWS starts a test and waits for a verdict, and some slack."""
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/shop"
TESTED = target(vault(), plan(), testing=(restore_testing("shop", "DynamoDB"),))


def promising(engine: str = "aws", hub: World | None = None) -> World:
    """A hub whose only app AWS tests, and a sweep that saw it."""
    says = {"schedule": FRIDAYS, "engine": engine}
    governance = Governance((LeafGovernance("shop", (HERE,), {}, says, {}, False),)).to_json()
    version, second = (V2, 2) if hub else (V1, 1)
    desired = TESTED if engine == "aws" else TESTED.model_copy(update={"testing": None})
    hub = admitted(desired, governance=governance, hub=hub, version=version, second=second)
    assert run(hub, version)["state"] == "synced"
    sweep(hub)
    return hub


def backed_up(hub: World, **members: Any) -> None:
    made = DUE - 3 * HOUR
    (there,) = hub.members.live[HERE].plans
    known = {"resource": TABLE, "type": "DynamoDB", "created": made, "completed": made + HOUR, "plan": there.id}
    with_points(hub, point(**known | members))


def result(at: datetime, **members: Any) -> Result:
    known = {"app": "shop", "account": ACCOUNT, "region": REGION, "trigger": Trigger.RESTORE_TESTING, "run": "r"}
    known |= {"type": "DynamoDB", "resource": TABLE, "verdict": Verdict.INCONCLUSIVE}
    return Result(**{**known, "at": at.isoformat(), **members})


def missing(hub: World) -> list[tuple[str, bool]]:
    return [(one.resource, one.is_open) for one in findings(hub) if one.kind == "verification-missing"]


def test_a_resource_without_a_result_is_told_after_both_windows_until_one_comes() -> None:
    hub = promising()
    backed_up(hub)
    hub.clock.now = DUE + WAIT - MINUTE
    sweep(hub)
    assert missing(hub) == []
    hub.clock.now = DUE + WAIT
    sweep(hub)
    (finding,) = (one for one in findings(hub) if one.kind == "verification-missing")
    assert (finding.resource, finding.app, finding.direction) == (f"shop: {TABLE}", "shop", "weakens")
    assert finding.reasons == (f"no restore of {TABLE} was tested so far; one was due at 2026-01-02T06:00:00+00:00",)
    hub.rehearsals().known.append(result(hub.clock.now))
    sweep(hub)
    assert missing(hub) == [(f"shop: {TABLE}", False)]


def nobody_made_it(hub: World) -> None:
    backed_up(hub, plan="")


def of_a_type_that_is_not_tested(hub: World) -> None:
    backed_up(hub, type="S3")


def done_too_late(hub: World) -> None:
    backed_up(hub, completed=DUE + MINUTE)


def made_before_the_engine_was_known(hub: World) -> None:
    backed_up(hub, created=DUE - 48 * HOUR)


def copied(hub: World) -> None:
    backed_up(hub, is_copy=True)


def without_times(hub: World) -> None:
    backed_up(hub, created=None, completed=None)


def with_a_result(hub: World) -> None:
    backed_up(hub)
    hub.rehearsals().known.append(result(DUE + 9 * HOUR))


def rehearsed_by_hand(hub: World) -> None:
    backed_up(hub)
    hub.rehearsals().known.append(result(DUE + 9 * HOUR, trigger=Trigger.HAND))


def given_up(hub: World) -> None:
    backed_up(hub)
    hub.clock.now = DUE + HOUR
    promising("sandbox", hub)
    hub.rehearsals().known.append(result(DUE + 9 * HOUR, resource=None, trigger=Trigger.SCHEDULE))


@pytest.mark.parametrize(
    "happens",
    [
        nobody_made_it,
        of_a_type_that_is_not_tested,
        done_too_late,
        made_before_the_engine_was_known,
        copied,
        without_times,
        with_a_result,
        rehearsed_by_hand,
        given_up,
    ],
)
def test_what_aws_may_leave_out_or_did_test_is_not_missed(happens: Any) -> None:
    hub = promising()
    happens(hub)
    hub.clock.now = DUE + WAIT
    sweep(hub)
    assert missing(hub) == []


@pytest.mark.parametrize(
    "other",
    [
        result(DUE - HOUR),
        result(DUE + HOUR, app="web"),
        result(DUE + HOUR, resource=f"{TABLE}-other"),
        result(DUE + HOUR, region="us-east-1"),
        result(DUE + HOUR, trigger=Trigger.RESTORE),
    ],
    ids=["before", "of another app", "of another resource", "elsewhere", "by somebody for a purpose of theirs"],
)
def test_another_result_is_not_the_one_that_was_due(other: Result) -> None:
    hub = promising()
    backed_up(hub)
    hub.rehearsals().known.append(other)
    hub.clock.now = DUE + WAIT
    sweep(hub)
    assert missing(hub) == [(f"shop: {TABLE}", True)]


def test_who_was_not_looked_at_to_the_end_is_neither_missed_nor_found() -> None:
    """Where a sweep has no time for all recovery points, it says nothing of tests, and ends no finding of them."""
    hub = promising()
    backed_up(hub)
    hub.clock.now = DUE + WAIT
    sweep(hub)
    hub.rehearsals().known.append(result(hub.clock.now))
    later = slow(hub, HOUR)
    assert "error" in sweep(later)
    assert missing(hub) == [(f"shop: {TABLE}", True)]
