"""Drift of the plans of AWS restore testing and their selections."""

from collections.abc import Iterator
from typing import Any

from backup_apps.domain.changes import ChangeSet, Create, Prune, Update, Write
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import direction_of, judged, messages_of, of_kind
from backup_apps.domain.protection.classes import Reason
from backup_apps.domain.protection.restore_testing import testing_sides

PATH = "policy.verification"
_PARTS = (ChangeKind.TESTING_PLAN, ChangeKind.TESTING_PLAN_TAG, ChangeKind.TESTING_SELECTION)


def restore_tests(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    """A plan that is gone, with its selections; one that bears the bundle's tag and is not the bundle's; and whatever
    of the others is not as it was synced."""
    whole = {one.name: one for one in of_kind(change_set, ChangeKind.TESTING_PLAN) if not isinstance(one, Update)}
    yield from (_whole(one, change_set) for one in whole.values())
    parts = [one for one in of_kind(change_set, *_PARTS) if one.name not in whole]
    groups: dict[tuple[ChangeKind, str, str], list[tuple[Write, tuple[Reason, ...]]]] = {}
    for change, reasons in judged(parts, change_set, desired):
        groups.setdefault((change.kind, change.name, change.item), []).append((change, reasons))
    yield from map(_part, groups.values())


def _whole(change: Write, change_set: ChangeSet) -> Drift:
    if isinstance(change, Prune):
        told = f"restore testing plan {change.name} has the bundle's tag, and the bundle has no such plan"
        return Drift(
            Kind.RESTORE_TESTING, change.name, Direction.NEUTRAL, None, change.before, (told,), name=change.name
        )
    writes = tuple(one for one in change_set.writes if one.kind in _PARTS and one.name == change.name)
    told = f"restore testing plan {change.name} is gone, and its {len(writes) - 1} selections"
    return Drift(
        Kind.RESTORE_TESTING,
        change.name,
        Direction.WEAKENS,
        testing_sides(change).after,
        None,
        (told,),
        _apps(change),
        PATH,
        writes,
        change.name,
    )


def _part(steps: list[tuple[Write, tuple[Reason, ...]]]) -> Drift:
    """A selection that was replaced under its own name goes and comes back: one drift, with both steps."""
    changes = tuple(change for change, _ in steps)
    first, reasons = changes[0], [reason for _, found in steps for reason in found]
    sides = [_sides(change) for change in changes]
    live, synced = (next((side for side in column if side is not None), None) for column in zip(*sides, strict=True))
    return Drift(
        Kind.RESTORE_TESTING,
        _named(first),
        direction_of(reasons),
        *_differing(synced, live),
        messages_of(reasons),
        _apps(first),
        PATH,
        changes,
        first.name,
        first.item,
    )


def _sides(change: Write) -> tuple[Any, Any]:
    if change.kind is ChangeKind.TESTING_PLAN_TAG:
        before = None if isinstance(change, Create) else change.before
        return before, None if isinstance(change, Prune) else change.after
    sides = testing_sides(change)
    return sides.before, sides.after


def _named(change: Write) -> str:
    if change.kind is ChangeKind.TESTING_PLAN_TAG:
        return f"{change.name} tag {change.item}"
    return f"{change.name}/{change.item}" if change.item else change.name


def _differing(synced: Any, live: Any) -> tuple[Any, Any]:
    """Of two documents only what is not the same. An update says nothing of what it can't change."""
    if not (isinstance(synced, dict) and isinstance(live, dict)):
        return synced, live
    keys = sorted(key for key in synced.keys() | live.keys() if synced.get(key) != live.get(key))
    keys = [key for key in keys if key != "ProtectedResourceType" or synced.get(key)]
    return {key: synced.get(key) for key in keys}, {key: live.get(key) for key in keys}


def _apps(change: Write) -> tuple[str, ...]:
    return (change.app,) if change.app else ()
