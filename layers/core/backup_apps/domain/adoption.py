"""What leaves adopt: vaults and plans that exist in their targets without a bundle's tag, by their names in AWS.

Only what a leaf declares itself can be adopted by it: then the bundle says all of it, and the difference shows what
adopting changes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.leaves import Heir, Leaf
from backup_apps.domain.nodes import Mapping, Scalar, Sequence
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.policy import Policy
from backup_apps.domain.rendering import plan_name
from backup_apps.domain.variables import UnknownVariableError


class Adoption(NamedTuple):
    """One name that a leaf adopts on a target."""

    kind: str
    """`vaults` or `plans`."""
    text: str
    """As written, with variables."""
    place: Place
    path: Path


def adoptions_of(leaf: Leaf) -> Iterator[Adoption]:
    """The names that a leaf adopts, without those that were refused."""
    written = leaf.app.spec.get("adopt")
    for kind, entry in written.entries.items() if isinstance(written, Mapping) else ():
        items = entry.node.items if isinstance(entry.node, Sequence) else ()
        for index, item in enumerate(items):
            if isinstance(item, Scalar):
                yield Adoption(kind, str(item.value), item.place, ("adopt", kind, index))


def adopted_names(leaf: Leaf) -> dict[str, set[str]]:
    """Names by kind. The leaf was found without errors."""
    names: dict[str, set[str]] = {"vaults": set(), "plans": set()}
    for one in adoptions_of(leaf):
        names[one.kind].add(leaf.scope.substitute(one.text))
    return names


def refused_adoptions(heirs: Iterable[Heir], leaves: Iterable[Leaf]) -> Iterator[Finding]:
    """What is adopted where nothing is deployed, or is not declared by the leaf that adopts it."""
    for heir in heirs:
        entry = heir.app.spec.entries.get("adopt")
        if entry is not None and not heir.is_leaf:
            message = f"'{heir.app.name}' has children, so it deploys nothing: write 'adopt' in the leaf that declares"
            yield finding(entry.key_place, ("adopt",), f"{message} what it adopts")
    refused: set[tuple[str, Path]] = set()
    for leaf in leaves:
        for one in adoptions_of(leaf) if leaf.effective.is_whole else ():
            refusal = _refusal(leaf, leaf.effective.policy, one)
            if refusal and (leaf.app.name, one.path) not in refused:
                refused.add((leaf.app.name, one.path))  # each name once, however many targets have nothing of it
                yield finding(one.place, one.path, refusal)


def _refusal(leaf: Leaf, policy: Policy | None, one: Adoption) -> str | None:
    try:
        name = leaf.scope.substitute(one.text)
    except UnknownVariableError as error:
        return str(error)
    declared = _declared(policy, leaf.app.name, one.kind) if policy else []
    if name in declared:
        return None
    has = f"it has {', '.join(declared)}" if declared else "it has none"
    what = one.kind.removesuffix("s")
    return f"'{leaf.app.name}' declares no {what} named '{name}' in {leaf.target}, so it can't adopt it; {has}"


def _declared(policy: Policy, app: str, kind: str) -> list[str]:
    if kind == "vaults":
        return sorted(vault.name for vault in policy.vaults.values())
    return sorted(plan_name(plan, app, key) for key, plan in policy.plans.items())
