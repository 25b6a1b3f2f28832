"""What is left of a policy once everything that could not be read is taken out of it.

So that one wrong value does not hide what is wrong with all the others.
"""

from backup_apps.domain.grammar import Fields, Grammar, Items, Keyed
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Sequence
from backup_apps.domain.places import Path


def without_broken(node: Node, grammar: Grammar, path: Path = ()) -> tuple[Node | None, list[Path]]:
    """The node without its broken parts, and the paths of those. None where a required part is missing."""
    if isinstance(node, Broken):
        return None, [path]
    if isinstance(node, Sequence) and isinstance(grammar, Items):
        kept, dropped = [], []
        for index, item in enumerate(node.items):
            left, lost = without_broken(item, grammar.each, (*path, index))
            kept += [left] if left is not None else []
            dropped += lost
        return Sequence(tuple(kept), node.place), dropped
    if isinstance(node, Mapping) and isinstance(grammar, Fields | Keyed):
        return _mapping_without_broken(node, grammar, path)
    return node, []


def _mapping_without_broken(node: Mapping, grammar: Fields | Keyed, path: Path) -> tuple[Node | None, list[Path]]:
    entries: dict[str, Entry] = {}
    dropped: list[Path] = []
    for key, entry in node.entries.items():
        each = grammar.each if isinstance(grammar, Keyed) else grammar.each[key]
        left, lost = without_broken(entry.node, each, (*path, key))
        dropped += lost
        if left is not None:
            entries[key] = Entry(entry.key_place, left)
    if isinstance(grammar, Fields) and not entries.keys() >= set(grammar.required):
        return None, [*dropped, path]
    return Mapping(entries, node.place), dropped
