"""What AWS Backup refuses in restore testing plans and selections, at the call.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingPlanForCreate.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingSelectionForCreate.html
"""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from backup_apps.domain import cron
from backup_apps_local.backup.errors import InvalidParameterValueException
from backup_apps_local.backup.resource_types import RESTORE_TESTED, TYPES
from backup_apps_local.backup.restore_tests import DEFAULT_ZONE
from backup_apps_local.backup.selection_checks import check_role
from backup_apps_local.backup.site import Site

_NAME = re.compile(r"[a-zA-Z0-9_]{1,50}")


def check_test_name(member: str, name: str) -> None:
    """1 to 50 alphanumeric characters and underscores: of the bounds that the pages give, the strictest."""
    if _NAME.fullmatch(name) is None:
        raise InvalidParameterValueException(f"{member} {name!r} must be 1 to 50 alphanumeric characters or '_'")


def check_test_plan(plan: Mapping[str, Any]) -> None:
    _check_schedule(plan)
    _check_bounds("StartWindowHours", plan.get("StartWindowHours"), 1, 168)
    points = plan["RecoveryPointSelection"]
    for member in ("Algorithm", "IncludeVaults", "RecoveryPointTypes"):
        if not points.get(member):
            raise InvalidParameterValueException(f"RecoveryPointSelection.{member} must be given")
    _check_bounds("SelectionWindowDays", points.get("SelectionWindowDays"), 1, 365)


def check_test_selection(site: Site, selection: Mapping[str, Any]) -> None:
    type_name = selection["ProtectedResourceType"]
    if type_name not in RESTORE_TESTED:
        raise InvalidParameterValueException(f"{type_name} is not one of {', '.join(RESTORE_TESTED)}")
    _check_resources(site, selection)
    _check_bounds("ValidationWindowHours", selection.get("ValidationWindowHours"), 0, 168)
    _check_overrides(type_name, selection.get("RestoreMetadataOverrides", {}))
    check_role(site, selection["IamRoleArn"])


def _check_schedule(plan: Mapping[str, Any]) -> None:
    try:
        cron.parse(plan["ScheduleExpression"])
        ZoneInfo(plan.get("ScheduleExpressionTimezone", DEFAULT_ZONE))
    except (KeyError, ValueError, OSError) as error:
        raise InvalidParameterValueException(f"Invalid schedule expression. {error}") from error


def _check_bounds(member: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise InvalidParameterValueException(f"{member} must be from {least} to {most}, not {value}")


def _check_resources(site: Site, selection: Mapping[str, Any]) -> None:
    """ARNs, or `*` with conditions, never both."""
    arns = selection.get("ProtectedResourceArns", [])
    conditions = [each for kind in selection.get("ProtectedResourceConditions", {}).values() for each in kind]
    if len(arns) > site.quotas.restore_testing_arns_per_selection or ("*" in arns and len(arns) > 1):
        most = site.quotas.restore_testing_arns_per_selection
        raise InvalidParameterValueException(f"ProtectedResourceArns has at most {most} ARNs, or * alone")
    if conditions and "*" not in arns:
        raise InvalidParameterValueException("ProtectedResourceConditions need ProtectedResourceArns to be *")
    if len(conditions) > site.quotas.restore_testing_conditions_per_selection:
        raise InvalidParameterValueException("A restore testing selection has too many conditions")


def _check_overrides(type_name: str, overrides: Mapping[str, str]) -> None:
    """Keys in any case. FSx needs overrides, since its metadata cannot be inferred; which, is not told in one place.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
    """
    known = {key.lower() for key in TYPES[type_name].overridable}
    unknown = [key for key in overrides if key.lower() not in known]
    if unknown and type_name != "FSx":
        raise InvalidParameterValueException(f"{', '.join(unknown)} cannot be overridden for {type_name}")
