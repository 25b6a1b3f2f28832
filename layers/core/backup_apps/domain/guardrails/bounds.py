"""Bounds as written, and how those of a parent and its children join: always in the safe direction."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.documents import Guardrails
from backup_apps.domain.grammar import Fields, Grammar, grammar_of
from backup_apps.domain.nodes import Mapping, Node, Sequence, broken_parts, plain
from backup_apps.domain.places import Place
from backup_apps.domain.quantities import shown


class Bound(NamedTuple):
    """One guardrail of one app; its value may hold variables."""

    kind: str
    node: Node
    place: Place
    app: str
    depth: int


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


def _kinds(grammar: Grammar, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Grammar]]:
    if isinstance(grammar, Fields):
        for key, each in grammar.each.items():
            yield from _kinds(each, (*path, key))
    else:
        yield ".".join(path), grammar


KINDS: dict[str, Grammar] = dict(_kinds(grammar_of(Guardrails)))
"""Every kind of guardrail, with the grammar of its value."""


def bounds_of(app: App, depth: int) -> Iterator[Bound]:
    """The guardrails of an app; those that were refused are left out."""
    written = app.spec.get("guardrails")
    if isinstance(written, Mapping):
        yield from _flatten(written, (), app, depth)


def _flatten(node: Mapping, path: tuple[str, ...], app: App, depth: int) -> Iterator[Bound]:
    for key, entry in node.entries.items():
        kind = ".".join((*path, key))
        if isinstance(entry.node, Mapping):
            yield from _flatten(entry.node, (*path, key), app, depth)
        elif kind in KINDS and not any(broken_parts(entry.node)):
            yield Bound(kind, entry.node, entry.node.place, app.name, depth)


def stricter(kind: str, one: Any, other: Any) -> Any:
    """The join of two values of a kind: commutative, associative, idempotent, and never looser than either."""
    return one if STRICTNESS[kind](one) >= STRICTNESS[kind](other) else other


def spoken(node: Node) -> str:
    """A bound's value as it is written."""
    if isinstance(node, Sequence):
        return ", ".join(spoken(item) for item in node.items)
    value = plain(node)
    return shown(value) if isinstance(value, bool) else str(value)


def spoken_time(value: float) -> str:
    """Minutes as `35d`, `8h` or `90m`; for ever as `never`."""
    if value == math.inf:
        return "never"
    for unit, size in (("d", 1440), ("h", 60)):
        if value % size == 0 and value >= size:
            return f"{int(value // size)}{unit}"
    return f"{int(value)}m"
