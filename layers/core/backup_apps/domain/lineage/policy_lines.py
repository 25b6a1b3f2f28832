"""The lines of policy that apply: of the schedule and the retention of a rule, of a selection, of a vault."""

from collections.abc import Iterator
from typing import Any

from backup_apps.domain.inheritance import Merged, MergedMapping, Removed
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.lineage.lineage import Asked, Line
from backup_apps.domain.nodes import Mapping, Node, plain
from backup_apps.domain.patterns import is_like
from backup_apps.domain.places import dotted
from backup_apps.domain.policy import Plan, Policy
from backup_apps.domain.rendering import plan_name
from backup_apps.domain.resolution import Resolution
from backup_apps.domain.selecting import on_target

Keys = tuple[str, ...]
"""From `policy` down."""
_OF_RULE = (("schedule",), ("retention", "delete"), ("retention", "cold"), ("vault",), ("continuous",))
_OF_VAULT = (("name",), ("kmsKey",), ("lock", "mode"), ("lock", "min"), ("lock", "max"), ("accessPolicy",))


def lines_of(resolution: Resolution, asked: Asked) -> tuple[Line, ...] | None:
    """As far as somebody wrote them: defaults have no line. None where no app of the bundle says anything there."""
    leaf = _leaf(resolution, asked)
    policy = leaf.effective.policy if leaf else None
    if leaf is None or policy is None:
        return None
    found = (_line(leaf, keys) for keys in dict.fromkeys(_keys(leaf, policy, asked)))
    return tuple(line for line in found if line is not None)


def _leaf(resolution: Resolution, asked: Asked) -> Leaf | None:
    """Of the app; where that is not known, of the one that has the plan or the vault there."""
    there = (leaf for leaf in resolution.leaves if leaf.target == asked.target)
    return next((leaf for leaf in there if _is_meant(leaf, asked)), None)


def _is_meant(leaf: Leaf, asked: Asked) -> bool:
    if asked.app is not None:
        return leaf.app.name == asked.app
    policy = leaf.effective.policy
    if policy is None:
        return False
    if asked.plan is not None:
        return any(plan_name(plan, leaf.app.name, key) == asked.plan for key, plan in policy.plans.items())
    return any(vault.name == asked.vault for vault in policy.vaults.values())


def _keys(leaf: Leaf, policy: Policy, asked: Asked) -> Iterator[Keys]:
    for key, plan in policy.plans.items():
        if asked.plan == plan_name(plan, leaf.app.name, key):
            yield from _keys_of_plan(leaf, key, plan, asked)
    vaults = [key for key, vault in policy.vaults.items() if vault.name == asked.vault]
    yield from (("vaults", key, *rest) for key in vaults for rest in _OF_VAULT)


def _keys_of_plan(leaf: Leaf, key: str, plan: Plan, asked: Asked) -> Iterator[Keys]:
    rules = [asked.rule] if asked.rule in plan.rules else list(plan.rules) if asked.rule is None else []
    yield from (("plans", key, "rules", rule, *rest) for rule in rules for rest in _OF_RULE)
    selection = _selection(leaf, plan, asked)
    if selection is not None:
        yield ("plans", key, "selections", selection)


def _selection(leaf: Leaf, plan: Plan, asked: Asked) -> str | None:
    """By its name, which is its key and what it says; else by what it names; else the only one."""
    if asked.selection is not None:
        return next((key for key in plan.selections if asked.selection.rpartition("-")[0] == key), None)
    for key, one in plan.selections.items():
        patterns = (on_target(arn, leaf.target) for arn in one.resources)
        if asked.resource and any(pattern and is_like(pattern, asked.resource) for pattern in patterns):
            return key
    tags = asked.tags or {}
    for key, one in plan.selections.items():
        if any(tags.get(tag) in values for tag, values in one.any_tag.items()):
            return key
    return next(iter(plan.selections)) if len(plan.selections) == 1 else None


def _line(leaf: Leaf, keys: Keys) -> Line | None:
    merged = _merged(leaf, keys)
    if merged is None:
        return None
    step = merged.history.last
    place = merged.key_place if isinstance(merged, MergedMapping) else step.place
    path = dotted(("policy", *keys))
    return Line(path=path, value=_rendered(leaf, keys), file=place.file, line=place.line, app=step.app)


def _merged(leaf: Leaf, keys: Keys) -> Merged | None:
    merged = leaf.merged
    for key in keys:
        merged = merged.entries.get(key) if isinstance(merged, MergedMapping) else None
    return None if isinstance(merged, Removed) else merged


def _rendered(leaf: Leaf, keys: Keys) -> Any:
    node: Node | None = leaf.effective.node
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return plain(node) if node is not None else None
