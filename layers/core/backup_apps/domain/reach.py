"""The reverse of an explanation: what a line of the bundle reaches."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping, Removed, as_json
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


class _Line(NamedTuple):
    file: str
    number: int

    def holds(self, node: Node) -> bool:
        """Whether a value stands on the line, or an item of a list that is written over several lines."""
        return node.place[:2] == self or (isinstance(node, Sequence) and any(map(self.holds, node.items)))


def reach_of(resolution: Resolution, file: str, line: int) -> tuple[Reached, ...]:
    """Everything of every leaf and target that is in force because of a line.

    That is values whose last write stands there, lists that hold an item written there, and guardrails, waived ones as
    waived. A line that only opens something reaches where that is: the mapping below a key, or an override.
    """
    return tuple(
        Reached(leaf.app.name, leaf.target, dotted(path), value)
        for leaf in sorted(resolution.leaves, key=lambda leaf: (leaf.app.name, leaf.target))
        for path, value in _in_force(leaf, resolution.ratchet, _Line(file, line))
    )


def _in_force(leaf: Leaf, ratchet: Ratchet | None, line: _Line) -> list[tuple[Path, Any]]:
    tops: list[tuple[str, Merged | None]] = [("policy", leaf.merged)]
    tops += [(key, leaf.heir.merged.entries.get(key)) for key in INHERITED_FROM]
    found = [(path, _effective(leaf, path, merged)) for path, merged in _merged_on(tops, line)]
    held = ratchet.in_force(leaf)[0] if ratchet else ()
    found += [(("guardrails", *bound.kind.split(".")), plain(bound.node)) for bound in held if line.holds(bound.node)]
    return found or list(_overrides_on(leaf, line))


def _merged_on(tops: Iterable[tuple[str, Merged | None]], line: _Line) -> Iterator[tuple[Path, Merged]]:
    for key, merged in tops:
        yield from _written_on(merged, (key,), line) if merged else ()


def _written_on(merged: Merged, path: Path, line: _Line) -> Iterator[tuple[Path, Merged]]:
    if isinstance(merged, Removed):
        return
    if isinstance(merged, MergedMapping):
        inner = [found for key, child in merged.entries.items() for found in _written_on(child, (*path, key), line)]
        is_opened = not inner and any(step.place[:2] == line for step in merged.history.steps)
        yield from [(path, merged)] if is_opened else inner
    elif merged.history.last.place[:2] == line or line.holds(merged.history.last.node) or _has_item(merged, line):
        yield path, merged


def _has_item(merged: Merged, line: _Line) -> bool:
    """Whether a list holds an item that is written on the line, whoever added others after it."""
    return isinstance(merged, MergedList) and any(map(line.holds, merged.items))


def _overrides_on(leaf: Leaf, line: _Line) -> Iterator[tuple[Path, Any]]:
    """Overrides that hold for a leaf and begin on the line."""
    for override, _ in leaf.applied:
        if line in (override.place[:2], *(condition.place[:2] for condition in override.when)):
            yield ("overrides", override.position), plain(override.policy)


def _effective(leaf: Leaf, path: Path, merged: Merged) -> Any:
    node: Node | None = leaf.effective.node if path[0] == "policy" else None
    for segment in path[1:]:
        node = node.get(str(segment)) if isinstance(node, Mapping) else None
    return plain(node) if node is not None else as_json(merged)
