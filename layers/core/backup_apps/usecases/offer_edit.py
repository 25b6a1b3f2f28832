"""The smallest edit of policy files that has a bundle protect a resource: each is tried before it is offered."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.patches.facts import facts_of, moved
from backup_apps.domain.patches.places import Edit
from backup_apps.domain.resolution import Resolution
from backup_apps.domain.why.answer import PolicyEdit
from backup_apps.domain.why.checks import Judged, Name, Way
from backup_apps.domain.why.facts import MemberFacts, PlanFacts
from backup_apps.domain.why.judgement import judge
from backup_apps.domain.why.policy_edits import edits_for, targeting
from backup_apps.domain.why.selection_checks import selection_checks
from backup_apps.domain.why.ways import wanted_plans
from backup_apps.ports.bundles import PolicySource

_SETTING = "ResourceTypeOptInPreference"


def offer_edit(source: PolicySource, version: Version, judged: Judged, facts: MemberFacts) -> PolicyEdit | None:
    """None where no edit of one place does it without changing another target, or where the files can't be resolved."""
    first = source.resolve(source.texts)
    failed, way = judged.failed, judged.way
    if first.state is None or failed is None or way is None:
        return None
    candidates = edits_for(failed.name, way, facts, first)
    return _first(source, version, first, candidates, lambda state: _mends(state, failed.name, facts, version.bundle))


def is_only_to_be_synced(source: PolicySource, version: Version, judged: Judged, facts: MemberFacts) -> bool:
    """Whether the files say it rightly, and live state is not as they say."""
    state = source.resolve(source.texts).state
    return state is not None and judged.failed is not None and _mends(state, judged.failed.name, facts, version.bundle)


def offer_target(source: PolicySource, version: Version, facts: MemberFacts) -> PolicyEdit | None:
    """The same for a target that no bundle has: one that deploys an app there which then selects the resource."""
    first = source.resolve(source.texts)
    if first.state is None:
        return None

    def mends(state: DesiredState) -> bool:
        return any(_selects(plan, facts) for plan in _wanted(state, facts.target, version.bundle))

    for is_strict in (True, False):
        found = _first(source, version, first, targeting(first, facts.target), mends, is_strict)
        if found is not None:
            return found
    return None


def _first(
    source: PolicySource,
    version: Version,
    before: Resolution,
    candidates: Iterable[Edit],
    mends: Callable[[DesiredState], bool],
    is_strict: bool = True,
) -> PolicyEdit | None:
    for edit in candidates:
        texts = source.edited(source.texts, edit)
        state = source.resolve(texts).state if texts is not None else None
        if texts is None or state is None or before.state is None or not mends(state):
            continue
        (changed,) = [name for name in texts if texts[name] != source.texts[name]]
        if not is_strict or len(_touched(before.state, state)) == 1:
            return PolicyEdit(*version, changed, source.texts[changed], texts[changed])
    return None


def _touched(before: DesiredState, after: DesiredState) -> frozenset[Target]:
    return frozenset(fact[0] for fact, _ in moved(facts_of(before), facts_of(after)))


def _mends(state: DesiredState, failed: Name, facts: MemberFacts, bundle: str) -> bool:
    """Whether that condition would hold, were the edited version synced."""
    after = judge(_as_synced(state, facts, bundle))
    return after.failed is None or (after.failed.name is not failed and after.passed > 0 and _is_later(after, failed))


def _is_later(after: Judged, failed: Name) -> bool:
    names = list(Name)
    return after.failed is not None and names.index(after.failed.name) > names.index(failed)


def _as_synced(state: DesiredState, facts: MemberFacts, bundle: str) -> MemberFacts:
    desired = next((one for one in state.targets if one.target == facts.target), None)
    if desired is None:
        return facts
    others = tuple(plan for plan in facts.plans if plan.bundle != bundle)
    asked = {vault.name: vault for vault in desired.vaults}
    vaults = tuple(
        one.model_copy(update={"policy": _policy(asked[one.name].access_policy)}) if one.name in asked else one
        for one in facts.vaults
    )
    opted_in = {**facts.opted_in, **(desired.region_settings or {}).get(_SETTING, {})}
    plans = (*others, *_wanted(state, facts.target, bundle))
    return facts.model_copy(update={"plans": plans, "vaults": vaults, "opted_in": opted_in})


def _policy(asked: Mapping[str, Any] | None) -> Any:
    """The input of PutBackupVaultAccessPolicy holds it as a text."""
    return json.loads(asked["Policy"]) if asked and "Policy" in asked else asked


def _wanted(state: DesiredState, target: Target, bundle: str) -> tuple[PlanFacts, ...]:
    desired = next((one for one in state.targets if one.target == target), None)
    return tuple(wanted_plans(desired, bundle)) if desired else ()


def _selects(plan: PlanFacts, facts: MemberFacts) -> bool:
    ways = (Way(plan, selection, rule) for selection in plan.selections for rule in plan.rules)
    return any(all(check.holds is not False for check in selection_checks(way, facts)) for way in ways)
