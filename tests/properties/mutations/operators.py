"""Operators that are unknown, out of place, or of another kind."""

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

from backup_apps.domain.documents import INHERITED
from backup_apps.domain.grammar import Fields, Free, Items, Keyed, Leaf
from mutations.spots import Data, Files, Spot, at, may_be_list, spots, written

CONTROL = "@@operators_allowed_for_child_policies"


def unknown_operator(rng: random.Random, data: Data) -> Files | None:
    words = ["@@replace", "@@merge", "@@Assign", "@@appendd", "@@", "@@operators_allowed"]

    def spoiled(spot: Spot) -> Any:
        held = spot.value if isinstance(spot.value, dict) else {}
        return {**held, rng.choice(words): rng.choice([spot.value, ["x"], True])}

    return at(rng, data, lambda spot: spot.mode.operators and not isinstance(spot.grammar, Free), spoiled)


def operator_where_nothing_merges(rng: random.Random, data: Data) -> Files | None:
    """`children`, guardrails, overrides' conditions, waivers, metadata: nothing of theirs is inherited by merging."""

    def fits(spot: Spot) -> bool:
        alone = not spot.mode.operators and isinstance(spot.grammar, Leaf | Items | Fields)
        return alone and not may_be_list(spot)

    def spoiled(spot: Spot) -> Any:
        return rng.choice([{"@@assign": spot.value}, {"@@append": [spot.value]}, {"@@remove": True}])

    return at(rng, data, fits, spoiled)


def operator_of_another_kind(rng: random.Random, data: Data) -> Files | None:
    """Lists take all operators, single values only @@assign, mappings none."""

    def spoiled(spot: Spot) -> Any:
        if isinstance(spot.grammar, Leaf):
            value = [spot.value]
            return rng.choice([{"@@append": value}, {"@@append": spot.value}, {"@@assign": value}, {"@@remove": value}])
        if isinstance(spot.grammar, Items):
            return rng.choice([{"@@assign": "x"}, {"@@append": {"a": "b"}}, {"@@append": "x"}, {"@@remove": "x"}])
        return rng.choice([{"@@assign": spot.value}, {"@@append": spot.value}, {"@@assign": [], "a": "b"}])

    def fits(spot: Spot) -> bool:
        return spot.mode.operators and isinstance(spot.grammar, Leaf | Items | Fields | Keyed) and not may_be_list(spot)

    return at(rng, data, fits, spoiled)


def bad_removal(rng: random.Random, data: Data) -> Files | None:
    def spoiled(spot: Spot) -> Any:
        wrong: list[Any] = [False, "true", 1, None, "x"]
        beside = {"@@remove": True, "@@assign": spot.value}
        return rng.choice([*({"@@remove": value} for value in wrong), beside])

    return at(rng, data, lambda spot: spot.mode.operators and not isinstance(spot.grammar, Free), spoiled)


def bad_control(rng: random.Random, data: Data) -> Files | None:
    wrong: list[Any] = [
        [], "@@all", ["@@everything"], ["@@none", "@@assign"], ["@@assign", "@@assign"], None, True, [5], {"a": "b"},
        ["all"], [["@@all"]],
    ]  # fmt: skip

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, CONTROL: rng.choice(wrong)}

    def fits(spot: Spot) -> bool:
        return spot.mode.operators and isinstance(spot.grammar, Fields | Keyed) and isinstance(spot.value, dict)

    return at(rng, data, fits, spoiled)


def removal_of_nothing(rng: random.Random, data: Data) -> Files | None:
    """A key that nobody wrote can't be removed."""

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, f"nobody{rng.randrange(1000)}": {"@@remove": True}}

    def fits(spot: Spot) -> bool:
        mapping = spot.mode.operators and isinstance(spot.grammar, Keyed) and isinstance(spot.value, dict)
        return mapping and spot.path[1] in INHERITED

    return at(rng, data, fits, spoiled)


def list_over_list(rng: random.Random, data: Data) -> Files | None:
    """A child of the root writes a bare list where the root has one."""
    root = data["app.yaml"][0]
    children = [file for file in data if file != "app.yaml" and _is_child_of_root(file, root["spec"])]
    lists = [
        spot
        for spot in spots({"app.yaml": [root]})
        if isinstance(spot.grammar, Items) and isinstance(spot.value, list) and spot.path[1] in INHERITED
    ]
    if not children or not lists:
        return None
    changed, file, spot = deepcopy(data), rng.choice(children), rng.choice(lists)
    document = rng.randrange(len(changed[file]))
    if changed[file][document]["kind"] != "BackupApp":
        return None
    holder = changed[file][document]
    for key in spot.path[:-1]:
        holder = holder.setdefault(key, {})
        if not isinstance(holder, dict) or "@@remove" in holder:
            return None
    holder[spot.path[-1]] = rng.choice([spot.value, spot.value * 2, []])
    return written(changed)


def _is_child_of_root(file: str, spec: dict[str, Any]) -> bool:
    return any(Path(file).match(pattern) for pattern in spec.get("children", ()) if "**" not in pattern)


MUTATIONS = (
    unknown_operator,
    operator_where_nothing_merges,
    operator_of_another_kind,
    bad_removal,
    bad_control,
    removal_of_nothing,
    list_over_list,
)
