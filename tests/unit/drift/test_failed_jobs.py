"""A job that failed is told when its event comes, once, and by what the job says itself."""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps.usecases.detect_drift import detect_drift
from drift.site import findings, sweep, synced
from drift.test_jobs import AFAR, ORDERS, job
from sync.memory import World
from sync.steps import HERE


def event(hub: World, kind: str = "Backup", **detail: Any) -> dict[str, Any]:
    created = (hub.clock() - timedelta(hours=1)).isoformat()
    told = {"state": "FAILED", "resourceArn": ORDERS, "creationDate": created, **detail}
    return {"detail-type": f"{kind} Job State Change", **HERE._asdict(), "detail": told}


@pytest.mark.parametrize("state", ["FAILED", "ABORTED", "EXPIRED"])
def test_it_is_told_at_once_and_never_again(state: str) -> None:
    hub = synced()
    hub.members.jobs.append(job(hub, state=state, message="no role"))
    for _ in range(3):
        detect_drift(hub.hub, event(hub, state=state))
    sweep(hub)
    (alert,) = hub.alerts.published
    assert alert.document["type"] == "backup-failed"
    assert alert.subject.startswith(f"Backups failed in acme, {HERE}: job-failed shop-daily/nightly {ORDERS}"[:97])
    assert f"ended as {state}: no role" in alert.text
    assert len(findings(hub)) == 1


def test_a_copy_that_failed_too() -> None:
    hub = synced()
    hub.members.jobs += [job(hub), job(hub, destination=AFAR, state="FAILED")]
    detect_drift(hub.hub, event(hub, "Copy", destinationBackupVaultArn=AFAR))
    assert [one.resource for one in findings(hub)] == [f"shop-daily/nightly {ORDERS} to {AFAR}"]


def test_an_event_that_comes_after_a_job_that_went_well_is_no_news() -> None:
    hub = synced()
    hub.members.jobs += [job(hub, state="FAILED"), job(hub, created=hub.clock())]
    assert detect_drift(hub.hub, event(hub)) == []
    assert (findings(hub), hub.alerts.published) == ((), [])


def test_a_job_of_nobodys_plan_and_one_that_goes_on_are_no_news() -> None:
    hub = synced()
    hub.members.jobs.append(job(hub, state="FAILED", plan=""))
    assert detect_drift(hub.hub, event(hub)) == []
    assert detect_drift(hub.hub, event(hub, state="RUNNING")) == []
    assert hub.alerts.published == []


def test_a_hundred_that_fail_together_are_one_message() -> None:
    hub = synced()
    hub.members.jobs += [job(hub, resource=f"{ORDERS}-{number}", state="FAILED") for number in range(100)]
    for number in range(100):
        detect_drift(hub.hub, event(hub, resourceArn=f"{ORDERS}-{number}"))
    (alert,) = hub.alerts.published
    assert "100 alike, in" in alert.text
    assert len(findings(hub)) == 100


def test_an_event_without_a_date_is_looked_into_as_well() -> None:
    hub = synced()
    hub.members.jobs.append(job(hub, state="FAILED"))
    detect_drift(hub.hub, event(hub, creationDate="soon"))
    assert len(findings(hub)) == 1


def test_what_it_does_not_see_stays_open() -> None:
    hub = synced()
    other = ORDERS.replace("orders", "other")
    hub.members.jobs.append(job(hub, resource=other, state="FAILED"))
    sweep(hub)
    hub.members.jobs.append(job(hub, state="FAILED"))
    detect_drift(hub.hub, event(hub))
    assert {one.state for one in findings(hub)} == {"open"}
    assert len(hub.alerts.published) == 2
