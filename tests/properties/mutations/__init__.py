"""Ways to spoil valid bundles.

Each mutation makes a bundle malformed by construction: it picks its place by the grammar of the language, and puts
there what the language has no meaning for. Where a place would take what is put there (a text in an IAM policy, a key
that the writer chooses), the mutation passes over it; where only a parser can tell (random bytes), libyaml's loader is
the judge, and what it can read is not counted.
"""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import NamedTuple

from mutations import hierarchy, keys, operators, text, values
from mutations.spots import Data, Files, good_bundles


class Mutation(NamedTuple):
    """A way to spoil a bundle; None where a bundle has no place for it."""

    name: str
    spoil: Callable[[random.Random, Data], Files | None]


MUTATIONS = tuple(
    Mutation(spoil.__name__, spoil) for kind in (keys, values, operators, hierarchy, text) for spoil in kind.MUTATIONS
)


def malformed(mutation: Mutation, count: int, seed: int = 0) -> Iterator[Files]:
    """Up to `count` different bundles that a mutation spoiled, the same ones every time."""
    rng = random.Random(f"{mutation.name}/{seed}")
    seen: set[bytes] = set()
    for _ in range(count * 20):
        files = mutation.spoil(rng, deepcopy(rng.choice(good_bundles())))
        content = b"\0".join(sorted(files.values())) if files else b""
        if files and content not in seen:
            seen.add(content)
            yield files
        if len(seen) == count:
            return
