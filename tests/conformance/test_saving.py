"""A story is saved with the data behind its recovery points, and told on from its middle by another service."""

from datetime import timedelta

import pytest

from backup_apps_local.backup.saving import NotAStoryError

from .conftest import (
    ACCOUNT,
    BUCKET,
    OTHER_REGION,
    REGION,
    ROLE,
    ROWS,
    TABLE,
    Story,
    bare_story,
    new_story,
    rule,
    vault_arn,
)
from .test_restore_testing import PLAN, selection
from .test_restores import NEW_TABLE, TO_TABLE, restore


@pytest.mark.behaviour("saved-and-loaded")
def test_a_restore_from_a_loaded_story_is_byte_for_byte(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.cloud.write(ACCOUNT, REGION, TABLE, {"1": b"changed since"})
    other = bare_story()
    other.service.load(story.service.dump())
    assert other.now == story.now
    assert restore(other, point, TO_TABLE)["Status"] == "COMPLETED"
    assert other.cloud.contents(ACCOUNT, REGION, NEW_TABLE) == ROWS
    assert other.cloud.contents(ACCOUNT, REGION, TABLE) == {"1": b"changed since"}
    assert story.cloud.find(ACCOUNT, REGION, NEW_TABLE) is None


@pytest.mark.behaviour("saved-and-loaded")
def test_what_runs_when_it_is_saved_ends_after_it_is_loaded(story: Story) -> None:
    """A copy to another region, too; and the data of the copy with it."""
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.client().start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="acme",
        DestinationBackupVaultArn=vault_arn("copies", region=OTHER_REGION),
        IamRoleArn=ROLE,
    )
    story.advance(minutes=5)
    other = bare_story()
    other.service.load(story.service.dump())
    other.client().delete_recovery_point(BackupVaultName="acme", RecoveryPointArn=point)
    story.advance(hours=1)
    other.advance(hours=1)
    assert len(story.points("copies", region=OTHER_REGION)) == 1
    (failed,) = other.client().list_copy_jobs()["CopyJobs"]
    assert failed["State"] == "FAILED"


def eventful(story: Story) -> None:
    """Everything that can be under way: copies, a hold, a lock, a restore test, faults, events that are held back."""
    backup = story.client()
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    action = {"DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION)}
    story.plan(
        rule(Lifecycle={"DeleteAfterDays": 2}, CopyActions=[{**action, "Lifecycle": {"DeleteAfterDays": 3}}]),
        rule("pitr", "cron(0 12 * * ? *)", EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 5}),
    )
    backup.create_restore_testing_plan(RestoreTestingPlan=PLAN)
    backup.create_restore_testing_selection(RestoreTestingPlanName="weekly", RestoreTestingSelection=selection())
    backup.put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=1, ChangeableForDays=4)
    story.service.fault("event-late", "*", times=20, delay=timedelta(hours=7))
    story.service.fault("event-reordered", "*", times=20)
    story.service.fault("backup-stuck", TABLE)
    story.advance(days=1, hours=5)
    backup.create_legal_hold(Title="t", Description="d", RecoveryPointSelection={"ResourceIdentifiers": [TABLE]})


@pytest.mark.behaviour("saved-and-loaded")
@pytest.mark.parametrize("hours", [0, 22.05, 24.2, 47, 52.3, 53.1, 54, 72])
def test_wherever_it_is_saved_it_ends_as_it_would_have(story: Story, hours: float) -> None:
    eventful(story)
    story.advance(hours=hours)
    other = bare_story()
    other.service.load(story.service.dump())
    for each in (story, other):
        each.events.clear()
        each.advance(days=6)
    assert other.events == story.events
    assert len(story.events) > 100
    assert other.service.dump() == story.service.dump()


@pytest.mark.behaviour("saved-and-loaded")
def test_what_is_loaded_takes_the_place_of_what_was_there(story: Story) -> None:
    story.back_up(TABLE)
    other = new_story()
    other.back_up(BUCKET)
    other.back_up(BUCKET)
    other.service.load(story.service.dump())
    assert [point["ResourceArn"] for point in other.points()] == [TABLE]
    assert other.cloud.snapshots_kept == 1


@pytest.mark.behaviour("saved-and-loaded")
def test_faults_and_events_that_are_held_back_are_saved_too(story: Story) -> None:
    story.service.fault("event-late", "Backup Job State Change", delay=timedelta(hours=3))
    story.service.fault("backup-fails", BUCKET, times=2)
    story.back_up(TABLE)
    other = bare_story()
    other.service.load(story.service.dump())
    other.events.clear()
    other.advance(hours=3)
    assert [event.detail["state"] for event in other.events] == ["CREATED"]
    assert other.back_up(BUCKET)["State"] == "FAILED"


@pytest.mark.behaviour("not-a-story")
@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 1}', '{"version": 2, "state": {}, "data": null}', '{"version": 1, "state": 5}'],
)
def test_what_is_no_story_is_refused_and_changes_nothing(story: Story, text: str) -> None:
    story.back_up(TABLE)
    before = story.service.dump()
    with pytest.raises(NotAStoryError):
        story.service.load(text)
    assert story.service.dump() == before
