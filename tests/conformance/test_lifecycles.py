"""How recovery points age, and what keeps them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
"""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import BEGINNING, BUCKET, DATABASE, FILES, TABLE, VOLUME, Story, days, refusal, vault_arn

COLD = {"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 100}


def gone(story: Story, arn: str) -> bool:
    return arn not in {point["RecoveryPointArn"] for point in story.points()}


@pytest.mark.behaviour("lifecycle-counts-from-creation")
def test_a_recovery_point_is_deleted_on_its_day(story: Story) -> None:
    point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 7})
    deletion = point["CreationDate"] + timedelta(days=7)
    story.advance(to=deletion - timedelta(seconds=1))
    assert not gone(story, point["RecoveryPointArn"])
    story.advance(to=deletion)
    assert gone(story, point["RecoveryPointArn"])
    assert story.cloud.snapshots_kept == 0
    assert story.told("Recovery Point State Change")[-1]["status"] == "DELETING"


@pytest.mark.behaviour("lifecycle-counts-from-creation", "cold-storage-by-type")
@pytest.mark.parametrize(
    ("arn", "lifecycle", "storage"),
    [
        (FILES, COLD, "COLD"),
        (TABLE, COLD, "COLD"),
        (BUCKET, COLD, "WARM"),
        (DATABASE, COLD, "WARM"),
        (VOLUME, COLD, "WARM"),
        (VOLUME, COLD | {"OptInToArchiveForSupportedResources": True}, "COLD"),
    ],
)
def test_cold_storage_is_for_the_types_that_have_it(
    story: Story, arn: str, lifecycle: dict[str, Any], storage: str
) -> None:
    """Others ignore it: https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html"""
    point = story.back_up(arn, Lifecycle=lifecycle)["RecoveryPointArn"]
    assert ("MoveToColdStorageAt" in story.point(point)["CalculatedLifecycle"]) == (storage == "COLD")
    story.advance(days=9)
    assert story.point(point)["StorageClass"] == "WARM"
    story.advance(days=1)
    assert story.point(point)["StorageClass"] == storage
    story.advance(days=90)
    assert gone(story, point)


