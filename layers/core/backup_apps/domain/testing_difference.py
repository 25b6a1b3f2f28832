"""The difference between the restore tests that a bundle asks for and those that are live, as changes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Change, Conflict, Create, Kind, Prune, Update, Write
from backup_apps.domain.desired import APP_TAG, BUNDLE_TAG, DesiredTestingPlan
from backup_apps.domain.live import LiveTestingPlan, belongs_to
from backup_apps.domain.testing_form import plan_update, selection_update, testing_plan, testing_selection
from backup_apps.domain.vault_difference import tag_changes

_TYPE = "ProtectedResourceType"


def diff_testing(
    desired: Iterable[DesiredTestingPlan], live: Iterable[LiveTestingPlan], bundle: str
) -> Iterator[Change | Conflict]:
    """A name stands for one plan in a target, and can't be changed."""
    wanted = {plan.name: plan for plan in desired}
    present = {plan.name: plan for plan in live}
    for name in wanted.keys() | present.keys():
        asked, there = wanted.get(name), present.get(name)
        if asked is None:
            yield from _prune(there) if there and belongs_to(there.tags, bundle) else ()
        elif there is None:
            yield from _create(asked)
        elif belongs_to(there.tags, bundle):
            yield from _update(asked, there)
        else:
            yield Conflict(Kind.TESTING_PLAN, name, _conflict(name, there))


def _conflict(name: str, there: LiveTestingPlan) -> str:
    other = there.tags.get(BUNDLE_TAG)
    whose = f"belongs to bundle {other}" if other else f"has no tag {BUNDLE_TAG}"
    return f"restore testing plan {name} exists and {whose}; delete it, or rename the app in the bundle"


def _create(plan: DesiredTestingPlan) -> Iterator[Write]:
    after = {"RestoreTestingPlan": dict(plan.plan), "Tags": dict(plan.tags)}
    yield Create(kind=Kind.TESTING_PLAN, name=plan.name, app=plan.app, after=after)
    for selection in plan.selections:
        yield _create_selection(plan, selection)


def _create_selection(plan: DesiredTestingPlan, selection: Mapping[str, Any]) -> Create:
    name = selection["RestoreTestingSelectionName"]
    return Create(kind=Kind.TESTING_SELECTION, name=plan.name, item=name, app=plan.app, after=dict(selection))


def _update(plan: DesiredTestingPlan, live: LiveTestingPlan) -> Iterator[Write]:
    if testing_plan(plan.plan) != live.content:
        after = plan_update(live.content, plan.plan)
        yield Update(kind=Kind.TESTING_PLAN, name=plan.name, app=plan.app, before=live.content, after=after)
    yield from tag_changes(Kind.TESTING_PLAN_TAG, plan.name, plan.tags, live.tags, plan.app)
    present = {one.name: one.content for one in live.selections}
    wanted = {one["RestoreTestingSelectionName"]: one for one in plan.selections}
    for name in present.keys() - wanted.keys():
        yield _prune_selection(plan.name, plan.app, name, present[name])
    for name, selection in wanted.items():
        yield from _diff_selection(plan, selection, present.get(name))


def _diff_selection(
    plan: DesiredTestingPlan, wanted: Mapping[str, Any], present: Mapping[str, Any] | None
) -> Iterator[Write]:
    """Of its type there is no update: one that tests another type goes, and comes again."""
    name = wanted["RestoreTestingSelectionName"]
    if present is None:
        yield _create_selection(plan, wanted)
    elif present[_TYPE] != wanted[_TYPE]:
        yield _prune_selection(plan.name, plan.app, name, present)
        yield _create_selection(plan, wanted)
    elif testing_selection(wanted) != present:
        after = selection_update(present, wanted)
        yield Update(kind=Kind.TESTING_SELECTION, name=plan.name, item=name, app=plan.app, before=present, after=after)


def _prune_selection(plan: str, app: str | None, name: str, content: Mapping[str, Any]) -> Prune:
    return Prune(kind=Kind.TESTING_SELECTION, name=plan, item=name, app=app, before=content)


def _prune(live: LiveTestingPlan) -> Iterator[Write]:
    """AWS Backup deletes a plan only when it has no selections left."""
    app = live.tags.get(APP_TAG)
    for one in live.selections:
        yield _prune_selection(live.name, app, one.name, one.content)
    yield Prune(kind=Kind.TESTING_PLAN, name=live.name, app=app, before=live.content)
