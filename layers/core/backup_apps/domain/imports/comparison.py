"""Whether a bundle renders the plans that it was made from. Names of selections are not compared: ours hold a hash."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backup_apps.domain.desired import DesiredPlan, DesiredState
from backup_apps.domain.imports.found import Document, FoundPlan
from backup_apps.domain.normal_form import backup_plan, backup_selection, canonical_json


def unlike(found: Sequence[FoundPlan], state: DesiredState) -> Iterator[tuple[FoundPlan, str]]:
    """The plans that are rendered otherwise, or not at all, and what is different."""
    rendered = {(target.target, plan.name): plan for target in state.targets for plan in target.plans}
    for plan in found:
        ours = rendered.get((plan.target, plan.name))
        difference = _difference(plan, ours) if ours else "the bundle does not make it"
        if difference:
            yield plan, difference


def _difference(theirs: FoundPlan, ours: DesiredPlan) -> str | None:
    here, there = backup_plan(ours.backup_plan), backup_plan(theirs.plan)
    for member in sorted({*here, *there}):
        if here.get(member) != there.get(member):
            return f"{member} would be {canonical_json(here.get(member))}, and is {canonical_json(there.get(member))}"
    if _contents(ours.selections) != _contents(theirs.selections):
        return "its selections would select otherwise"
    return None


def _contents(selections: Iterable[Document]) -> list[str]:
    return sorted(canonical_json(_nameless(backup_selection(selection))) for selection in selections)


def _nameless(selection: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in selection.items() if key != "SelectionName"}
