"""The bounds that the model writes beside a shape: required, pattern, enum, length and range.

botocore checks only some of them before it sends; AWS checks them when the call arrives. Keys of maps are not checked:
the model's pattern would refuse `Storage Gateway`, a resource type that AWS has. Neither is `*` for an account, which
the page has and the pattern has not: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    MissingParameterValueException,
    error_in_rule,
)


def check(shape: Shape, value: Any, path: str = "") -> None:
    """Raises MissingParameterValueException or InvalidParameterValueException for the first breach."""
    match shape:
        case StructureShape():
            _check_required(shape, value, path)
            _check_members(shape, value, path)
        case ListShape():
            _check_each((shape.member, item, path) for item in value)
        case MapShape():
            _check_each((shape.value, item, path) for item in value.values())
        case _:
            _check_scalar(shape, value, path.lstrip("."))


def _check_members(shape: StructureShape, value: dict[str, Any], path: str) -> None:
    """A breach within a rule of a plan is told with the rule's name."""
    try:
        _check_each((shape.members[name], item, f"{path}.{name}") for name, item in value.items())
    except InvalidParameterValueException as breach:
        if shape.name != "BackupRuleInput":
            raise
        raise error_in_rule(value["RuleName"], breach.message) from breach


def _check_each(parts: Iterable[tuple[Shape, Any, str]]) -> None:
    for shape, value, path in parts:
        check(shape, value, path)


def _check_required(shape: Shape, value: dict[str, Any], path: str) -> None:
    for name in shape.metadata.get("required", ()):
        if name not in value:
            raise MissingParameterValueException(f"{f'{path}.{name}'.lstrip('.')} is required")


def _check_scalar(shape: Shape, value: Any, path: str) -> None:
    breaches: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("pattern", lambda bound: not re.search(_to_the_end(bound), value)),
        ("enum", lambda bound: value not in bound),
        ("min", lambda bound: _size(value) < bound),
        ("max", lambda bound: _size(value) > bound),
    )
    if shape.name == "AccountId" and value == "*":
        return
    for kind, breaks in breaches:
        if kind in shape.metadata and breaks(shape.metadata[kind]):
            raise InvalidParameterValueException(_wording(shape, value, path, kind))


def _to_the_end(pattern: str) -> str:
    """Python's `$` lets a last line break pass."""
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else int(value)


def _wording(shape: Shape, value: Any, path: str, kind: str) -> str:
    if shape.name == "BackupVaultName":
        return f"Backup vault name {value} is not valid"
    return f"{path} {value!r} is not valid: {kind} {shape.metadata[kind]}"
