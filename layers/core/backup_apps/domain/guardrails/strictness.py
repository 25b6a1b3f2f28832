"""How strict the value of a guardrail is, by its kind."""

import math
from collections.abc import Callable
from typing import Any

LOCK_MODES = ("governance", "compliance")


def minutes(value: int | str) -> float:
    """A time of a guardrail; `never` is infinite."""
    return math.inf if value == "never" else float(value)


def _mode(value: str) -> int:
    return LOCK_MODES.index(value)


STRICTNESS: dict[str, Callable[[Any], float]] = {
    "retention.min": minutes,
    "retention.max": lambda value: -minutes(value),
    "rpo.max": lambda value: -minutes(value),
    "verification.maxAge": lambda value: -minutes(value),
    "copies.crossRegion": float,
    "copies.crossAccount": float,
    "encryption.customerKey": float,
    "encryption.rotation": float,
    "vaultLock.mode": _mode,
}
"""How strict a value is, for the kinds of which the strictest counts. The others are lists, and every list counts."""

IN_MINUTES = frozenset({"retention.min", "retention.max", "rpo.max", "verification.maxAge"})


def stricter(kind: str, one: Any, other: Any) -> Any:
    """The join of two values of a kind: commutative, associative, idempotent, and never looser than either."""
    return one if STRICTNESS[kind](one) >= STRICTNESS[kind](other) else other
