"""What a change says field by field: what comes, and what becomes of what.

Everything is in normal form, so that only real differences are told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Change, Create, Kind, Update
from backup_apps.domain.normal_form import access_policy, backup_plan, backup_selection
from backup_apps.domain.testing_form import testing_plan, testing_selection

_NAME_OF_TEST, _NAME_OF_TESTED = "RestoreTestingPlanName", "RestoreTestingSelectionName"
_NAME_OF_ITEM = ("RuleName", "DestinationBackupVaultArn", "ResourceType", "Sid")


def fields_of(change: Change) -> Iterator[str]:
    """`path: value` of what comes, `path: old -> new` of what changes; nothing of what goes or stays."""
    match change:
        case Create():
            yield from (f"{path}: {_shown(value)}" for path, value in _fields(change.kind, change.after))
        case Update():
            yield from _differences(change)


def _differences(change: Update) -> Iterator[str]:
    before, after = dict(_fields(change.kind, change.before)), dict(_fields(change.kind, change.after))
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            yield f"{path}: {_shown(old)} -> {_shown(new)}"


def _fields(kind: Kind, document: Any) -> Iterator[tuple[str, Any]]:
    return _leaves("", _normal(kind, document))


def _normal(kind: Kind, document: Any) -> Any:
    """Without the name that the title says already."""
    match kind:
        case Kind.PLAN:
            return _without("BackupPlanName", backup_plan(document["BackupPlan"]))
        case Kind.SELECTION:
            return _without("SelectionName", backup_selection(document))
        case Kind.TESTING_PLAN:
            return _without(
                _NAME_OF_TEST, testing_plan({_NAME_OF_TEST: "", **document.get("RestoreTestingPlan", document)})
            )
        case Kind.TESTING_SELECTION:
            return _testing_selection(document)
        case Kind.ACCESS_POLICY:
            return access_policy(document["Policy"])
        case Kind.VAULT:
            return _without("BackupVaultName", document)
    return document


def _testing_selection(document: Mapping[str, Any]) -> dict[str, Any]:
    """An update says nothing of what it can't change."""
    found = testing_selection({_NAME_OF_TESTED: "", **document})
    return {key: value for key, value in found.items() if key not in (_NAME_OF_TESTED, "ProtectedResourceType")}


def _without(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _leaves(f"{path}.{key}" if path else key, value[key])
    elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            name = next((name for name in _NAME_OF_ITEM if name in item), "")
            yield from _leaves(f"{path}[{item.get(name, index)}]", _without(name, item))
    else:
        yield path or "value", value


def _shown(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\r", "\\r").replace("\n", "\\n")
