"""Which resources a plan backs up.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from backup_apps.domain.patterns import EVERYTHING
from backup_apps.domain.simulation.resources import Resource

_PREFIX = "aws:ResourceTag/"
_RESTORE_TEST = "awsbackup-restore-test"
Selection = Mapping[str, Any]
"""A `BackupSelection` of AWS Backup's API."""


def is_selected(selection: Selection, resource: Resource, opt_in: Mapping[str, bool]) -> bool:
    """An ARN or a tag fits, no exclusion does, and every condition holds.

    Opting in counts only where no ARN names the resource, and `*` names none, but for clusters of databases; what is of
    an unknown type counts as opted in.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
    What a restore test made is left out: https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """
    tags = dict(resource.tags)
    if _RESTORE_TEST in tags:
        return False
    arns = selection.get("Resources", ())
    is_named = any(arn != EVERYTHING and _fits(resource.arn, arn) for arn in arns)
    is_found = is_named or EVERYTHING in arns or _is_tagged(selection, tags)
    is_excluded = any(_fits(resource.arn, arn) for arn in selection.get("NotResources", ()))
    return (
        is_found
        and not is_excluded
        and _is_opted_in(resource, opt_in, is_named=is_named)
        and _meets(selection.get("Conditions", {}), tags)
    )


def _is_opted_in(resource: Resource, opt_in: Mapping[str, bool], *, is_named: bool) -> bool:
    kind = resource.kind
    return kind is None or opt_in.get(kind.name, False) or (is_named and not kind.needs_opt_in)


def _is_tagged(selection: Selection, tags: Mapping[str, str]) -> bool:
    return any(tags.get(tag["ConditionKey"]) == tag["ConditionValue"] for tag in selection.get("ListOfTags", ()))


def _meets(conditions: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    for operator, wanted in conditions.items():
        for one in wanted:
            if not _holds(operator, tags.get(one["ConditionKey"].removeprefix(_PREFIX)), one["ConditionValue"]):
                return False
    return True


def _holds(operator: str, found: str | None, value: str) -> bool:
    """A tag that is missing is not equal to, and not like, anything."""
    if operator.endswith("Equals"):
        fits = found == value
    else:
        fits = found is not None and _pattern(value).fullmatch(found) is not None
    return fits != operator.startswith("StringNot")


def _fits(arn: str, pattern: str) -> bool:
    return arn == pattern or (EVERYTHING in pattern and _pattern(pattern).fullmatch(arn) is not None)


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split(EVERYTHING))), re.DOTALL)
