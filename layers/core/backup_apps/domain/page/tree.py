"""The tree of apps: what the page draws, and what is kept of it with each version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backup_apps.domain.leaves import Heir


class AppNode(NamedTuple):
    """An app, with its parent and where it is written; None for a root, and where nobody kept the place."""

    app: str
    parent: str | None
    file: str | None
    line: int | None

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


def tree_of(heirs: Mapping[str, Heir]) -> tuple[AppNode, ...]:
    """Parents before their children, siblings by name."""
    nodes = (_node(name, heir) for name, heir in heirs.items())
    return tuple(node for _, node in sorted(nodes))


def _node(name: str, heir: Heir) -> tuple[tuple[str, ...], AppNode]:
    place, line = heir.app.name_place, heir.names
    return line, AppNode(name, line[-2] if len(line) > 1 else None, place.file, place.line)


def tree_from(documents: Iterable[Mapping[str, Any]]) -> tuple[AppNode, ...]:
    """What `to_json` wrote of each."""
    return tuple(AppNode(**document) for document in documents)


def with_unknown(tree: Iterable[AppNode], bundle: str, apps: Iterable[str]) -> tuple[AppNode, ...]:
    """The tree and the apps that it lacks, below its root: those that an earlier version left in some target, and all
    of a version that was admitted before trees were kept."""
    known = tuple(tree) or (AppNode(bundle, None, None, None),)
    names = {node.app for node in known}
    return (*known, *(AppNode(app, known[0].app, None, None) for app in sorted(set(apps) - names)))
