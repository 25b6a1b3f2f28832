"""A policy file as written: scalars, sequences and mappings that know their place.

The tree of one document is made once, by the adapter that reads YAML, and never changed. `Broken` stands where
something was refused already, so that later steps stay silent about it and still find every other error.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from backup_apps.domain.places import Place


class Scalar(NamedTuple):
    """A string, number, boolean or null."""

    value: str | int | float | bool | None
    place: Place


class Sequence(NamedTuple):
    items: tuple["Node", ...]
    place: Place


class Entry(NamedTuple):
    """A key's place, and what it holds."""

    key_place: Place
    node: "Node"


class Mapping(NamedTuple):
    entries: dict[str, Entry]
    place: Place
    is_plain: bool = False
    """Known to hold no operator, so that nobody has to look."""

    def get(self, key: str) -> "Node | None":
        entry = self.entries.get(key)
        return entry.node if entry else None


class Broken(NamedTuple):
    """A part that was refused; nothing more is said of it."""

    place: Place


Node = Scalar | Sequence | Mapping | Broken


class File(NamedTuple):
    """A policy file: its documents, or none where it could not be read."""

    path: str
    documents: tuple[Node, ...]
    readable: bool


def plain(node: Node) -> Any:
    """The node as JSON data; a broken part is None."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    return None


def broken_parts(node: Node) -> Iterator[Broken]:
    """Every part of the node that was refused."""
    if isinstance(node, Broken):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from broken_parts(item)
    elif isinstance(node, Mapping):
        for entry in node.entries.values():
            yield from broken_parts(entry.node)


def kind_of(node: Node) -> str:
    """The word for the node's kind in messages."""
    if isinstance(node, Mapping):
        return "mapping"
    return "list" if isinstance(node, Sequence) else "scalar"
