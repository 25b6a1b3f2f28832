"""What AWS Backup refuses in a selection, at the call.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

import re
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup.errors import InvalidParameterValueException, MissingParameterValueException
from backup_apps_local.backup.site import Site

CONDITION_KINDS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):role/[\w+=,.@/-]+")
_RESOURCE = re.compile(r"\*|arn:[\w-]+:[\w-]+:(\*|[\w-]*):(\*|\d*):[^*]*\*?")
"""A whole-segment `*` for region and account, otherwise only at the end."""


def check_selection(site: Site, selection: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException, or MissingParameterValueException for half a condition."""
    if not selection.get("Resources") and not selection.get("ListOfTags"):
        _refuse_empty()
    for member in ("Resources", "NotResources"):
        _check_arns(site, member, selection.get(member, []))
    _check_conditions(site, selection)
    check_role(site, selection["IamRoleArn"])


def _refuse_empty() -> None:
    """The model's text says that a selection without any of them means everything; AWS refuses it in these words.

    https://github.com/ministryofjustice/modernisation-platform-terraform-baselines/pull/90
    """
    raise InvalidParameterValueException(
        "Invalid backup selection. Either 'ListOfTags' or 'Resources' section must be non-empty."
    )


def _check_arns(site: Site, member: str, arns: list[str]) -> None:
    """500 plain ARNs, or 30 when any has a wildcard: the strict reading of the page."""
    for arn in arns:
        if _RESOURCE.fullmatch(arn) is None:
            raise InvalidParameterValueException(f"Invalid {member}: {arn} is not an ARN, or has a * within it")
    has_wildcard = any("*" in arn for arn in arns)
    limit = site.quotas.wildcard_arns_per_selection if has_wildcard else site.quotas.plain_arns_per_selection
    if len(arns) > limit:
        raise InvalidParameterValueException(f"{member} has at most {limit} ARNs here, not {len(arns)}")


def _check_conditions(site: Site, selection: Mapping[str, Any]) -> None:
    """Keys of Conditions need the prefix `aws:ResourceTag/`; keys of ListOfTags are bare, and taken as they are.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ConditionParameter.html
    """
    conditions = [each for kind in CONDITION_KINDS for each in selection.get("Conditions", {}).get(kind, [])]
    for condition in conditions:
        if not condition.get("ConditionKey") or "ConditionValue" not in condition:
            raise MissingParameterValueException("A condition needs ConditionKey and ConditionValue")
        if not condition["ConditionKey"].startswith("aws:ResourceTag/"):
            raise InvalidParameterValueException(f"{condition['ConditionKey']} does not begin with aws:ResourceTag/")
    count = len(conditions) + len(selection.get("ListOfTags", []))
    if count > site.quotas.conditions_per_selection:
        limit = site.quotas.conditions_per_selection
        raise InvalidParameterValueException(f"A selection has at most {limit} conditions, not {count}")


def check_role(site: Site, arn: str) -> None:
    """A role of the caller's account that trusts backup.amazonaws.com, as far as roles can be looked up.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html; AWS's words are in
    https://github.com/hashicorp/terraform-provider-aws/issues/9297
    """
    found = _ROLE_ARN.fullmatch(arn)
    if found is None:
        raise InvalidParameterValueException(f"{arn} is not the ARN of an IAM role")
    is_assumable = site.role_is_assumable is None or site.role_is_assumable(arn)
    if found["account"] != site.account or not is_assumable:
        raise InvalidParameterValueException(f"IAM Role {arn} cannot be assumed by AWS Backup", context=arn)
