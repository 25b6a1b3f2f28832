"""Keys that are left out, misspelt, foreign or twice."""

import json
import random
from typing import Any

from backup_apps.domain.grammar import Fields, Keyed
from backup_apps.domain.policy import RULE_DEFAULTS
from backup_apps.domain.scalar_schemas import scalar_name
from mutations.spots import Data, Files, Spot, at, spots, with_line


def without_required_key(rng: random.Random, data: Data) -> Files | None:
    """Where nothing merges, what is required is required in its document."""

    def spoiled(spot: Spot) -> Any:
        gone = rng.choice([key for key in spot.grammar.required if key in spot.value])
        return {key: value for key, value in spot.value.items() if key != gone}

    return at(rng, data, lambda spot: _has_required(spot) and not spot.mode.operators, spoiled)


def without_merged_key(rng: random.Random, data: Data) -> Files | None:
    """In a bundle of one document nothing is inherited, so what its policy leaves out stays out."""
    if len(data) > 1 or len(next(iter(data.values()))) > 1:
        return None

    def spoiled(spot: Spot) -> Any:
        gone = rng.choice(_required(spot))
        return {key: value for key, value in spot.value.items() if key != gone}

    return at(rng, data, lambda spot: _has_required(spot) and spot.mode.operators, spoiled)


def _has_required(spot: Spot) -> bool:
    return isinstance(spot.grammar, Fields) and isinstance(spot.value, dict) and bool(_required(spot))


def _required(spot: Spot) -> list[str]:
    """The keys that must be written; what a rule needs and has a default for may be left out."""
    return [key for key in spot.grammar.required if key in spot.value and key not in RULE_DEFAULTS]


def misspelt_key(rng: random.Random, data: Data) -> Files | None:
    def fits(spot: Spot) -> bool:
        return isinstance(spot.grammar, Fields) and isinstance(spot.value, dict) and bool(_known(spot))

    def spoiled(spot: Spot) -> Any:
        old = rng.choice(_known(spot))
        new = rng.choice([word for word in _misspelt(old) if word not in spot.grammar.each])
        return {new if key == old else key: value for key, value in spot.value.items()}

    return at(rng, data, fits, spoiled)


def _known(spot: Spot) -> list[str]:
    return [key for key in spot.value if key in spot.grammar.each]


def _misspelt(word: str) -> list[str]:
    return [word + "s", word[:-1], word[1:], word.upper(), word.title(), word[0] + word, word + "-x", "_" + word, ""]


def foreign_key(rng: random.Random, data: Data) -> Files | None:
    """Keys of AWS's documents and of other tools."""
    keys = ["BackupPlanName", "Rules", "lifecycle", "labels", "annotations", "backup_plans", "namespace", "$schema"]

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, rng.choice(keys): rng.choice(["x", 1, True, [], {}])}

    return at(rng, data, lambda spot: isinstance(spot.grammar, Fields) and isinstance(spot.value, dict), spoiled)


def bad_name(rng: random.Random, data: Data) -> Files | None:
    """Names that the writer chooses, none of which the language takes as a name."""
    names = ["", "a b", "ä", "${region}", "x" * 200, "a/b", "@@assign", "a\nb"]

    def fits(spot: Spot) -> bool:
        named = isinstance(spot.grammar, Keyed) and scalar_name(spot.grammar.key) == "Key"
        return named and isinstance(spot.value, dict) and bool(spot.value) and "@@" not in str(spot.value)

    def spoiled(spot: Spot) -> Any:
        old, new = rng.choice(list(spot.value)), rng.choice(names)
        return {new if key == old else key: value for key, value in spot.value.items()}

    return at(rng, data, fits, spoiled)


def duplicate_key(rng: random.Random, data: Data) -> Files | None:
    """The same key once more in its mapping; the value makes no difference."""
    places = [spot for spot in spots(data) if isinstance(spot.value, dict) and spot.value]
    spot = rng.choice(places)
    key, value = rng.choice(list(spot.value)), rng.choice(["again", "[]", "{}", "null", "35d", '"111111111111"'])
    return with_line(data, spot, f"{_key(key)}: {value}")


def _key(key: str) -> str:
    return json.dumps(key) if key.startswith("@") else key


MUTATIONS = (without_required_key, without_merged_key, misspelt_key, foreign_key, bad_name, duplicate_key)
