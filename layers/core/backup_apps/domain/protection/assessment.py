"""Judges each change of a change set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backup_apps.domain.changes import Change, ChangeSet, Keep, Kind, Prune, Write
from backup_apps.domain.live import LivePlan, LiveTarget
from backup_apps.domain.normal_form import access_policy
from backup_apps.domain.protection.access_policies import ACCESS_POLICY_RULES, AccessChange
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.classes import Assessment, Class, Reason, join, worst_first
from backup_apps.domain.protection.effects import effects_of
from backup_apps.domain.protection.plans import plan_change, reasons_of_plan
from backup_apps.domain.protection.restore_testing import TESTING_RULES_OF_KIND, testing_sides
from backup_apps.domain.protection.rule import Rule, Verdict, numbered, reasons_of
from backup_apps.domain.protection.selections import SELECTION_RULES, SelectionChange, normal
from backup_apps.domain.protection.vaults import RULES_OF_KIND, sides


def assess_changes(change_set: ChangeSet, live: LiveTarget) -> AssessedChangeSet:
    """Judge each change against the live state that it was found against, and against the others of its plan."""
    selections = _selections_by_plan(change_set)
    return AssessedChangeSet(change_set, tuple(_assess(change, selections, live) for change in change_set.changes))


Selections = Mapping[str, Sequence[Write]]
"""The changes of selections, by plan."""


def _selections_by_plan(change_set: ChangeSet) -> Selections:
    by_plan: dict[str, list[Write]] = {}
    for change in change_set.writes:
        if change.kind is Kind.SELECTION:
            by_plan.setdefault(change.name, []).append(change)
    return by_plan


def _assess(change: Change, selections: Selections, live: LiveTarget) -> Assessment:
    reasons = worst_first(_reasons(change, selections, live))
    if not reasons:
        reasons = tuple(not_judged.reasons(change))
    class_ = join(reason.class_ for reason in reasons)
    return Assessment(reasons, *effects_of(change, live, class_))


def _reasons(change: Change, selections: Selections, live: LiveTarget) -> Iterator[Reason]:
    if isinstance(change, Keep):
        yield from kept.reasons(change)
    elif change.kind is Kind.PLAN:
        yield from reasons_of_plan(plan_change(change))
    elif change.kind is Kind.SELECTION:
        yield from reasons_of(SELECTION_RULES, _selection_change(change, selections[change.name], live))
    elif change.kind is Kind.ACCESS_POLICY:
        yield from reasons_of(ACCESS_POLICY_RULES, AccessChange(change.name, *map(_policy, sides(change)[1:])))
    elif change.kind in (Kind.TESTING_PLAN, Kind.TESTING_SELECTION):
        yield from reasons_of(TESTING_RULES_OF_KIND[change.kind], testing_sides(change))
    else:
        yield from reasons_of(RULES_OF_KIND.get(change.kind, ()), sides(change))


@numbered("C001", "what nobody wants any more is kept (neutral)")
def kept(change: Keep) -> Iterator[Verdict]:
    yield Class.NEUTRAL, "it stays as it is"


@numbered("C002", "a change is of a kind that is not known here (weakens)")
def not_judged(change: Change) -> Iterator[Verdict]:
    yield Class.WEAKENS, "what this does to protection is not known"


def _policy(side: Mapping[str, Any] | None) -> Any:
    return side and access_policy(side["Policy"])


def _selection_change(change: Write, of_plan: Sequence[Write], live: LiveTarget) -> SelectionChange:
    """Held against the selections that the plan has, and those that come and go with it, by name."""
    comes = {one.item: normal(one.after) for one in of_plan if not isinstance(one, Prune)}
    goes = {one.item: normal(one.before) for one in of_plan if isinstance(one, Prune)}
    present = {
        selection.name: normal(selection.content) for plan in _plans(change.name, live) for selection in plan.selections
    }
    content = goes.get(change.item) if isinstance(change, Prune) else comes[change.item]
    left = {name: held for name, held in present.items() if name not in goes}
    others = left | comes if isinstance(change, Prune) else present
    return SelectionChange(change.name, change.item, content, others, comes=not isinstance(change, Prune))


def _plans(name: str, live: LiveTarget) -> list[LivePlan]:
    return [plan for plan in live.plans if plan.name == name]


GENERAL_RULES: tuple[Rule[Any], ...] = (kept, not_judged)
