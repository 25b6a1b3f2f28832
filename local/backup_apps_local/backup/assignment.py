"""Which resources a selection assigns to its plan.

A resource is in if an ARN of `Resources` or a tag of `ListOfTags` fits, unless `NotResources` has it, and only if all
`Conditions` hold. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from backup_apps_local.backup.resource_types import RESTORE_TEST
from backup_apps_local.backup.resources import Resource

_PREFIX = "aws:ResourceTag/"
_ONLY_OPTED_IN = ("Aurora", "DocumentDB", "Neptune")
_KINDS: dict[str, Callable[[str | None, str], bool]] = {
    "StringEquals": lambda value, expected: value == expected,
    "StringNotEquals": lambda value, expected: value != expected,
    "StringLike": lambda value, expected: value is not None and _is_like(value, expected),
    "StringNotLike": lambda value, expected: value is None or not _is_like(value, expected),
}


def assigned(
    selection: Mapping[str, Any], resources: Iterable[Resource], is_opted_in: Callable[[str], bool]
) -> Iterator[Resource]:
    """In the order of `resources`. Types that are not opted in are skipped silently, unless an ARN names them.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html: the opt-in applies to what is
    assigned by tags only; an explicit resource type goes before it, but for clusters of Aurora, DocumentDB and Neptune
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html). `*` names no type.
    What a restore test created is left out: https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """
    for resource in resources:
        named = _is_named(selection, resource)
        found = named or _is_tagged(selection, resource) or "*" in selection.get("Resources", ())
        wanted = found and not _is_excluded(selection, resource) and _meets_conditions(selection, resource)
        opted_in = is_opted_in(resource.type) or (named and resource.type not in _ONLY_OPTED_IN)
        if wanted and opted_in and RESTORE_TEST not in resource.tags:
            yield resource


def _is_named(selection: Mapping[str, Any], resource: Resource) -> bool:
    return any(pattern != "*" and _fits(resource.arn, pattern) for pattern in selection.get("Resources", ()))


def _is_tagged(selection: Mapping[str, Any], resource: Resource) -> bool:
    """A key with the prefix of conditions is taken as it stands, so it fits nothing: a classic mistake."""
    return any(
        resource.tags.get(tag["ConditionKey"]) == tag["ConditionValue"] for tag in selection.get("ListOfTags", ())
    )


def _is_excluded(selection: Mapping[str, Any], resource: Resource) -> bool:
    return any(_fits(resource.arn, pattern) for pattern in selection.get("NotResources", ()))


def _meets_conditions(selection: Mapping[str, Any], resource: Resource) -> bool:
    return all(
        holds(resource.tags.get(each["ConditionKey"].removeprefix(_PREFIX)), each["ConditionValue"])
        for kind, holds in _KINDS.items()
        for each in selection.get("Conditions", {}).get(kind, ())
    )


def _fits(arn: str, pattern: str) -> bool:
    if "*" not in pattern:
        return arn == pattern
    return arn.startswith(pattern[:-1]) if pattern.index("*") == len(pattern) - 1 else _is_like(arn, pattern)


def _is_like(value: str, pattern: str) -> bool:
    """Only `*` is special; fnmatch would read `[` and `?` too."""
    return fnmatchcase(value, pattern.replace("[", "[[]").replace("?", "[?]"))
