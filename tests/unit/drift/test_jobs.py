"""How the last jobs of plans ended."""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.drift.findings import State
from backup_apps.domain.drift.jobs import KEPT, LiveJob
from drift.site import findings, sweep, synced
from sync.memory import World
from sync.steps import HERE

ORDERS = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"
AFAR = "arn:aws:backup:eu-central-1:111111111111:backup-vault:dr"


def job(hub: World, **members: Any) -> LiveJob:
    """Of the bundle's plan, begun an hour ago."""
    (plan,) = hub.members.live[HERE].plans
    known: dict[str, Any] = {"plan": plan.id, "rule": "nightly", "resource": ORDERS, "vault": "primary"}
    known |= {"created": hub.clock() - timedelta(hours=1), "state": "COMPLETED"}
    return LiveJob(**(known | members))


@pytest.mark.parametrize(
    ("members", "kind", "said"),
    [
        ({"state": "FAILED", "message": "no role"}, "job-failed", "ended as FAILED: no role"),
        ({"state": "EXPIRED"}, "job-failed", "ended as EXPIRED"),
        ({"state": "ABORTED"}, "job-failed", "ended as ABORTED"),
        ({"state": "PARTIAL"}, "job-issues", "ended as PARTIAL"),
        ({"has_issues": True, "message": "an ACL"}, "job-issues", "was completed with issues: an ACL"),
    ],
)
def test_a_job_that_did_not_go_well_is_told_once_and_closed_by_one_that_does(
    members: dict[str, Any], kind: str, said: str
) -> None:
    hub = synced(self_heal=["shop"])
    hub.members.jobs.append(job(hub, **members))
    assert sweep(hub)["opened"] == 1
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.direction) == (kind, f"shop-daily/nightly {ORDERS}", "weakens")
    assert (finding.app, finding.path) == ("shop", "policy.plans.daily.rules.nightly")
    assert finding.reasons[0].endswith(said)
    assert hub.healing.started == []
    hub.clock.now += timedelta(days=1)
    hub.members.jobs.append(job(hub, **members))
    assert sweep(hub)["opened"] == 0, "it fails again, and that is the same"
    hub.members.jobs.append(job(hub, created=hub.clock()))
    assert sweep(hub)["ended"] == 1
    assert len(hub.alerts.published) == 1


def test_a_copy_that_fails_is_another_thing_than_its_backup() -> None:
    hub = synced()
    hub.members.jobs += [job(hub), job(hub, destination=AFAR, state="FAILED")]
    sweep(hub)
    (finding,) = findings(hub)
    assert finding.resource == f"shop-daily/nightly {ORDERS} to {AFAR}"
    assert f"the last copy of {ORDERS} to {AFAR} by shop-daily/nightly" in finding.reasons[0]


@pytest.mark.parametrize(
    "members",
    [{"plan": ""}, {"plan": "of-another-bundle"}, {"state": "RUNNING"}, {"created": None}],
    ids=["on demand", "another's", "not over", "long ago"],
)
def test_what_no_plan_of_the_bundle_did_lately_is_not_told(members: dict[str, Any]) -> None:
    hub = synced()
    long_ago = {"created": hub.clock() - timedelta(days=3)} if "created" in members else {}
    hub.members.jobs.append(job(hub, **({"state": "FAILED"} | members | long_ago)))
    assert sweep(hub)["opened"] == 0


def test_one_that_runs_settles_nothing() -> None:
    hub = synced()
    hub.members.jobs += [job(hub, state="FAILED"), job(hub, state="RUNNING", created=hub.clock())]
    assert sweep(hub)["opened"] == 1


def test_a_failure_stays_until_a_later_job_tells_or_it_is_old() -> None:
    hub = synced()
    hub.members.jobs.append(job(hub, state="FAILED"))
    sweep(hub)
    hub.members.jobs.clear()
    hub.clock.now += KEPT - timedelta(seconds=1)
    assert sweep(hub)["ended"] == 0
    hub.clock.now += timedelta(seconds=1)
    assert sweep(hub)["ended"] == 1
    assert findings(hub)[0].state is State.CLOSED
