"""Settings of a region and of an organization.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateGlobalSettings.html
"""

from typing import Any

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, OTHER_ACCOUNT, REGION, Clock, code_of


@pytest.mark.behaviour("opt-in-merges", "opt-in-reads-back")
def test_an_opt_in_changes_what_it_names_in_this_region_only(service: BackupService, backup: Any) -> None:
    before = backup.describe_region_settings()["ResourceTypeOptInPreference"]
    assert before["S3"] is False
    backup.update_region_settings(ResourceTypeOptInPreference={"S3": True, "EBS": False})
    backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    after = backup.describe_region_settings()
    assert after["ResourceTypeOptInPreference"] == before | {"S3": True, "EBS": False}
    assert after["ResourceTypeManagementPreference"]["DynamoDB"] is False
    elsewhere = client(service, ACCOUNT, "us-east-1").describe_region_settings()
    assert elsewhere["ResourceTypeOptInPreference"] == before
    assert elsewhere["ResourceTypeManagementPreference"]["DynamoDB"] is True


@pytest.mark.behaviour("opt-in-names")
def test_a_type_with_a_space_in_its_name_can_be_set(backup: Any) -> None:
    backup.update_region_settings(ResourceTypeOptInPreference={"Storage Gateway": False})
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"]["Storage Gateway"] is False


@pytest.mark.behaviour("opt-in-merges")
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "MissingParameterValueException"),
        ({"ResourceTypeOptInPreference": {"Floppy": True}}, "InvalidParameterValueException"),
        ({"ResourceTypeManagementPreference": {"EBS": True}}, "InvalidParameterValueException"),
    ],
)
def test_region_settings_are_refused(backup: Any, settings: dict[str, Any], code: str) -> None:
    before = backup.describe_region_settings()["ResourceTypeOptInPreference"]
    assert code_of(backup.update_region_settings, **settings) == code
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == before


TYPES = [
    "Aurora",
    "CloudFormation",
    "DSQL",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
]


@pytest.mark.behaviour("supported-types", "opt-in-reads-back")
def test_the_types_that_can_be_opted_into_are_those_supported(backup: Any) -> None:
    supported = backup.get_supported_resource_types()["ResourceTypes"]
    assert sorted(backup.describe_region_settings()["ResourceTypeOptInPreference"]) == supported
    assert supported == TYPES


@pytest.mark.behaviour("global-settings-of-the-organization", "global-settings-reads-back")
def test_cross_account_backup_is_one_for_the_organization(service: BackupService, backup: Any, clock: Clock) -> None:
    member = client(service, OTHER_ACCOUNT, "us-east-1")
    first = member.describe_global_settings()
    assert first["GlobalSettings"]["isCrossAccountBackupEnabled"] == "false"
    assert "LastUpdateTime" not in first
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    then = member.describe_global_settings()
    assert then["GlobalSettings"]["isCrossAccountBackupEnabled"] == "true"
    assert then["LastUpdateTime"] == clock.now


@pytest.mark.behaviour("global-settings-refused")
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "MissingParameterValueException"),
        ({"GlobalSettings": {"isCrossAccountBackupEnabled": "yes"}}, "InvalidParameterValueException"),
        ({"GlobalSettings": {"isTurbo": "true"}}, "InvalidParameterValueException"),
    ],
)
def test_global_settings_are_refused(backup: Any, settings: dict[str, Any], code: str) -> None:
    assert code_of(backup.update_global_settings, **settings) == code


@pytest.mark.behaviour("global-settings-of-the-organization")
def test_only_the_management_account_changes_global_settings(clock: Clock) -> None:
    service = BackupService(clock, management_account=ACCOUNT)
    change = {"GlobalSettings": {"isCrossAccountBackupEnabled": "true"}}
    member = client(service, OTHER_ACCOUNT, REGION)
    assert code_of(member.update_global_settings, **change) == "InvalidRequestException"
    client(service, ACCOUNT, REGION).update_global_settings(**change)
    assert member.describe_global_settings()["GlobalSettings"]["isCrossAccountBackupEnabled"] == "true"
