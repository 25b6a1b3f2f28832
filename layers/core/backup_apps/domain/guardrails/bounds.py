"""Bounds as written. `strictness` says how those of a parent and its children join: always in the safe direction."""

from collections.abc import Iterator
from typing import NamedTuple

from backup_apps.domain.apps import App
from backup_apps.domain.documents import Guardrails
from backup_apps.domain.grammar import Fields, Grammar, grammar_of
from backup_apps.domain.nodes import Mapping, Node, broken_parts
from backup_apps.domain.places import Place


class Bound(NamedTuple):
    """One guardrail of one app; its value may hold variables."""

    kind: str
    node: Node
    place: Place
    app: str
    depth: int


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
