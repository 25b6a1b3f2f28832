"""A change set, each of its changes judged."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.changes import Change, ChangeSet, Create, Keep, Kind, Prune, Update, Write, change_set_from
from backup_apps.domain.desired import Target
from backup_apps.domain.live import LivePlan, LiveTarget
from backup_apps.domain.normal_form import access_policy
from backup_apps.domain.protection.access_policies import ACCESS_POLICY_RULES, AccessChange
from backup_apps.domain.protection.classes import Assessment, Class, Reason, assessment_from, join, worst_first
from backup_apps.domain.protection.effects import effects_of
from backup_apps.domain.protection.plans import plan_change, reasons_of_plan
from backup_apps.domain.protection.rule import Rule, Verdict, numbered, reasons_of
from backup_apps.domain.protection.selections import SELECTION_RULES, SelectionChange, normal
from backup_apps.domain.protection.vaults import RULES_OF_KIND, sides


class AssessedChangeSet(NamedTuple):
    """The changes of a target with what each does to protection.

    The assessments stand beside the changes and not in them: they hold counts that move while a plan waits, and whether
    a plan still holds is asked of the changes alone.
    """

    change_set: ChangeSet
    assessments: tuple[Assessment, ...]
    """One for each change, in the same order."""

    @property
    def target(self) -> Target:
        return self.change_set.target

    @property
    def class_(self) -> Class:
        return join(one.class_ for one in self.assessments)

    @property
    def assessed(self) -> tuple[tuple[Change, Assessment], ...]:
        return tuple(zip(self.change_set.changes, self.assessments, strict=True))

    def to_json(self) -> dict[str, Any]:
        """The change set, and beside its `changes` as many `assessments`."""
        assessments = [one.to_json() for one in self.assessments]
        return {**self.change_set.to_json(), "class": self.class_.value, "assessments": assessments}


def assessed_from(document: Mapping[str, Any]) -> AssessedChangeSet:
    """What `AssessedChangeSet.to_json` wrote."""
    return AssessedChangeSet(change_set_from(document), tuple(assessment_from(one) for one in document["assessments"]))


def assess_changes(change_set: ChangeSet, live: LiveTarget) -> AssessedChangeSet:
    """Judge each change against the live state that it was found against, and against the others of its plan."""
    return AssessedChangeSet(change_set, tuple(_assess(change, change_set, live) for change in change_set.changes))


def _assess(change: Change, change_set: ChangeSet, live: LiveTarget) -> Assessment:
    reasons = worst_first(_reasons(change, change_set, live))
    if not reasons:
        reasons = tuple(not_judged.reasons(change))
    class_ = join(reason.class_ for reason in reasons)
    return Assessment(reasons, *effects_of(change, live, class_))


def _reasons(change: Change, change_set: ChangeSet, live: LiveTarget) -> Iterator[Reason]:
    if isinstance(change, Keep):
        yield from kept.reasons(change)
    elif change.kind is Kind.PLAN:
        yield from reasons_of_plan(plan_change(change))
    elif change.kind is Kind.SELECTION:
        yield from reasons_of(SELECTION_RULES, _selection_change(change, change_set, live))
    elif change.kind is Kind.ACCESS_POLICY:
        yield from reasons_of(ACCESS_POLICY_RULES, AccessChange(change.name, *map(_policy, sides(change)[1:])))
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


def _selection_change(change: Write, change_set: ChangeSet, live: LiveTarget) -> SelectionChange:
    comes, goes = _selections_of(change.name, change_set)
    present = {
        selection.name: normal(selection.content) for plan in _plans(change.name, live) for selection in plan.selections
    }
    content = goes.get(change.item) if isinstance(change, Prune) else comes[change.item]
    left = {name: held for name, held in present.items() if name not in goes}
    others = left | comes if isinstance(change, Prune) else present
    return SelectionChange(change.name, change.item, content, others, comes=not isinstance(change, Prune))


def _plans(name: str, live: LiveTarget) -> list[LivePlan]:
    return [plan for plan in live.plans if plan.name == name]


def _selections_of(plan: str, change_set: ChangeSet) -> tuple[dict[str, Any], dict[str, Any]]:
    """The selections of a plan that come and those that go, by name."""
    ours = [one for one in change_set.writes if one.kind is Kind.SELECTION and one.name == plan]
    comes = {one.item: normal(one.after) for one in ours if isinstance(one, Create | Update)}
    goes = {one.item: normal(one.before) for one in ours if isinstance(one, Prune)}
    return comes, goes


GENERAL_RULES: tuple[Rule[Any], ...] = (kept, not_judged)
