"""The quick way to read YAML: files with which nothing is wrong, which is nearly all of them.

libyaml composes the tree by itself, at half the cost of taking its events one by one, but it tells little of what is
wrong and descends without a bound. So what it may descend is bounded before, and whatever is out of the ordinary, an
anchor or an error among it, is left to the careful reader (`yaml_documents`), which says what that is.
"""

from collections.abc import Callable
from sys import intern
from typing import Any

from yaml import MappingNode, ScalarNode, YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out

from backup_apps.adapters.yaml_scalars import MAX_DEPTH, MAX_NODES, NUMERIC, WORDS, plain_value
from backup_apps.domain.nodes import Entry, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Place

MOST_BRACKETS = 10_000
"""Each may be a level of its own; 20,000 levels still fit into 8 MB of stack."""
LONGEST_LINE = 2_000
"""A level in block style takes a column."""

_NOT_ONLY_NAMES = NUMERIC | {"<", "@"}
"""How keys begin that may be none, or an operator."""

# A tuple's own constructor: half the time of a NamedTuple's, and this runs for every word of a bundle.
_new: Callable[..., Any] = tuple.__new__


class _Unusual(Exception):
    """Something that the careful reader has to look at."""


class _Composer(CParser):
    """libyaml's composer, told not to look for tags: none are written in what it reads."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> None:
        return None

    def descend_resolver(self, current_node: Any, current_index: Any) -> None: ...

    def ascend_resolver(self) -> None: ...


def read_tree(path: str, text: str) -> tuple[Node, ...] | None:
    """The documents of a file; None where anything in it is unusual."""
    if "&" in text or "!" in text or not _is_shallow(text):  # an anchor, or a tag that the composer would not tell
        return None
    tree = _Tree(path)
    try:
        composer = _Composer(text)
        documents = []
        while composer.check_node():
            documents.append(tree.node(composer.get_node(), 1))
    except (YAMLError, _Unusual):
        return None
    return tuple(documents)


def _is_shallow(text: str) -> bool:
    if len(text) <= LONGEST_LINE:
        return True
    brackets = text.count("[") + text.count("{")
    return brackets <= MOST_BRACKETS and max(map(len, text.split("\n"))) <= LONGEST_LINE


class _Tree:
    """libyaml's nodes of one file as ours."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.nodes = 0

    def node(self, node: Any, depth: int) -> Node:
        if type(node) is MappingNode:
            return self._mapping(node, depth)
        mark = node.start_mark
        place = _new(Place, (self.path, mark.line + 1, mark.column + 1))
        if type(node) is ScalarNode:
            return _new(Scalar, (_value(node), place))  # type: ignore[no-any-return]
        self._enter(len(node.value), depth)
        items = tuple([self.node(item, depth + 1) for item in node.value])
        return _new(Sequence, (items, place))  # type: ignore[no-any-return]

    def _mapping(self, node: Any, depth: int) -> Mapping:
        # One loop without calls where it can be: most of a bundle is texts under keys.
        path, pairs = self.path, node.value
        self._enter(2 * len(pairs), depth)
        entries: dict[str, Entry] = {}
        is_plain = True
        for key, value in pairs:
            name = key.value
            if type(key) is not ScalarNode or name in WORDS or name[0] in _NOT_ONLY_NAMES:
                name = _unusual_key(key)
                is_plain = is_plain and name[:2] != "@@"
            mark = key.start_mark
            key_place = _new(Place, (path, mark.line + 1, mark.column + 1))
            if type(value) is ScalarNode:
                text = intern(value.value)
                is_text = value.style or not (text in WORDS or text[0] in NUMERIC)
                mark = value.start_mark
                place = _new(Place, (path, mark.line + 1, mark.column + 1))
                inner = _new(Scalar, (text if is_text else plain_value(text), place))
            elif type(value) is MappingNode:
                inner = self._mapping(value, depth + 1)
            else:
                inner = self.node(value, depth + 1)
            entries[intern(name)] = _new(Entry, (key_place, inner))
        if len(entries) < len(pairs):
            raise _Unusual
        mark = node.start_mark
        place = _new(Place, (path, mark.line + 1, mark.column + 1))
        return _new(Mapping, (entries, place, is_plain))  # type: ignore[no-any-return]

    def _enter(self, nodes: int, depth: int) -> None:
        """Begin a collection of so many nodes."""
        self.nodes += nodes
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _Unusual


def _unusual_key(key: Any) -> str:
    """A key that may be a number or a word of YAML's, if it is text nevertheless."""
    if type(key) is not ScalarNode:
        raise _Unusual
    text = _value(key)
    if not isinstance(text, str) or text == "<<":
        raise _Unusual
    return text


def _value(node: Any) -> str | int | float | bool | None:
    """Text in quotes or as a block is text; a plain scalar may be more."""
    text = intern(node.value)
    return text if node.style else plain_value(text)
