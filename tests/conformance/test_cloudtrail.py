"""What CloudTrail tells of calls.

https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
"""

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from backup_apps_local.backup.service import ApiCall

from .conftest import ACCOUNT, REGION, TABLE, Story, refusal, vault_arn

SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_BackupAdmin_0123456789abcdef/alice@example.com"


def trail(story: Story, principal: str = SSO) -> Any:
    return story.client(principal=principal)


@pytest.mark.behaviour("trail-who-did-what", "trail-identity")
def test_who_did_what(story: Story) -> None:
    point = story.back_up(TABLE)["RecoveryPointArn"]
    known = {"BackupVaultName": "acme", "RecoveryPointArn": point}
    trail(story).update_recovery_point_lifecycle(**known, Lifecycle={"DeleteAfterDays": 1})
    told = story.told("AWS API Call via CloudTrail")[-1]
    assert (told["eventSource"], told["eventName"]) == ("backup.amazonaws.com", "UpdateRecoveryPointLifecycle")
    assert told["requestParameters"] == {
        "backupVaultName": "acme",
        "recoveryPointArn": point,
        "lifecycle": {"deleteAfterDays": 1},
    }
    assert told["responseElements"]["backupVaultArn"] == vault_arn()
    identity = told["userIdentity"]
    assert (identity["type"], identity["arn"], identity["accountId"]) == ("AssumedRole", SSO, ACCOUNT)
    assert identity["principalId"].endswith(":alice@example.com")
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert issuer["userName"] == "AWSReservedSSO_BackupAdmin_0123456789abcdef"
    assert issuer["arn"].startswith(f"arn:aws:iam::{ACCOUNT}:role/")
    assert (told["readOnly"], told["awsRegion"], told["recipientAccountId"]) == (False, REGION, ACCOUNT)


@pytest.mark.behaviour("trail-identity")
def test_users_and_root(story: Story) -> None:
    for principal in (f"arn:aws:iam::{ACCOUNT}:user/bob", f"arn:aws:iam::{ACCOUNT}:root"):
        trail(story, principal).update_region_settings(ResourceTypeOptInPreference={"S3": True})
    user, root = (each["userIdentity"] for each in story.told("AWS API Call via CloudTrail")[-2:])
    assert (user["type"], user["userName"]) == ("IAMUser", "bob")
    assert (root["type"], root["principalId"]) == ("Root", ACCOUNT)


@pytest.mark.behaviour("trail-maps")
def test_keys_of_maps_stay_and_nothing_is_null(story: Story) -> None:
    trail(story).update_region_settings(ResourceTypeOptInPreference={"DynamoDB": False})
    told = story.told("AWS API Call via CloudTrail")[-1]
    assert told["requestParameters"] == {"resourceTypeOptInPreference": {"DynamoDB": False}}
    assert told["responseElements"] is None


@pytest.mark.behaviour("trail-refusals")
def test_refusals_are_told_and_reads_are_not(story: Story) -> None:
    assert refusal(trail(story).delete_backup_vault, BackupVaultName="none") == "ResourceNotFoundException"
    trail(story).list_backup_vaults()
    told = story.told("AWS API Call via CloudTrail")[-1]
    assert (told["eventName"], told["errorCode"]) == ("DeleteBackupVault", "ResourceNotFoundException")
    assert told["errorMessage"] == "Backup vault none does not exist"


@pytest.mark.behaviour("trail-sso-path")
def test_roles_of_identity_center_have_their_path(story: Story) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html"""
    for role in ("AWSReservedSSO_BackupAdmin_0123456789abcdef", "admin"):
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/alice@example.com"
        trail(story, session).update_region_settings(ResourceTypeOptInPreference={"S3": True})
    told = [each["userIdentity"] for each in story.told("AWS API Call via CloudTrail")[-2:]]
    assert [each["sessionContext"]["sessionIssuer"]["arn"] for each in told] == [
        f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{REGION}/AWSReservedSSO_BackupAdmin_0123456789abcdef",
        f"arn:aws:iam::{ACCOUNT}:role/admin",
    ]


@pytest.mark.behaviour("trail-spoken-moments")
def test_moments_of_answers_are_spoken(story: Story) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/ct-schedule-key-deletion.html"""
    story.advance(hours=12, minutes=5)
    for name in ("noon", "night"):
        trail(story).create_backup_vault(BackupVaultName=name)
        story.advance(hours=12)
    told = story.told("AWS API Call via CloudTrail")[-2:]
    assert [each["responseElements"]["creationDate"] for each in told] == [
        "Jan 1, 2026 12:05:00 PM",
        "Jan 2, 2026 12:05:00 AM",
    ]


@pytest.mark.behaviour("trail-moments")
def test_moments_are_text(story: Story) -> None:
    dates = {"FromDate": story.now, "ToDate": story.now}
    selection = {"VaultNames": ["acme"], "DateRange": dates}
    trail(story).create_legal_hold(Title="t", Description="d", RecoveryPointSelection=selection)
    told = story.told("AWS API Call via CloudTrail")[-1]
    assert told["requestParameters"]["recoveryPointSelection"]["dateRange"]["toDate"] == "2026-01-01T00:00:00Z"


@pytest.mark.behaviour("calls-of-other-services")
def test_calls_of_other_services_are_told_with_the_same_faults(story: Story) -> None:
    kms = ServiceModel(Loader().load_service_model("kms", "service-2"), "kms")
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    call = ApiCall(kms.operation_model("DisableKey"), {"KeyId": key}, None, "request-1")
    story.service.fault("event-lost", "AWS API Call via CloudTrail")
    story.events.clear()
    for _ in range(2):
        story.service.tell(ACCOUNT, REGION, SSO, call)
    (event,) = story.events
    assert (event.source, event.detail["eventSource"]) == ("aws.kms", "kms.amazonaws.com")
    assert (event.detail["eventName"], event.detail["requestParameters"]) == ("DisableKey", {"keyId": key})
    assert event.detail["userIdentity"]["arn"] == SSO
