"""A change set as text for people, by app and target: `+` comes, `~` changes from what to what, `-` goes, `=` stays."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from backup_apps.domain.changes import Change, ChangeSet, Create, Keep, Kind, Prune, Update
from backup_apps.domain.handling import Overlap
from backup_apps.domain.normal_form import access_policy, backup_plan, backup_selection

SHARED = "vaults and region"
"""The group of what leaves share and no app owns."""

_NAME_OF_ITEM = ("RuleName", "DestinationBackupVaultArn", "ResourceType", "Sid")
_COUNTED = {"create": "to create", "update": "to update", "prune": "to delete", "keep": "kept"}


def render_changes(change_sets: Iterable[ChangeSet]) -> str:
    """The text of any number of targets, with totals at its end."""
    change_sets = sorted(change_sets, key=lambda one: one.target)
    blocks = ["\n".join(block) for one in change_sets for block in _target_blocks(one)]
    return "\n\n".join([*blocks, _totals(change_sets)]) + "\n"


def _target_blocks(change_set: ChangeSet) -> Iterator[list[str]]:
    def group(change: Change) -> str:
        return change.app or SHARED

    where = f"{change_set.account}/{change_set.region}"
    if change_set.conflicts:
        yield [f"{where}  conflicts", *(f"  ! {conflict}" for conflict in change_set.conflicts)]
    if change_set.overlaps:
        yield [f"{where}  backed up twice", *(line for one in change_set.overlaps for line in _overlap(one))]
    by_app = sorted(change_set.changes, key=lambda one: (one.app is not None, group(one)))
    for app, changes in groupby(by_app, key=group):
        yield [f"{where}  {app}", *(line for change in changes for line in _lines(change))]


def _overlap(overlap: Overlap) -> Iterator[str]:
    yield f"  ? {overlap.first} and {overlap.second}: {overlap.sought}, {overlap.schedule}"
    yield from (f"      {resource}" for resource in overlap.resources)
    if overlap.more:
        yield "      and more"


def _lines(change: Change) -> Iterator[str]:
    match change:
        case Create():
            yield f"  + {change.title}"
            yield from (f"      {path}: {_shown(value)}" for path, value in _fields(change.kind, change.after))
        case Prune():
            yield f"  - {change.title}"
        case Keep():
            yield f"  = {change.title}: {change.reason}"
        case Update():
            yield f"  ~ {change.title}"
            yield from _differences(change)


def _differences(change: Update) -> Iterator[str]:
    before, after = dict(_fields(change.kind, change.before)), dict(_fields(change.kind, change.after))
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            yield f"      {path}: {_shown(old)} -> {_shown(new)}"


def _fields(kind: Kind, document: Any) -> Iterator[tuple[str, Any]]:
    return _leaves("", _normal(kind, document))


def _normal(kind: Kind, document: Any) -> Any:
    """In normal form without the name that the title says already, so that only real differences are told."""
    match kind:
        case Kind.PLAN:
            return _without("BackupPlanName", backup_plan(document["BackupPlan"]))
        case Kind.SELECTION:
            return _without("SelectionName", backup_selection(document))
        case Kind.ACCESS_POLICY:
            return access_policy(document["Policy"])
        case Kind.VAULT:
            return _without("BackupVaultName", document)
    return document


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
    return str(value).lower() if isinstance(value, bool) else str(value)


def _totals(change_sets: Iterable[ChangeSet]) -> str:
    change_sets = list(change_sets)
    counts = Counter[str](change.action for one in change_sets for change in one.changes)
    touched = sum(1 for one in change_sets if one.writes)
    parts = [f"{counts[action]} {label}" for action, label in _COUNTED.items() if counts[action]]
    conflicts = sum(len(one.conflicts) for one in change_sets)
    parts += [f"{conflicts} in conflict"] if conflicts else []
    if not parts:
        return f"No changes: {len(change_sets)} targets are what the bundle asks."
    return f"{', '.join(parts)}, in {touched} of {len(change_sets)} targets."
