"""Events, with the members and the irregularities of AWS's samples.

https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

import json
import re

import pytest

from .conftest import (
    ACCOUNT,
    BUCKET,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    ROLE,
    TABLE,
    Story,
    key_arn,
    rule,
    vault_arn,
)
from .test_restores import TO_TABLE, restore

CREATOR = {"backupPlanId", "backupPlanArn", "backupPlanVersion", "backupPlanRuleId"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ABROAD = vault_arn("copies", region=OTHER_REGION)


def copying(story: Story) -> None:
    """A rule that backs up a table and copies the backup to another region."""
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    action = {"DestinationBackupVaultArn": ABROAD}
    story.plan(rule(Lifecycle={"DeleteAfterDays": 100}, CopyActions=[action]), selection={"Resources": [TABLE]})
    story.advance(days=1)


@pytest.mark.behaviour("event-envelope")
def test_the_envelope_is_eventbridges(story: Story) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
    story.back_up(TABLE)
    envelope = story.events[-1].as_json()
    assert json.loads(json.dumps(envelope)) == envelope
    assert (envelope["source"], envelope["account"], envelope["region"]) == ("aws.backup", ACCOUNT, REGION)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", envelope["time"])
    assert len({event.id for event in story.events}) == len(story.events)


@pytest.mark.behaviour("event-of-backup-jobs")
def test_a_backup_job_tells_three_members_when_it_is_created(story: Story) -> None:
    story.back_up(TABLE)
    created = story.told("Backup Job State Change")[0]
    assert (set(created), created["state"]) == ({"backupJobId", "state", "creationDate"}, "CREATED")
    assert MOMENT.fullmatch(created["creationDate"])


@pytest.mark.behaviour("event-of-backup-jobs")
def test_a_backup_job_of_a_plan(story: Story) -> None:
    copying(story)
    _, running, completed = story.told("Backup Job State Change")
    assert set(running["createdBy"]) == CREATOR
    assert (running["state"], running["percentDone"], running["bytesTransferred"]) == ("RUNNING", 0, "0")
    assert (completed["state"], completed["percentDone"]) == ("COMPLETED", 100)
    assert completed["backupSizeInBytes"] == "13"
    assert "recoveryPointArn" not in completed
    event = next(event for event in story.events if event.detail.get("state") == "COMPLETED")
    assert event.resources == (story.points()[0]["RecoveryPointArn"],)
    assert set(completed) - {"createdBy"} == {
        "backupJobId",
        "backupSizeInBytes",
        "backupVaultArn",
        "backupVaultName",
        "bytesTransferred",
        "creationDate",
        "iamRoleArn",
        "resourceArn",
        "resourceType",
        "state",
        "completionDate",
        "startBy",
        "percentDone",
    }


@pytest.mark.behaviour("event-of-backup-jobs")
def test_failure_texts_of_backup_jobs_are_in_quotes(story: Story) -> None:
    story.service.fault("backup-fails", message="no access")
    story.back_up(TABLE)
    failed = story.told("Backup Job State Change")[-1]
    assert (failed["state"], failed["statusMessage"]) == ("FAILED", '"no access"')
    story.client().start_backup_job(BackupVaultName="acme", IamRoleArn=ROLE, ResourceArn=BUCKET)
    story.client().stop_backup_job(BackupJobId=story.client().list_backup_jobs()["BackupJobs"][0]["BackupJobId"])
    aborted = story.told("Backup Job State Change")[-1]
    assert (aborted["state"], aborted["statusMessage"]) == ("ABORTED", '"Backup job was stopped by user."')


@pytest.mark.behaviour("event-of-copy-jobs")
def test_a_copy_job_tells_neither_its_id_at_first_nor_its_result_until_it_is_there(story: Story) -> None:
    copying(story)
    created, running, completed = story.told("Copy Job State Change")
    assert set(created) == {"creationDate", "state", "sourceBackupVaultArn", "destinationBackupVaultArn"}
    assert running["destinationRecoveryPointArn"] == {}
    (copied,) = story.points("copies", region=OTHER_REGION)
    assert completed["destinationRecoveryPointArn"] == copied["RecoveryPointArn"]
    assert completed["backupSizeInBytes"] == 13
    assert set(completed["createdBy"]) == CREATOR
    regions = {event.region for event in story.events if event.detail_type == "Copy Job State Change"}
    assert regions == {REGION}


@pytest.mark.behaviour("event-of-recovery-points")
def test_a_recovery_point_tells_its_retention(story: Story) -> None:
    """In the region where it is. `status`, a text for a flag, and a capital C in calculatedLifeCycle."""
    copying(story)
    creating, first, copied = story.told("Recovery Point State Change")
    assert (creating["status"], "completionDate" in creating) == ("CREATING", False)
    assert (first["status"], first["isEncrypted"], first["storageClass"]) == ("COMPLETED", "true", "WARM")
    assert first["lifecycle"] == {"deleteAfterDays": 100}
    assert first["calculatedLifeCycle"] == {"deleteAt": "2026-04-11T03:00:00.000Z"}
    assert (copied["isEncrypted"], copied["backupVaultArn"]) == ("true", ABROAD)
    regions = [event.region for event in story.events if event.detail_type == "Recovery Point State Change"]
    assert regions == [REGION, REGION, OTHER_REGION]
    assert set(first) == {
        "backupVaultName",
        "backupVaultArn",
        "creationDate",
        "iamRoleArn",
        "resourceType",
        "resourceArn",
        "status",
        "isEncrypted",
        "storageClass",
        "completionDate",
        "createdBy",
        "lifecycle",
        "calculatedLifeCycle",
    }


@pytest.mark.behaviour("event-envelope", "event-of-recovery-points")
def test_a_copy_tells_of_itself_in_the_account_where_it_is(story: Story) -> None:
    """Its job in the account that copies; its recovery point, to its end, in the one that has it."""
    theirs, there = story.client(OTHER_ACCOUNT), vault_arn("copies", OTHER_ACCOUNT)
    theirs.create_backup_vault(BackupVaultName="copies", EncryptionKeyArn=key_arn(OTHER_ACCOUNT))
    letting = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    theirs.put_backup_vault_access_policy(BackupVaultName="copies", Policy=json.dumps({"Statement": letting}))
    story.client().update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    action = {"DestinationBackupVaultArn": there, "Lifecycle": {"DeleteAfterDays": 1}}
    story.plan(rule(CopyActions=[action]), selection={"Resources": [TABLE]})
    story.advance(hours=12)
    story.events.clear()
    story.advance(days=1)
    told = [(event.detail_type, event.account, event.detail.get("status")) for event in story.events]
    assert {account for kind, account, _ in told if kind == "Copy Job State Change"} == {ACCOUNT}
    points = [(account, status) for kind, account, status in told if kind == "Recovery Point State Change"]
    assert points == [
        (OTHER_ACCOUNT, "DELETING"),
        (ACCOUNT, "CREATING"),
        (ACCOUNT, "COMPLETED"),
        (OTHER_ACCOUNT, "COMPLETED"),
    ]


@pytest.mark.behaviour("event-of-restore-jobs")
def test_a_restore_job_has_a_state_when_created_and_a_status_after(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    job = restore(story, point, TO_TABLE)
    created, pending, running, completed = story.told("Restore Job State Change")
    assert (set(created), created["state"]) == ({"restoreJobId", "creationDate", "state"}, "CREATED")
    assert [pending["status"], running["status"], completed["status"]] == ["PENDING", "RUNNING", "COMPLETED"]
    assert (running["percentDone"], running["backupSizeInBytes"]) == (0, "13")
    assert set(running) == {
        "restoreJobId",
        "backupSizeInBytes",
        "creationDate",
        "iamRoleArn",
        "percentDone",
        "resourceType",
        "status",
    }
    assert completed["createdResourceArn"] == job["CreatedResourceArn"]
    assert (completed["recoveryPointArn"], completed["sourceResourceArn"]) == (point, TABLE)
    assert completed["percentDone"] == 0
    assert "restoreTestingPlanArn" not in completed


@pytest.mark.behaviour("event-of-plans-vaults-settings")
def test_plans_vaults_and_region_settings(story: Story) -> None:
    backup = story.client()
    plan_id = story.plan(rule())
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan={"BackupPlanName": "plan", "Rules": [rule("other")]})
    (selection,) = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=selection["SelectionId"])
    backup.delete_backup_plan(BackupPlanId=plan_id)
    backup.put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=1)
    backup.delete_backup_vault(BackupVaultName="acme")
    backup.update_region_settings(ResourceTypeOptInPreference={"Aurora": True})
    plans = story.told("Backup Plan State Change")
    assert [set(each) - {"backupPlanId", "versionId", "state"} for each in plans] == [
        {"creationDate"},
        {"modifiedAt"},
        {"deletionDate"},
    ]
    assert [each["state"] for each in plans] == ["CREATED", "MODIFIED", "DELETED"]
    assert story.told("Backup Vault State Change") == [
        {"backupVaultName": "acme", "state": "CREATED"},
        {"backupVaultName": "acme", "state": "MODIFIED", "isLocked": "true"},
        {"backupVaultName": "acme", "state": "DELETED"},
    ]
    (settings,) = story.told("Region Setting State Change")
    assert MOMENT.fullmatch(settings.pop("modifiedAt"))
    assert settings == {"ResourceTypeOptInPreference": {"Aurora": True}, "state": "MODIFIED"}


@pytest.mark.behaviour("event-of-nothing-else")
def test_selections_policies_and_new_lifecycles_have_no_event_but_cloudtrails(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    before = len(story.events)
    story.client().update_recovery_point_lifecycle(
        BackupVaultName="acme", RecoveryPointArn=point, Lifecycle={"DeleteAfterDays": 1}
    )
    story.client().put_backup_vault_access_policy(
        BackupVaultName="acme",
        Policy=json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint"}}),
    )
    assert [event.detail_type for event in story.events[before:]] == ["AWS API Call via CloudTrail"] * 2


@pytest.mark.behaviour("same-story-same-ids")
def test_without_listeners_the_same_things_happen(story: Story) -> None:
    """Ids included: who listens changes nothing."""
    point = story.back_up(TABLE)["RecoveryPointArn"]
    story.service.reset()
    story.service.event_listeners.clear()
    story.client().create_backup_vault(BackupVaultName="acme")
    assert story.back_up(TABLE)["RecoveryPointArn"] == point