@pytest.mark.behaviour("dynamodb-advanced-features")
def test_dynamodb_has_none_without_its_advanced_features(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html"""
    story.client().update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    point = story.back_up(TABLE, Lifecycle=COLD)["RecoveryPointArn"]
    assert "MoveToColdStorageAt" not in story.point(point)["CalculatedLifecycle"]
    story.advance(days=10)
    assert story.point(point)["StorageClass"] == "WARM"
    assert story.client().list_tags(ResourceArn=point)["Tags"] == {}


class TestUpdate:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html"""

    @pytest.mark.behaviour("update-replaces-both")
    def test_both_values_are_replaced_so_what_is_left_out_is_gone(self, story: Story) -> None:
        """ "Not including them may result in your plan updating with null values." """
        point = story.back_up(FILES, Lifecycle=COLD)["RecoveryPointArn"]
        answer = story.client().update_recovery_point_lifecycle(
            BackupVaultName="acme", RecoveryPointArn=point, Lifecycle={"MoveToColdStorageAfterDays": 10}
        )
        assert (answer["BackupVaultArn"], "DeleteAt" in answer["CalculatedLifecycle"]) == (vault_arn(), False)
        story.advance(days=200)
        assert not gone(story, point)
        story.client().update_recovery_point_lifecycle(
            BackupVaultName="acme", RecoveryPointArn=point, Lifecycle={**COLD, "DeleteAfterDays": 300}
        )
        story.advance(days=100)
        assert gone(story, point)

    @pytest.mark.behaviour("update-replaces-both")
    def test_where_both_are_left_out_nothing_is_left(self, story: Story) -> None:
        point = story.back_up(FILES, Lifecycle=COLD)["RecoveryPointArn"]
        known = {"BackupVaultName": "acme", "RecoveryPointArn": point}
        answer = story.client().update_recovery_point_lifecycle(**known, Lifecycle={})
        assert set(answer) == {"BackupVaultArn", "RecoveryPointArn", "ResponseMetadata"}
        story.advance(days=200)
        assert (story.point(point)["StorageClass"], "Lifecycle" in story.point(point)) == ("WARM", False)

    @pytest.mark.behaviour("update-counts-from-creation")
    def test_a_shorter_life_counts_from_the_creation(self, story: Story) -> None:
        point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 100})["RecoveryPointArn"]
        story.advance(days=50)
        answer = story.client().update_recovery_point_lifecycle(
            BackupVaultName="acme", RecoveryPointArn=point, Lifecycle={"DeleteAfterDays": 40}
        )
        assert days(answer["CalculatedLifecycle"]["DeleteAt"]) == 40
        assert gone(story, point)

    @pytest.mark.behaviour("update-counts-from-creation")
    def test_a_longer_life_outlives_the_first_date(self, story: Story) -> None:
        point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 7})["RecoveryPointArn"]
        story.client().update_recovery_point_lifecycle(
            BackupVaultName="acme", RecoveryPointArn=point, Lifecycle={"DeleteAfterDays": 8}
        )
        story.advance(days=7)
        assert not gone(story, point)
        story.advance(days=1)
        assert gone(story, point)

    @pytest.mark.behaviour("update-cold-stays-cold")
    def test_what_is_cold_stays_cold(self, story: Story) -> None:
        point = story.back_up(FILES, Lifecycle=COLD)["RecoveryPointArn"]
        known = {"BackupVaultName": "acme", "RecoveryPointArn": point}
        story.advance(days=10)
        update = story.client().update_recovery_point_lifecycle
        later = {"MoveToColdStorageAfterDays": 20, "DeleteAfterDays": 200}
        assert refusal(update, **known, Lifecycle=later) == "InvalidParameterValueException"
        update(**known, Lifecycle={**COLD, "DeleteAfterDays": 200})
        story.advance(days=150)
        assert not gone(story, point)

    @pytest.mark.behaviour("update-bounds")
    def test_the_bounds_of_lifecycles_hold(self, story: Story) -> None:
        point = story.back_up(FILES, Lifecycle=COLD)["RecoveryPointArn"]
        update = story.client().update_recovery_point_lifecycle
        short = {"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 99}
        known = {"BackupVaultName": "acme", "RecoveryPointArn": point}
        assert refusal(update, **known, Lifecycle=short) == "InvalidParameterValueException"
        assert refusal(update, **{**known, "RecoveryPointArn": "arn:none"}) == "ResourceNotFoundException"


@pytest.mark.behaviour("lock-keeps-points", "lock-lets-lifecycles-end")
def test_a_locked_vault_keeps_its_recovery_points_and_their_lifecycles(story: Story) -> None:
    """In governance mode too, as long as the lock is there; what is over is deleted all the same.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """
    backup = story.client()
    point = story.back_up(TABLE, Lifecycle={"DeleteAfterDays": 7})["RecoveryPointArn"]
    known = {"BackupVaultName": "acme", "RecoveryPointArn": point}
    backup.put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=30)
    longer = {"DeleteAfterDays": 60}
    assert refusal(backup.delete_recovery_point, **known) == "InvalidRequestException"
    assert refusal(backup.update_recovery_point_lifecycle, **known, Lifecycle=longer) == "InvalidRequestException"
    backup.delete_backup_vault_lock_configuration(BackupVaultName="acme")
    backup.update_recovery_point_lifecycle(**known, Lifecycle={"DeleteAfterDays": 8})
    backup.put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=30)
    story.advance(days=8)
    assert gone(story, point)


