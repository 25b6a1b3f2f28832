"""Drift of plans, their rules and their selections."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backup_apps.domain.changes import ChangeSet, Create, Prune, Update, Write
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import direction_of, judged, messages_of, of_kind, quoted, sides_of
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.protection.classes import Reason, worst_first
from backup_apps.domain.protection.plans import PlanChange, reasons_of_plan

_RULES = "Rules"
_PATHS = {
    "Lifecycle": ".retention",
    "ScheduleExpression": ".schedule",
    "ScheduleExpressionTimezone": ".timezone",
    "StartWindowMinutes": ".startWindow",
    "CompletionWindowMinutes": ".completeWindow",
    "EnableContinuousBackup": ".continuous",
    "CopyActions": ".copies",
    "TargetBackupVaultName": ".vault",
    "RecoveryPointTags": ".tags",
}


def whole_plans(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    """A plan that is gone, with its selections; and one that bears the bundle's tag and is not the bundle's."""
    for change in of_kind(change_set, ChangeKind.PLAN):
        if isinstance(change, Create):
            path, told = (
                _plan_path(change),
                f"plan {change.name} is gone, and its {len(_of_plan(change_set, change.name)) - 1} selections",
            )
            content = backup_plan(change.after["BackupPlan"])
            yield Drift(
                Kind.MISSING_PLAN,
                change.name,
                Direction.WEAKENS,
                content,
                None,
                (told,),
                _apps(change),
                path,
                writes=_of_plan(change_set, change.name),
                name=change.name,
            )
        elif isinstance(change, Prune):
            told = f"plan {change.name} has the bundle's tag, and the bundle has no such plan"
            yield Drift(
                Kind.PLAN,
                change.name,
                Direction.NEUTRAL,
                None,
                change.before["BackupPlan"],
                (told,),
                name=change.name,
            )


def _of_plan(change_set: ChangeSet, name: str) -> tuple[Write, ...]:
    of_plans = (ChangeKind.PLAN, ChangeKind.PLAN_TAG, ChangeKind.SELECTION)
    return tuple(change for change in change_set.writes if change.kind in of_plans and change.name == name)


def changed_plans(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    for change in of_kind(change_set, ChangeKind.PLAN):
        if isinstance(change, Update):
            yield from _changed_plan(change)
    for change in of_kind(change_set, ChangeKind.PLAN_TAG):
        if not _is_whole(change_set, change.name):
            before, after = sides_of(change)
            yield Drift(
                Kind.PLAN,
                f"{change.name} tag {change.item}",
                Direction.NEUTRAL,
                after,
                before,
                (f"its tag {change.item} is {before or 'gone'}",),
                _apps(change),
                _plan_path(change),
                (change,),
                change.name,
                change.item,
            )


def _changed_plan(change: Update) -> Iterator[Drift]:
    synced, live = backup_plan(change.after["BackupPlan"]), backup_plan(change.before["BackupPlan"] or {})
    wanted, present = rules_of(synced), rules_of(live)
    for name in sorted(wanted.keys() | present.keys()):
        if wanted.get(name) != present.get(name):
            yield _rule(change, name, wanted.get(name), present.get(name))
    bare = tuple({key: value for key, value in plan.items() if key != _RULES} for plan in (synced, live))
    if bare[0] != bare[1]:
        reasons = tuple(reasons_of_plan(PlanChange(change.name, *bare)))
        yield Drift(
            Kind.PLAN,
            change.name,
            direction_of(reasons),
            *_differing(*bare),
            messages_of(reasons),
            _apps(change),
            _plan_path(change),
            name=change.name,
        )


def rules_of(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {rule["RuleName"]: rule for rule in plan.get(_RULES, ())}


def _rule(change: Update, name: str, wanted: Any, present: Any) -> Drift:
    both = ({_RULES: [rule] if rule else []} for rule in (wanted, present))
    reasons = tuple(reasons_of_plan(PlanChange(change.name, *both)))
    desired, live = _differing(wanted, present) if wanted and present else (wanted, present)
    path = f"{_plan_path(change)}.rules.{quoted(name)}"
    if wanted and present and len({*desired, *live}) == 1:
        path += _PATHS.get(next(iter({*desired, *live})), "")
    return Drift(
        Kind.RULE,
        f"{change.name}/{name}",
        direction_of(reasons),
        desired,
        live,
        messages_of(reasons),
        _apps(change),
        path,
        name=change.name,
        item=name,
    )


def _differing(desired: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the members that are not the same."""
    keys = [key for key in sorted(desired.keys() | live.keys()) if desired.get(key) != live.get(key)]
    return {key: desired.get(key) for key in keys}, {key: live.get(key) for key in keys}


def selections(change_set: ChangeSet, desired: DesiredTarget) -> Iterator[Drift]:
    """One that was replaced under its own name goes and comes back: that is one drift, with both steps."""
    changes = [one for one in of_kind(change_set, ChangeKind.SELECTION) if not _is_whole(change_set, one.name)]
    groups: dict[tuple[str, str], list[tuple[Write, tuple[Reason, ...]]]] = {}
    for change, reasons in judged(changes, change_set, desired):
        groups.setdefault((change.name, change.item), []).append((change, reasons))
    return (_selection(steps) for steps in groups.values())


def _selection(steps: Sequence[tuple[Write, tuple[Reason, ...]]]) -> Drift:
    changes = tuple(change for change, _ in steps)
    reasons = worst_first(reason for _, found in steps for reason in found)
    before, after = (next(filter(None, sides), None) for sides in zip(*map(sides_of, changes), strict=True))
    first = changes[0]
    key = first.item.rpartition("-")[0] or first.item
    return Drift(
        Kind.SELECTION,
        f"{first.name}/{first.item}",
        direction_of(reasons),
        after,
        before,
        messages_of(reasons),
        _apps(first),
        f"{_plan_path(first)}.selections.{quoted(key)}" if after else None,
        changes,
        first.name,
        first.item,
    )


def _is_whole(change_set: ChangeSet, plan: str) -> bool:
    """Whether the plan itself comes or goes, and its parts with it."""
    return any(one.name == plan and not isinstance(one, Update) for one in of_kind(change_set, ChangeKind.PLAN))


def _apps(change: Write) -> tuple[str, ...]:
    return (change.app,) if change.app else ()


def _plan_path(change: Write) -> str:
    """Plans are called `<app>-<key>` unless they have a name of their own."""
    key = change.name.removeprefix(f"{change.app}-")
    return f"policy.plans.{quoted(key)}"
