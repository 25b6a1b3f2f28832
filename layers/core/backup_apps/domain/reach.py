"""The reverse of an explanation: what a line of the bundle reaches."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.inheritance import Merged, MergedMapping, Removed
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.nodes import Mapping, Node, Sequence, plain
from backup_apps.domain.places import Path, dotted
from backup_apps.domain.resolution import Resolution

INHERITED_FROM = ("selfHeal", "targets", "variables")


class Reached(NamedTuple):
    """A value that is in force on a target because of a line."""

    app: str
    target: Target
    path: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        account, region = self.target
        return {"app": self.app, "account": account, "region": region, "path": self.path, "value": self.value}


def reach_of(resolution: Resolution, file: str, line: int) -> tuple[Reached, ...]:
    """Every value of every leaf and target whose last write stands on a line, or which holds an item written there."""
    return tuple(
        Reached(leaf.app.name, leaf.target, dotted(path), value)
        for leaf in sorted(resolution.leaves, key=lambda leaf: (leaf.app.name, leaf.target))
        for path, value in _in_force(leaf, file, line)
    )


def _in_force(leaf: Leaf, file: str, line: int) -> Iterator[tuple[Path, Any]]:
    tops: list[tuple[str, Merged | None]] = [("policy", leaf.merged)]
    tops += [(key, leaf.heir.merged.entries.get(key)) for key in INHERITED_FROM]
    for key, merged in tops:
        for path, value in _written_on(merged, (key,), file, line) if merged else ():
            yield path, _effective(leaf, path, value)


def _written_on(merged: Merged, path: Path, file: str, line: int) -> Iterator[tuple[Path, Any]]:
    if isinstance(merged, Removed):
        return
    if isinstance(merged, MergedMapping):
        for key, child in merged.entries.items():
            yield from _written_on(child, (*path, key), file, line)
        return
    last = merged.history.last
    if last.place[:2] == (file, line) or _holds_line(last.node, file, line):
        yield path, plain(last.node)


def _holds_line(node: Node, file: str, line: int) -> bool:
    """Whether an item of a list that is written over several lines stands on the line."""
    return isinstance(node, Sequence) and any(item.place[:2] == (file, line) for item in node.items)


def _effective(leaf: Leaf, path: Path, written: Any) -> Any:
    node: Node | None = leaf.effective.node if path[0] == "policy" else None
    for segment in path[1:]:
        node = node.get(str(segment)) if isinstance(node, Mapping) else None
    return plain(node) if node is not None else written