class TestLegalHolds:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/legalhold.html"""

    def hold(self, story: Story, **selection: Any) -> str:
        asked = {"Title": "case 7", "Description": "evidence", "RecoveryPointSelection": selection}
        return str(story.client().create_legal_hold(**asked)["LegalHoldId"])

    @pytest.mark.behaviour("hold-delays", "hold-cancelled-once")
    def test_it_delays_what_a_lifecycle_would_do_until_it_is_cancelled(self, story: Story) -> None:
        point = story.back_up(FILES, Lifecycle=COLD)["RecoveryPointArn"]
        hold = self.hold(story, VaultNames=["acme"])
        story.advance(days=50)
        assert story.point(point)["StorageClass"] == "WARM"
        story.advance(days=100)
        assert not gone(story, point)
        story.client().cancel_legal_hold(LegalHoldId=hold, CancelDescription="over", RetainRecordInDays=10)
        assert gone(story, point)
        record = story.client().get_legal_hold(LegalHoldId=hold)
        assert (record["Status"], record["CancelDescription"]) == ("CANCELED", "over")
        assert days(record["RetainRecordUntil"], record["CancellationDate"]) == 10
        again = {"LegalHoldId": hold, "CancelDescription": "again"}
        assert refusal(story.client().cancel_legal_hold, **again) == "InvalidResourceStateException"

    @pytest.mark.behaviour("point-held-words", "hold-protects")
    def test_nobody_deletes_what_is_held(self, story: Story) -> None:
        """In AWS's words: https://repost.aws/knowledge-center/backup-recovery-points-hold-vault"""
        point = story.back_up(TABLE)["RecoveryPointArn"]
        holds = [self.hold(story, ResourceIdentifiers=[TABLE]) for _ in range(2)]
        delete = {"BackupVaultName": "acme", "RecoveryPointArn": point}
        for hold in holds:
            assert refusal(story.client().delete_recovery_point, **delete) == "InvalidRequestException"
            story.client().cancel_legal_hold(LegalHoldId=hold, CancelDescription="over")
        story.client().delete_recovery_point(**delete)
        assert gone(story, point)

    @pytest.mark.behaviour("hold-selects", "holds-listed", "hold-lists-its-points")
    def test_what_it_holds(self, story: Story) -> None:
        table, volume = (story.back_up(arn)["RecoveryPointArn"] for arn in (TABLE, VOLUME))
        story.advance(days=1)
        dates = {"FromDate": BEGINNING, "ToDate": BEGINNING + timedelta(minutes=30)}
        held = {
            "everything": self.hold(story),
            "a resource": self.hold(story, ResourceIdentifiers=[VOLUME]),
            "a vault": self.hold(story, VaultNames=["other"]),
            "a time": self.hold(story, DateRange=dates),
        }
        story.back_up(TABLE)
        listing = story.client().list_recovery_points_by_legal_hold
        assert {
            name: [point["RecoveryPointArn"] for point in listing(LegalHoldId=hold)["RecoveryPoints"]]
            for name, hold in held.items()
        } == {"everything": [table, volume], "a resource": [volume], "a vault": [], "a time": [table]}
        shown = story.client().get_legal_hold(LegalHoldId=held["a time"])["RecoveryPointSelection"]["DateRange"]
        assert shown["ToDate"] == dates["ToDate"]
        story.client().cancel_legal_hold(LegalHoldId=held["a vault"], CancelDescription="over")
        statuses = [hold["Status"] for hold in story.client().list_legal_holds()["LegalHolds"]]
        assert statuses == ["ACTIVE", "ACTIVE", "CANCELED", "ACTIVE"]
        assert refusal(listing, LegalHoldId="none") == "InvalidParameterValueException"

    @pytest.mark.behaviour("hold-not-of-the-future")
    def test_dates_to_come_are_not_permitted(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointSelection.html"""
        dates = {"FromDate": BEGINNING, "ToDate": BEGINNING + timedelta(days=1)}
        asked = {"Title": "t", "Description": "d", "RecoveryPointSelection": {"DateRange": dates}}
        assert refusal(story.client().create_legal_hold, **asked) == "InvalidParameterValueException"
        story.advance(days=2)
        dates["FromDate"] = BEGINNING + timedelta(days=1, seconds=1)
        assert refusal(story.client().create_legal_hold, **asked) == "InvalidParameterValueException"
        dates["FromDate"] = dates["ToDate"]
        assert story.client().create_legal_hold(**asked)["Status"] == "ACTIVE"

    @pytest.mark.behaviour("hold-cancelled-once")
    @pytest.mark.parametrize("days", [-1, 36_501, 10**15])
    def test_its_record_is_kept_for_a_number_of_days(self, story: Story, days: int) -> None:
        asked = {"LegalHoldId": self.hold(story), "CancelDescription": "over"}
        cancel = story.client().cancel_legal_hold
        assert refusal(cancel, **asked, RetainRecordInDays=days) == "InvalidParameterValueException"
        assert story.client().list_legal_holds()["LegalHolds"][0]["Status"] == "ACTIVE"
        cancel(**asked, RetainRecordInDays=36_500)

    @pytest.mark.behaviour("quota-holds", "hold-retry")
    def test_fifty_at_most_and_the_same_token_is_the_same_hold(self, story: Story) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""
        asked = {"Title": "t", "Description": "d", "IdempotencyToken": "one"}
        create = story.client().create_legal_hold
        assert create(**asked)["LegalHoldId"] == create(**asked)["LegalHoldId"]
        for _ in range(49):
            self.hold(story)
        assert refusal(create, Title="t", Description="d") == "LimitExceededException"

    @pytest.mark.behaviour("hold-retry")
    def test_it_has_tags(self, story: Story) -> None:
        arn = story.client().create_legal_hold(Title="t", Description="d", Tags={"case": "7"})["LegalHoldArn"]
        assert story.client().list_tags(ResourceArn=arn)["Tags"] == {"case": "7"}


@pytest.mark.behaviour("point-deletion-may-fail-silently")
def test_a_deletion_that_fails_leaves_it_expired_though_the_answer_is_success(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html"""
    known = {"BackupVaultName": "acme", "RecoveryPointArn": story.back_up(TABLE)["RecoveryPointArn"]}
    story.service.role_is_assumable = lambda arn: False
    story.client().delete_recovery_point(**known)
    assert story.client().describe_recovery_point(**known)["Status"] == "EXPIRED"
    story.service.role_is_assumable = None
    story.client().delete_recovery_point(**known)
    assert gone(story, known["RecoveryPointArn"])


@pytest.mark.behaviour("points-of-a-resource", "protected-resources", "protected-resource-last-restore")
def test_protected_resources(story: Story) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html"""
    backup = story.client()
    story.back_up(TABLE)
    latest = story.back_up(TABLE)
    story.back_up(VOLUME)
    resources = backup.list_protected_resources()["Results"]
    assert [each["ResourceArn"] for each in resources] == [TABLE, VOLUME]
    described = backup.describe_protected_resource(ResourceArn=TABLE)
    assert described["LastRecoveryPointArn"] == latest["RecoveryPointArn"]
    assert described["LastBackupTime"] == latest["CreationDate"]
    points = backup.list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"]
    assert [point["BackupSizeBytes"] for point in points] == [13, 13]
    assert refusal(backup.describe_protected_resource, ResourceArn=BUCKET) == "ResourceNotFoundException"


@pytest.mark.behaviour("protected-resources")
def test_the_latest_recovery_point_is_the_newest_in_whatever_vault(story: Story) -> None:
    story.client().create_backup_vault(BackupVaultName="second")
    for vault in ("acme", "second", "acme"):
        latest = story.back_up(TABLE, BackupVaultName=vault)["RecoveryPointArn"]
    (found,) = story.client().list_protected_resources()["Results"]
    assert (found["LastRecoveryPointArn"], found["LastBackupVaultArn"]) == (latest, vault_arn())
