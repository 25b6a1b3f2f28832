"""Where in the policy files something could be said: over the values that stand there, or as an override."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Finding, Kind
from backup_apps.domain.inheritance import Merged, MergedMapping, MergedScalar, Removed
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.nodes import Scalar
from backup_apps.domain.places import Place
from backup_apps.domain.resolution import Resolution


class Scalars(NamedTuple):
    """New scalars at the places of old ones."""

    values: tuple[tuple[Place, Any], ...]


class Overriding(NamedTuple):
    """An override for one target, in the app whose `spec` stands there."""

    spec: Place
    when: Mapping[str, list[str]]
    policy: Mapping[str, Any]


class Item(NamedTuple):
    """One more item at the end of the list that stands there."""

    list: Place
    value: Any


Edit = Scalars | Overriding | Item


def leaf_of(resolution: Resolution, finding: Finding) -> Leaf | None:
    """The leaf that says what drifted; of leaves that share it, the first in order."""
    there = (leaf for leaf in resolution.leaves if leaf.target == finding.target)
    return next((leaf for leaf in there if _says(leaf, finding)), None)


def _says(leaf: Leaf, finding: Finding) -> bool:
    if finding.app is not None:
        return leaf.app.name == finding.app
    policy = leaf.effective.policy
    if policy is None or finding.kind is Kind.REGION_OPT_IN:
        return policy is not None
    name = finding.resource.partition(" tag ")[0]
    return any(vault.name == name for vault in policy.vaults.values())


def edits(leaf: Leaf, words: Mapping[str, Any]) -> Iterator[Edit]:
    """The smallest first: over the values themselves, wherever they stand; then for this target alone, in the leaf or
    in the nearest app above it."""
    found = [(_scalar(leaf.merged, path), value) for path, value in _flat(words)]
    places = tuple((place, value) for place, value in found if place is not None)
    if len(places) == len(found):
        yield Scalars(places)
    for place in _specs(leaf):
        yield Overriding(place, _when(leaf.target), words)


def where(leaf: Leaf, words: Mapping[str, Any]) -> Place:
    """Where the value stands, or the nearest part above it that somebody wrote."""
    path, _ = next(_flat(words))
    place, merged = leaf.app.name_place, leaf.merged
    for segment in path:
        if not isinstance(merged, MergedMapping) or isinstance(merged.entries.get(segment), Removed | None):
            break
        merged = merged.entries[segment]
        place = merged.key_place if isinstance(merged, MergedMapping) else merged.history.last.place
    return place


def _flat(words: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, key))
        else:
            yield (*path, key), value


def _scalar(merged: Merged | None, path: tuple[str, ...]) -> Place | None:
    for segment in path:
        merged = merged.entries.get(segment) if isinstance(merged, MergedMapping) else None
    last = merged.history.last.node if isinstance(merged, MergedScalar) and merged.history.steps else None
    return last.place if isinstance(last, Scalar) else None


def _specs(leaf: Leaf) -> Iterator[Place]:
    """Of the leaf, then of its parent, up to the root."""
    return (step.place for step in reversed(leaf.heir.merged.history.steps))


def _when(target: Target) -> dict[str, list[str]]:
    return {"account": [target.account], "region": [target.region]}
