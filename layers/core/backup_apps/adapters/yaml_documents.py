"""YAML, as the policy language has it: libyaml's events, made into nodes that know their place.

A smaller language than YAML on purpose: no tags, no merge keys, no duplicate keys, only strings as keys, scalars by the
JSON schema of YAML 1.2 (so `yes`, `0123` and `12:30` never turn into something else). The tree is built without
recursion and within bounds, since a bundle may come from anybody: aliases may not expand a file past MAX_NODES.

https://yaml.org/spec/1.2.2/#102-json-schema
"""

from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out

from backup_apps.adapters.yaml_scalars import MAX_DEPTH, MAX_NODES, plain_value
from backup_apps.adapters.yaml_trees import read_tree
from backup_apps.domain.nodes import Broken, Entry, File, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.quantities import shown

Mark = Any
"""libyaml's or PyYAML's position, both with `line` and `column` from 0."""
_NodeEvent = yaml.ScalarEvent | yaml.CollectionStartEvent


class _Parser(CParser):
    """libyaml's parser; it asks nothing of a resolver as long as only events are taken."""


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("anchor", "height", "items", "key", "mapping", "place", "size")

    def __init__(self, place: Place, anchor: str | None, mapping: bool) -> None:
        self.place = place
        self.anchor = anchor
        self.mapping: dict[str, Entry] | None = {} if mapping else None
        self.items: list[Node] = []
        self.key: tuple[str | None, Place] | None = None
        self.size = 1
        self.height = 1


class _Sized(NamedTuple):
    """A node, how many nodes it is once aliases are expanded, and how deep it goes."""

    node: Node
    size: int = 1
    height: int = 0


class _TooLarge(Exception):
    """A bound was passed; the file is given up."""


