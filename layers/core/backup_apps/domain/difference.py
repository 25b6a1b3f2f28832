"""The difference between what a bundle asks of a target and what is live there, as changes.

Only what carries the bundle's tag is changed or deleted, and what the bundle adopts: that gets the tag first. Anything
else under a name that the bundle wants is a conflict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Change, ChangeSet, Conflict, Create, Difference, Kind, Prune, Update, Write
from backup_apps.domain.desired import APP_TAG, BUNDLE_TAG, DesiredPlan, DesiredTarget
from backup_apps.domain.live import LivePlan, LiveSelection, LiveTarget, belongs_to, is_nobodys
from backup_apps.domain.normal_form import backup_plan, backup_selection, canonical_json
from backup_apps.domain.sync_order import in_sync_order
from backup_apps.domain.testing_difference import diff_testing
from backup_apps.domain.vault_difference import diff_vaults, tag_changes


def diff(desired: DesiredTarget, live: LiveTarget, bundle: str) -> ChangeSet:
    """What to write so that live state becomes desired state: nothing where they agree, in the order of a sync.

    Vault keys in `desired` are key ARNs: AWS Backup knows no aliases, so they are resolved before.
    """
    found = difference(desired, live, bundle)
    return ChangeSet(
        bundle=bundle,
        account=desired.account,
        region=desired.region,
        changes=found.changes,
        conflicts=tuple(one.said for one in found.conflicts),
    )


def difference(desired: DesiredTarget, live: LiveTarget, bundle: str) -> Difference:
    """The same, with what each conflict is about."""
    adopted = desired.adopted
    found = [*_region_settings(desired, live), *diff_vaults(desired.vaults, live.vaults, bundle, adopted.vaults)]
    found += _diff_plans(desired.plans, live.plans, bundle, adopted.plans)
    found += diff_testing(desired.testing or (), live.testing, bundle)
    changes = tuple(one for one in found if not isinstance(one, Conflict))
    conflicts = sorted((one for one in found if isinstance(one, Conflict)), key=lambda one: one.said)
    return Difference(in_sync_order(changes), tuple(conflicts))


def _region_settings(desired: DesiredTarget, live: LiveTarget) -> Iterator[Update]:
    """Only the settings that the bundle names; the others are not its own."""
    wanted = {name: dict(values) for name, values in (desired.region_settings or {}).items()}
    present = {name: _named(live.region_settings.get(name, {}), values) for name, values in wanted.items()}
    if wanted != present:
        yield Update(kind=Kind.REGION_SETTINGS, before=present, after=wanted)


def _named(values: Mapping[str, bool], wanted: Mapping[str, bool]) -> dict[str, bool]:
    return {name: values[name] for name in wanted if name in values}


def _diff_plans(
    desired: Iterable[DesiredPlan], live: Iterable[LivePlan], bundle: str, adopted: Collection[str]
) -> Iterator[Change | Conflict]:
    wanted = {plan.name: plan for plan in desired}
    present: dict[str, list[LivePlan]] = {}
    for plan in live:
        present.setdefault(plan.name, []).append(plan)
    for name in wanted.keys() | present.keys():
        yield from _diff_named(name, wanted.get(name), present.get(name, []), bundle, name in adopted)


def _diff_named(
    name: str, wanted: DesiredPlan | None, present: list[LivePlan], bundle: str, is_adopted: bool
) -> Iterator[Change | Conflict]:
    """AWS does not promise that plan names are unique, so there may be several of one name."""
    ours = [plan for plan in present if belongs_to(plan.tags, bundle)]
    if wanted and is_adopted and len(present) == 1 and present[0].is_adoptable:
        ours = present
    if len(ours) > 1:
        said = f"plan {name} exists {len(ours)} times with the tag {BUNDLE_TAG}={bundle}; delete all but one"
        yield Conflict(Kind.PLAN, name, said)
    elif wanted and len(ours) < len(present):
        yield Conflict(Kind.PLAN, name, _conflict(name, present, bundle, is_adopted))
    elif wanted:
        yield from _create_plan(wanted) if not ours else _update_plan(wanted, ours[0], is_adopted)
    elif ours:
        yield from _prune_plan(ours[0])


def _conflict(name: str, present: list[LivePlan], bundle: str, is_adopted: bool) -> str:
    """Why a name that the bundle wants is not free. Only one plan of a name can be adopted."""
    rename = "rename it, or the plan in the bundle"
    others = sorted({plan.tags[BUNDLE_TAG] for plan in present if BUNDLE_TAG in plan.tags} - {bundle})
    if others:
        return f"plan {name} exists and belongs to bundle {others[0]}; {rename}"
    if any(is_nobodys(plan.tags) and not plan.is_adoptable for plan in present):
        return (
            f"plan {name} exists and AWS Organizations manages it, so nobody can adopt it; rename the one in the bundle"
        )
    if is_adopted:
        return f"plan {name} exists {len(present)} times, and only one can be adopted; delete or rename the others"
    adopt = f", or take it over: write adopt: {{plans: [{name}]}} in the app that declares it"
    return f"plan {name} exists and has no tag {BUNDLE_TAG}; {rename}{adopt if len(present) == 1 else ''}"


def _create_plan(plan: DesiredPlan) -> Iterator[Write]:
    after = {"BackupPlan": dict(plan.backup_plan), "BackupPlanTags": dict(plan.tags)}
    yield Create(kind=Kind.PLAN, name=plan.name, app=plan.app, after=after)
    for selection in plan.selections:
        yield _create_selection(plan, selection)


def _create_selection(plan: DesiredPlan, selection: Mapping[str, Any]) -> Create:
    name = selection["SelectionName"]
    return Create(kind=Kind.SELECTION, name=plan.name, item=name, app=plan.app, after=dict(selection))


def _update_plan(plan: DesiredPlan, live: LivePlan, is_adopted: bool) -> Iterator[Write]:
    if backup_plan(plan.backup_plan) != live.content:
        before, after = {"BackupPlan": live.content}, {"BackupPlan": dict(plan.backup_plan)}
        yield Update(kind=Kind.PLAN, name=plan.name, app=plan.app, before=before, after=after)
    yield from tag_changes(Kind.PLAN_TAG, plan.name, plan.tags, live.tags, plan.app)
    yield from _diff_selections(plan, live, is_adopted)


def _diff_selections(plan: DesiredPlan, live: LivePlan, is_adopted: bool) -> Iterator[Write]:
    wanted = {selection["SelectionName"]: selection for selection in plan.selections}
    kept = {
        one.name: one.name for one in live.selections if one.name in wanted and _is_selection(one, wanted[one.name])
    }
    if is_adopted:
        kept |= _kept_under_other_names(wanted, live, kept)
    for name in wanted.keys() - set(kept.values()):
        yield _create_selection(plan, wanted[name])
    for one in live.selections:
        if one.name not in kept:
            yield Prune(kind=Kind.SELECTION, name=plan.name, item=one.name, app=plan.app, before=one.content)


def _kept_under_other_names(
    wanted: Mapping[str, Mapping[str, Any]], live: LivePlan, kept: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Selections of an adopted plan that select what the bundle asks keep the names that they came with, unless the
    bundle wants that name for something else."""
    missing = {canonical_json(_nameless(wanted[name])): name for name in sorted(wanted.keys() - set(kept.values()))}
    for one in sorted(live.selections, key=lambda one: one.name):
        is_free = one.content is not None and one.name not in wanted
        name = missing.pop(canonical_json(_nameless(one.content or {})), None) if is_free else None
        if name:
            yield one.name, name


def _nameless(selection: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in backup_selection(selection).items() if key != "SelectionName"}


def _is_selection(live: LiveSelection, wanted: Mapping[str, Any]) -> bool:
    return live.content is None or live.content == backup_selection(wanted)


def _prune_plan(live: LivePlan) -> Iterator[Write]:
    """AWS Backup deletes a plan only when it has no selections left."""
    app = live.tags.get(APP_TAG)
    for one in live.selections:
        yield Prune(kind=Kind.SELECTION, name=live.name, item=one.name, app=app, before=one.content)
    before = {"BackupPlan": live.content, "BackupPlanTags": dict(live.tags)}
    yield Prune(kind=Kind.PLAN, name=live.name, app=app, before=before)
