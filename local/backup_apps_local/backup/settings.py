"""What an account opts into, region by region, and what an organization allows across its accounts.

https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import InvalidParameterValueException, MissingParameterValueException
from backup_apps_local.backup.site import Operation, Site

OPT_IN_DEFAULTS = {
    "Aurora": True,
    "CloudFormation": False,
    "DSQL": False,
    "DocumentDB": False,
    "DynamoDB": True,
    "EBS": True,
    "EC2": True,
    "EFS": True,
    "EKS": False,
    "FSx": True,
    "Neptune": False,
    "RDS": True,
    "Redshift": False,
    "Redshift Serverless": False,
    "S3": False,
    "SAP HANA on Amazon EC2": False,
    "Storage Gateway": True,
    "Timestream": False,
    "VirtualMachine": True,
}
"""Which services a region backs up before anyone changed it. The pages name no full list of defaults; services that
came after the first are off until opted in, which is the careful reading: a tag-only selection then skips them."""

MANAGEMENT_DEFAULTS = {"CloudFormation": True, "DSQL": True, "DynamoDB": True, "EFS": False}
"""Types whose full management is shown and can be set: https://docs.aws.amazon.com/aws-backup/latest/devguide/
advanced-ddb-backup.html for DynamoDB, whose advanced features are on for who made no vault before November 2021; the
others, and their values, as in the example of Terraform's aws_backup_region_settings."""

_GLOBAL_SETTINGS = ("isCrossAccountBackupEnabled", "isMpaEnabled", "isDelegatedAdministratorEnabled")


def describe_region_settings(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html"""
    return {
        "ResourceTypeOptInPreference": OPT_IN_DEFAULTS | site.here.opt_in,
        "ResourceTypeManagementPreference": MANAGEMENT_DEFAULTS | site.here.management,
    }


def update_region_settings(site: Site, parameters: dict[str, Any]) -> None:
    """Merges into what is set: types that are not named keep their setting.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
    """
    opt_in = parameters.get("ResourceTypeOptInPreference", {})
    management = parameters.get("ResourceTypeManagementPreference", {})
    if not opt_in and not management:
        raise MissingParameterValueException("Either of the two preferences is required")
    _check_types(opt_in, tuple(OPT_IN_DEFAULTS))
    _check_types(management, tuple(MANAGEMENT_DEFAULTS))
    site.here.opt_in |= opt_in
    site.here.management |= management


def get_supported_resource_types(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetSupportedResourceTypes.html"""
    return {"ResourceTypes": sorted(OPT_IN_DEFAULTS)}


def describe_global_settings(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Flags are text, "true" or "false", and off until switched on.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeGlobalSettings.html
    """
    return {
        "GlobalSettings": dict.fromkeys(_GLOBAL_SETTINGS, "false") | site.world.global_settings,
        "LastUpdateTime": site.world.global_settings_updated,
    }


def update_global_settings(site: Site, parameters: dict[str, Any]) -> None:
    """Only the management account of the organization may, where the service was told which that is.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateGlobalSettings.html
    """
    site.require_management_account()
    settings = parameters.get("GlobalSettings")
    if not settings:
        raise MissingParameterValueException("GlobalSettings is required")
    _check_types(settings, _GLOBAL_SETTINGS)
    if not {"true", "false"}.issuperset(settings.values()):
        raise InvalidParameterValueException("A global setting is true or false")
    site.world.global_settings |= settings
    site.world.global_settings_updated = site.now


def _check_types(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise InvalidParameterValueException(f"{name} is not one of {', '.join(known)}")


OPERATIONS: dict[str, Operation] = {
    "DescribeGlobalSettings": describe_global_settings,
    "DescribeRegionSettings": describe_region_settings,
    "GetSupportedResourceTypes": get_supported_resource_types,
    "UpdateGlobalSettings": update_global_settings,
    "UpdateRegionSettings": update_region_settings,
}
