"""Plans of AWS restore testing and their selections, before and after: what is tested less is verified less."""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Create, Kind, Prune, Write
from backup_apps.domain.protection.cadence import compare_schedules
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.rule import Verdict, numbered
from backup_apps.domain.protection.vaults import Sides
from backup_apps.domain.testing_form import testing_plan, testing_selection

_SCHEDULE, _POINTS = "ScheduleExpression", "RecoveryPointSelection"
_WIDER = {"IncludeVaults": True, "RecoveryPointTypes": True, "ExcludeVaults": False}
"""Whether more of them takes in more recovery points."""
_ROLE, _WINDOW, _OVERRIDES = "IamRoleArn", "ValidationWindowHours", "RestoreMetadataOverrides"
_CHOICE = ("ProtectedResourceArns", "ProtectedResourceConditions")


def testing_sides(change: Write) -> Sides:
    """Both in full, in normal form: an update says nothing of what it can't change."""
    before = None if isinstance(change, Create) else change.before
    after = None if isinstance(change, Prune) else change.after
    if change.kind is Kind.TESTING_PLAN:
        name = {"RestoreTestingPlanName": change.name}
        return Sides(change.name, *(_plan(name, side) for side in (before, after)))
    named = {"RestoreTestingSelectionName": change.item}
    return Sides(
        f"{change.name}/{change.item}", *(side and testing_selection({**named, **side}) for side in (before, after))
    )


def _plan(name: Mapping[str, Any], side: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if side is None else testing_plan({**name, **side.get("RestoreTestingPlan", side)})


@numbered("C700", "restores of an app are tested by AWS from now on (strengthens), or no more (weakens)")
def whole_plan(change: Sides) -> Iterator[Verdict]:
    if change.before is None:
        yield Class.STRENGTHENS, f"AWS tests restores of {change.name}, at {change.after[_SCHEDULE]}"
    elif change.after is None:
        yield Class.WEAKENS, f"AWS tests restores of {change.name} no more"


@numbered("C701", "restores are tested less often (weakens), more often (strengthens), or else when (neutral)")
def schedule(change: Sides) -> Iterator[Verdict]:
    before, after = change.before, change.after
    if before and after and before[_SCHEDULE] != after[_SCHEDULE]:
        message = f"restores of {change.name} are tested at {after[_SCHEDULE]}, not {before[_SCHEDULE]}"
        yield compare_schedules(before[_SCHEDULE], after[_SCHEDULE]), message
    for name in ("ScheduleExpressionTimezone", "StartWindowHours"):
        if before and after and before[name] != after[name]:
            yield Class.NEUTRAL, f"restores of {change.name} have {name} {after[name]}, not {before[name]}"


@numbered("C702", "fewer recovery points may be tested (weakens), or more (strengthens); another is chosen (neutral)")
def points(change: Sides) -> Iterator[Verdict]:
    if not change.before or not change.after:
        return
    before, after = change.before[_POINTS], change.after[_POINTS]
    for name, is_wider in _WIDER.items():
        old, new = set(before.get(name, ())), set(after.get(name, ()))
        if old != new:
            wider = old <= new if is_wider else new <= old
            shown = ", ".join(sorted(new)) or "nothing"
            yield Class.STRENGTHENS if wider else Class.WEAKENS, f"tests of {change.name} have {name} {shown}"
    old_days, new_days = before["SelectionWindowDays"], after["SelectionWindowDays"]
    if old_days != new_days:
        message = f"tests of {change.name} look {new_days} days back, not {old_days}"
        yield Class.STRENGTHENS if new_days > old_days else Class.WEAKENS, message
    if before.get("Algorithm") != after.get("Algorithm"):
        yield Class.NEUTRAL, f"tests of {change.name} choose {after.get('Algorithm')}, not {before.get('Algorithm')}"


@numbered("C703", "resources of a type are tested (strengthens), no more, or others of it (weakens)")
def choice(change: Sides) -> Iterator[Verdict]:
    before, after = change.before, change.after
    if before is None:
        yield Class.STRENGTHENS, f"restores of {change.name} are tested"
    elif after is None:
        yield Class.WEAKENS, f"restores of {change.name} are tested no more"
    elif any(before.get(name) != after.get(name) for name in _CHOICE):
        yield Class.WEAKENS, f"restores of other resources of {change.name} are tested: compare them"


@numbered(
    "C704", "tested restores go elsewhere (weakens: not compared), by another role or waited for longer (neutral)"
)
def restored(change: Sides) -> Iterator[Verdict]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if before.get(_OVERRIDES) != after.get(_OVERRIDES):
        yield Class.WEAKENS, f"what tests of {change.name} restore has another key, network or size: compare them"
    if before[_ROLE] != after[_ROLE]:
        yield Class.NEUTRAL, f"tests of {change.name} restore with {after[_ROLE]}, not {before[_ROLE]}"
    old, new = before[_WINDOW], after[_WINDOW]
    if old != new:
        message = f"tests of {change.name} wait {new} hours for a verdict, not {old}"
        yield Class.NEUTRAL if new > old else Class.WEAKENS, message


TESTING_RULES = (whole_plan, schedule, points, choice, restored)
TESTING_RULES_OF_KIND = {
    Kind.TESTING_PLAN: (whole_plan, schedule, points),
    Kind.TESTING_SELECTION: (choice, restored),
}
