"""The virtual clock: what is due happens in order, the same each time, and a story can start in its middle."""

from datetime import timedelta

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, BEGINNING, OTHER_REGION, REGION, TABLE, Story, new_story, rule, vault_arn


def plan(story: Story) -> None:
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies", CreatorRequestId="c")
    action = {
        "DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION),
        "Lifecycle": {"DeleteAfterDays": 3},
    }
    story.plan(rule(Lifecycle={"DeleteAfterDays": 5}, CopyActions=[action]))


@pytest.mark.behaviour("clock-in-order")
def test_time_passes_in_one_step_as_in_many(story: Story) -> None:
    plan(story)
    other = new_story()
    other.service.load(story.service.dump())
    for each in (story, other):
        each.events.clear()
    story.advance(days=9)
    for _ in range(9 * 24):
        other.advance(hours=1)
    assert other.service.dump() == story.service.dump()
    assert other.events == story.events
    assert len(story.events) > 200


@pytest.mark.behaviour("clock-in-order")
def test_events_come_in_the_order_of_their_time(story: Story) -> None:
    plan(story)
    story.advance(days=9)
    times = [event.time for event in story.events]
    assert times == sorted(times)
    assert times[-1] > BEGINNING + timedelta(days=8)


@pytest.mark.behaviour("clock-goes-on")
def test_the_clock_goes_on_by_itself(story: Story) -> None:
    """A service on a real clock needs no advancing: what became due happens when the next call comes."""
    now = [BEGINNING]
    service = BackupService(lambda: now[0], around=story.service.around)
    backup = client(service, ACCOUNT, REGION)
    backup.create_backup_vault(BackupVaultName="acme")
    job = backup.start_backup_job(
        BackupVaultName="acme", ResourceArn=TABLE, IamRoleArn="arn:aws:iam::111111111111:role/r"
    )
    now[0] += timedelta(minutes=10)
    assert backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"] == "COMPLETED"


@pytest.mark.behaviour("saved-and-loaded")
def test_a_saved_story_goes_on_where_it_was(story: Story) -> None:
    plan(story)
    story.advance(days=4, hours=3, minutes=5)
    assert {job["State"] for job in story.client().list_backup_jobs()["BackupJobs"]} == {"COMPLETED", "RUNNING"}
    other = BackupService(lambda: BEGINNING + timedelta(days=1000), around=story.service.around)
    other.load(story.service.dump())
    assert other.now() == story.now
    other.event_listeners.clear()
    for service in (other, story.service):
        service.advance(days=2)
    ids = [[point["RecoveryPointArn"] for point in listed(service)] for service in (other, story.service)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 4 * 4


def listed(service: BackupService) -> list[dict[str, str]]:
    points = client(service, ACCOUNT, REGION).list_recovery_points_by_backup_vault(BackupVaultName="acme")
    return list(points["RecoveryPoints"])


@pytest.mark.behaviour("clock-goes-on")
def test_time_does_not_run_backwards(story: Story) -> None:
    with pytest.raises(ValueError, match="has passed"):
        story.advance(to=BEGINNING - timedelta(seconds=1))
