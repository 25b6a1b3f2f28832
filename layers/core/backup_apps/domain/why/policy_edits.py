"""Edits of the policy files that would have a bundle protect a resource: candidates, to be tried before one is offered.

The smallest come first: over a value that stands there, then for the one target alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.nodes import Mapping as MappingNode
from backup_apps.domain.nodes import Node, Sequence
from backup_apps.domain.patches.places import Edit, Item, edits
from backup_apps.domain.policy import Policy
from backup_apps.domain.rendering import plan_name
from backup_apps.domain.resolution import Resolution
from backup_apps.domain.why.checks import Name, Way
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.domain.why.foundation_checks import bound_broken
from backup_apps.domain.why.selection_checks import choice_in, excluding
from backup_apps.domain.why.trust import denying, without

Words = Mapping[str, Any]
_ADDED = "@@append"
_TAKEN = "@@remove"


def edits_for(failed: Name, way: Way, facts: MemberFacts, resolution: Resolution) -> Iterator[Edit]:
    """None of them where no policy file mends it."""
    leaf = _leaf(resolution, way, facts.target)
    policy = leaf.effective.policy if leaf else None
    if leaf is None or policy is None:
        return
    if failed is Name.SELECTED and not choice_in(way, facts).any_tag:
        yield from _named(way, facts, leaf, policy)
    for words in _words(failed, way, facts, leaf, policy):
        yield from edits(leaf, words)


def _named(way: Way, facts: MemberFacts, leaf: Leaf, policy: Policy) -> Iterator[Edit]:
    """In the list that names the others."""
    merged: Merged | None = leaf.merged
    for segment in ("plans", _plan_key(way, leaf, policy) or "", "selections", _key(way), "resources"):
        merged = merged.entries.get(segment) if isinstance(merged, MergedMapping) else None
    place = _list_place(merged)
    if place is not None:
        yield Item(place.place, facts.resource)


def _plan_key(way: Way, leaf: Leaf, policy: Policy) -> str | None:
    plans = policy.plans.items()
    return next((key for key, one in plans if plan_name(one, leaf.app.name, key) == way.plan.name), None)


def targeting(resolution: Resolution, target: Target) -> Iterator[Edit]:
    """Each leaf that could be deployed there, too: its list of accounts, or of regions, with one more item."""
    for heir in (one for one in resolution.heirs.values() if one.is_leaf):
        targets = heir.merged.entries.get("targets")
        for key, item in (("accounts", target.account), ("regions", target.region)):
            place = _list_place(targets.entries.get(key)) if isinstance(targets, MergedMapping) else None
            if place is not None:
                yield Item(place.place, item)


def _list_place(merged: Merged | None) -> Sequence | None:
    node: Node | None = merged.history.last.node if isinstance(merged, MergedList) else None
    if isinstance(node, MappingNode):
        node = node.get("@@assign") or node.get(_ADDED)
    return node if isinstance(node, Sequence) else None


def _leaf(resolution: Resolution, way: Way, target: Target) -> Leaf | None:
    there = (leaf for leaf in resolution.leaves if leaf.target == target)
    return next((leaf for leaf in there if way.plan.app in (None, leaf.app.name)), None)


def _words(failed: Name, way: Way, facts: MemberFacts, leaf: Leaf, policy: Policy) -> Iterator[Words]:
    plan = _plan_key(way, leaf, policy)
    if failed is Name.OPT_IN:
        yield {"regionSettings": {"optIn": {facts.kind: True}}}
    elif failed is Name.VAULT_POLICY:
        yield from _vault_policy(way, facts, policy)
    elif plan is not None and failed is Name.SELECTED:
        yield from _selected(way, facts, plan)
    elif plan is not None and failed is Name.EXCLUDED:
        yield from _excluded(way, facts, plan)
    elif plan is not None and failed is Name.LOCK:
        yield from _locked(way, facts, plan)


def _selected(way: Way, facts: MemberFacts, plan: str) -> Iterator[Words]:
    """Of one that takes tags, the tag is the smaller change, and a command."""
    if not choice_in(way, facts).any_tag:
        yield _selections(plan, _key(way), {"resources": {_ADDED: [facts.resource]}})


def _excluded(way: Way, facts: MemberFacts, plan: str) -> Iterator[Words]:
    """One that excludes it alone does so no more; where a pattern excludes others too, it is named beside them."""
    pattern = excluding(choice_in(way, facts), facts)
    if pattern == facts.resource:
        yield _selections(plan, _key(way), {"exclude": {_TAKEN: [facts.resource]}})
    name = "".join(one if one.isalnum() else "-" for one in facts.resource.rpartition(":")[2]).strip("-").lower()
    yield _selections(plan, f"only-{name[-30:]}", {"resources": [facts.resource]})


def _locked(way: Way, facts: MemberFacts, plan: str) -> Iterator[Words]:
    vault = facts.vault(way.vault)
    bound = bound_broken(way.rule.get("Lifecycle", {}).get("DeleteAfterDays"), vault) if vault else None
    if bound is not None:
        yield {"plans": {plan: {"rules": {way.rule_name: {"retention": {"delete": f"{bound}d"}}}}}}


def _vault_policy(way: Way, facts: MemberFacts, policy: Policy) -> Iterator[Words]:
    """Only of what the files say: what somebody wrote by hand is mended by hand."""
    vault = facts.vault(way.vault)
    key = next((key for key, one in policy.vaults.items() if one.name == way.vault), None)
    written = policy.vaults[key].access_policy if key is not None else None
    denied = list(denying(vault.policy if vault else None, way.role))
    said = list(denying(written, way.role))
    if key is not None and denied and said:
        is_all = not without(written or {}, said)["Statement"]
        yield {"vaults": {key: {"accessPolicy": {_TAKEN: True} if is_all else {"Statement": {_TAKEN: said}}}}}


def _selections(plan: str, key: str, words: Words) -> Words:
    return {"plans": {plan: {"selections": {key: words}}}}


def _key(way: Way) -> str:
    """`SelectionName` is the key and eight digits."""
    return str(way.selection.get("SelectionName", "")).rpartition("-")[0]
