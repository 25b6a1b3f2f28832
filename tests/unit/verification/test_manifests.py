"""What the source of a backup was, taken while it was backed up."""

from datetime import timedelta

import pytest

from backup_apps.domain.verification.facts import begun_key, manifest_key
from backup_apps.usecases.take_manifest import take_manifest
from backup_apps.usecases.verification_requests import Event

from .memory import World
from .memory_account import EMPTY, HERE, NOW, PLAN, SOURCES


def backup_event(state: str, plan: str = PLAN, type_: str = "S3") -> Event:
    detail = {
        "backupJobId": "job-9",
        "state": state,
        "resourceArn": "arn:aws:s3:::invoices",
        "resourceType": type_,
        "createdBy": {"backupPlanArn": plan},
    }
    point = ("arn:aws:backup:eu-west-1:111111111111:recovery-point:9",) if state == "COMPLETED" else ()
    event = {"account": HERE.account, "region": HERE.region, "time": NOW, "resources": point, "detail": detail}
    return Event.model_validate(event)


def test_a_manifest_is_taken_at_both_ends_of_a_backup() -> None:
    world = World()
    assert [take_manifest(world.verifying, backup_event(state)) for state in ("COMPLETED", "RUNNING")] == ["taken"] * 2
    (point,) = backup_event("COMPLETED").resources
    for key in (begun_key(*HERE, "job-9"), manifest_key(*HERE, point)):
        assert world.facts_of(key).facts == SOURCES["arn:aws:s3:::invoices"]


def test_of_an_event_that_comes_twice_the_first_counts() -> None:
    world = World()
    take_manifest(world.verifying, backup_event("RUNNING"))
    take_manifest(world.verifying, backup_event("COMPLETED"))
    before = dict(world.documents.texts)
    world.account.there["arn:aws:s3:::invoices"] = EMPTY
    again = [take_manifest(world.verifying, backup_event(state)) for state in ("RUNNING", "COMPLETED")]
    assert (again, world.documents.texts) == (["taken before"] * 2, before)


@pytest.mark.parametrize(("minutes", "told"), [(1.9, "taken"), (2.1, "passed over")])
def test_a_beginning_that_is_heard_of_late_says_nothing(minutes: float, told: str) -> None:
    world = World()
    event = backup_event("RUNNING").model_copy(update={"time": NOW - timedelta(minutes=minutes)})
    assert take_manifest(world.verifying, event) == told


@pytest.mark.parametrize(
    "event",
    [backup_event("FAILED"), backup_event("RUNNING", plan=""), backup_event("RUNNING", plan="arn:of:another")],
    ids=["failed", "of no plan", "of another's plan"],
)
def test_no_manifest_is_taken_of_what_is_not_verified(event: Event) -> None:
    world = World()
    before = dict(world.documents.texts)
    assert take_manifest(world.verifying, event) == "passed over"
    assert world.documents.texts == before