class _Reader:
    """Builds the nodes of one file from its events."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.findings: list[Finding] = []
        self.documents: list[Node] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, _Sized] = {}
        self.nodes = 0

    def read(self) -> File:
        try:
            self._consume()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._misread(self._place_in_text(mark), self._syntax_message(error, mark))
        except yaml.reader.ReaderError as error:
            message = f"the character U+{error.character:04X} is not allowed in YAML"
            self._misread(self._character_place(error), message)
        except _TooLarge:
            pass  # what was too large is among the findings
        else:
            return File(self.path, tuple(self.documents), readable=True)
        return File(self.path, (), readable=False)

    def _consume(self) -> None:
        parser = _Parser(self.text)
        event = parser.get_event()
        while event is not None:
            self._take(event)
            event = parser.get_event()

    def _take(self, event: Any) -> None:
        """One event. Types are compared, not asked for: this runs for every word of a bundle."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            mark = event.start_mark
            place = Place(self.path, mark.line + 1, mark.column + 1)
            value = event.value if event.style else plain_value(event.value)
            node = Scalar(value, place) if event.tag is None else self._tagged(event, place)
            self._put(node, 1, 0, event.anchor, place)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._end()
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._begin(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.anchors.clear()

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self._place(event.start_mark)
        if event.tag is not None:
            self._tagged(event, place)
        self.open.append(_Open(place, event.anchor, isinstance(event, yaml.MappingStartEvent)))
        if len(self.open) > MAX_DEPTH:
            self._give_up(place, f"nested deeper than {MAX_DEPTH} levels")

    def _end(self) -> None:
        done = self.open.pop()
        mapping, place = done.mapping, done.place
        node: Node = Sequence(tuple(done.items), place) if mapping is None else Mapping(mapping, place)
        self._put(node, done.size, done.height, done.anchor, done.place)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = self._place(event.start_mark)
        name = str(event.anchor)
        known = self.anchors.get(name)
        if known is None:
            inside = any(collection.anchor == name for collection in self.open)
            self._refuse(place, f"*{name} stands inside its own anchor" if inside else f"*{name} has no anchor")
            known = _Sized(Broken(place))
        self._put(*known, None, place)

    def _put(self, node: Node, size: int, height: int, anchor: str | None, place: Place) -> None:
        """Store a finished node where the parser stands; `place` is where it is used, for an alias not its own."""
        if anchor is not None:
            self.anchors[anchor] = _Sized(node, size, height)
        if not self.open:
            self.documents.append(node)
            return
        parent = self.open[-1]
        self._count(parent, size, height, place)
        if parent.mapping is None:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = self._key(node, parent.mapping, place)
        else:
            key, key_place = parent.key
            parent.key = None
            if key is not None:
                parent.mapping[key] = Entry(key_place, node)

    def _count(self, parent: _Open, size: int, height: int, place: Place) -> None:
        self.nodes += 1
        parent.size += size
        if height >= parent.height:
            parent.height = height + 1
        if self.nodes > MAX_NODES or parent.size > MAX_NODES:
            message = f"more than {MAX_NODES:,} nodes once aliases are expanded; split the file or drop the aliases"
            self._give_up(place, message)
        if len(self.open) + height > MAX_DEPTH:
            self._give_up(place, f"nested deeper than {MAX_DEPTH} levels")

    def _key(self, node: Node, taken: dict[str, Entry], place: Place) -> tuple[str | None, Place]:
        """The key to store under, or None where the entry is refused."""
        if isinstance(node, Broken):
            return None, place
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            key = f"the key {shown(node.value)} is not a string; quote it" if isinstance(node, Scalar) else None
            self._refuse(place, key or "a key must be a string")
        elif node.value == "<<":
            self._refuse(
                place, "the merge key << is not part of the policy language; inherit from a parent app instead"
            )
        elif node.value in taken:
            first = taken[node.value].key_place.line
            message = f"the key '{node.value}' stands twice in this mapping; it is first on line {first}"
            self._refuse(place, message, (node.value,))
        else:
            return node.value, place
        return None, place

    def _tagged(self, event: _NodeEvent, place: Place) -> Broken:
        self._refuse(place, f"the tag {event.tag} is not part of the policy language; remove it")
        return Broken(place)

    def _give_up(self, place: Place, message: str) -> None:
        self._misread(place, message)
        raise _TooLarge

    def _refuse(self, place: Place, message: str, below: Path = ()) -> None:
        """Refuse what stands where the parser is, or at a path below it."""
        path = (*self._path(), *below)
        self.findings.append(finding(place, path[1:] if len(path) > 1 and path[0] == "spec" else path, message))

    def _misread(self, place: Place, message: str) -> None:
        """Refuse a file: what is no YAML, or too large to say where in it."""
        self.findings.append(finding(place, (), message))

    def _path(self) -> Path:
        """The keys and indexes from the top of the document to where the parser is."""
        here: list[str | int] = []
        for collection in self.open:
            if collection.mapping is None:
                here.append(len(collection.items))
            elif collection.key is not None and collection.key[0] is not None:
                here.append(collection.key[0])
        return tuple(here)

    def _place(self, mark: Mark | None) -> Place:
        return Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path, 1, 1)

    def _syntax_message(self, error: yaml.MarkedYAMLError, mark: Mark | None) -> str:
        lines = self.text.split("\n")
        line = lines[mark.line] if mark and mark.line < len(lines) else ""
        if mark and line[: mark.column + 1].isspace() and "\t" in line[: mark.column + 1]:
            return "a tab indents this line; YAML allows only spaces there"
        if "${" in line and "flow" in str(error.context):
            return 'quote a value that holds ${…} inside braces or brackets: {name: "acme-${region}"}'
        return " ".join(part for part in (error.problem, f"({error.context})" if error.context else "") if part)

    def _place_in_text(self, mark: Mark | None) -> Place:
        """libyaml finds what is missing at the end of a file on a line below it."""
        lines = self.text.split("\n")
        if mark is None or mark.line < len(lines):
            return self._place(mark)
        return Place(self.path, len(lines), len(lines[-1]) + 1)

    def _character_place(self, error: yaml.reader.ReaderError) -> Place:
        """libyaml counts bytes to the character that it refuses."""
        return _place_after(self.path, self.text.encode()[: error.position].decode(errors="ignore"))


def read_documents(path: str, data: bytes) -> tuple[File, list[Finding]]:
    """The documents of a file, and everything that is wrong with it as YAML."""
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        place = _place_after(path, data[: error.start].decode("utf-8-sig", errors="ignore"))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        return File(path, (), readable=False), [finding(place, (), message)]
    documents = read_tree(path, text)
    return (File(path, documents, readable=True), []) if documents is not None else read_carefully(path, text)


def read_carefully(path: str, text: str) -> tuple[File, list[Finding]]:
    """The documents of a file event by event, so that everything wrong with it has a place."""
    reader = _Reader(path, text)
    file = reader.read()
    return file, reader.findings


def _place_after(path: str, text: str) -> Place:
    return Place(path, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)
