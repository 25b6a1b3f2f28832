"""Checks nodes against the grammar of the language, and says at each place what would be right.

The same grammar serves for files as written, where operators and variables may stand and nothing is required yet, and
for the effective policy, where everything is.
"""

import difflib
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from backup_apps.domain.grammar import Either, Fields, Free, Grammar, Items, Keyed, Leaf, Mode, Unchecked, Within
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, kind_of, plain
from backup_apps.domain.operators import CONTROL, OPERATORS, REMOVE, VALUE_OPERATORS, has_operators, refuse_control
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.quantities import shown

PLAIN = Mode(operators=False, variables=False)
FREE = Free()


class Refusal(NamedTuple):
    """A finding, and the part it is about: None where that part is missing."""

    finding: Finding
    part: Node | Entry | None


def check(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> tuple[Node, list[Finding]]:
    """The node without what the grammar refuses, and what that is. `key_place` is where a missing key is reported.

    A key that is unknown is left out; a value that is wrong is broken, so that nothing more is said of it.
    """
    checking = _Checking()
    checking.node(node, grammar, path, mode, key_place)
    if not checking.refusals:
        return node, []
    refused = {id(refusal.part) for refusal in checking.refusals if refusal.part is not None}
    return (_without(node, refused) if refused else node), [refusal.finding for refusal in checking.refusals]


def _without(node: Node, refused: set[int]) -> Node:
    if id(node) in refused:
        return Broken(node.place)
    if isinstance(node, Sequence):
        return Sequence(tuple(_without(item, refused) for item in node.items), node.place)
    if isinstance(node, Mapping):
        kept = {key: entry for key, entry in node.entries.items() if id(entry) not in refused}
        entries = {key: Entry(entry.key_place, _without(entry.node, refused)) for key, entry in kept.items()}
        return Mapping(entries, node.place)
    return node


class _Checking:
    """One check. Types are compared, not asked for, and nothing is built before it is wrong: this runs for every word
    of a bundle."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def _refuse(self, part: Node, path: Path, message: str, place: Place | None = None) -> None:
        self.refusals.append(Refusal(finding(place or part.place, path, message), part))

    def node(self, node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> None:
        if isinstance(grammar, Within | Unchecked):
            if isinstance(grammar, Unchecked):
                return
            mode, grammar = grammar.mode, grammar.each
        if isinstance(node, Mapping):
            if mode.operators and not node.is_plain and has_operators(node):
                self._operators(node, grammar, path, mode, key_place)
            else:
                self._mapping(node, grammar, path, mode, key_place)
        elif isinstance(node, Scalar):
            self._scalar(node, grammar, path, mode)
        elif isinstance(node, Sequence):
            grammar = _settled(grammar, node)
            if isinstance(grammar, Items):
                self._items(node, grammar.each, path, mode)
            else:
                self._any(node, grammar, path, mode)

    def _mapping(self, node: Mapping, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> None:
        if isinstance(grammar, Fields):
            self._fields(node, grammar, path, mode, key_place)
        elif isinstance(grammar, Keyed):
            self._keyed(node, grammar, path, mode)
        elif isinstance(grammar, Either):
            self._mapping(node, grammar.other, path, mode, key_place)
        else:
            self._any(node, grammar, path, mode)

    def _scalar(self, node: Scalar, grammar: Grammar, path: Path, mode: Mode) -> None:
        if node.value is None:
            hint = ', or remove what is inherited with {"@@remove": true}' if mode.operators else ""
            self._refuse(node, path, f"null is not a value here; write one, or leave the key out{hint}")
            return
        grammar = _settled(grammar, node)
        if not isinstance(grammar, Leaf):
            self._any(node, grammar, path, mode)
        elif not _suits(node, grammar, mode):
            self._refuse(node, path, str(complaint(grammar.type, node.value)))

    def _any(self, node: Mapping | Sequence | Scalar, grammar: Grammar, path: Path, mode: Mode) -> None:
        """Where anything may stand, or something else has to."""
        if isinstance(grammar, Free) and (isinstance(node, Mapping) or not grammar.is_mapping):
            self._free(node, path, mode)
        else:
            self._refuse(node, path, f"must be {_wanted(grammar)}, not a {kind_of(node)}")

    def _items(self, node: Sequence, grammar: Grammar, path: Path, mode: Mode) -> None:
        mode = Mode(False, mode.variables)
        for index, item in enumerate(node.items):
            if not (isinstance(grammar, Leaf) and _suits(item, grammar, mode)):
                self.node(item, grammar, (*path, index), mode, item.place)

    def _fields(self, node: Mapping, grammar: Fields, path: Path, mode: Mode, key_place: Place) -> None:
        known = grammar.each
        for key, entry in node.entries.items():
            each = known.get(key)
            if each is None:
                found = finding(entry.key_place, (*path, key), _unknown(key, tuple(known)))
                self.refusals.append(Refusal(found, entry))
            elif not (isinstance(each, Leaf) and _suits(entry.node, each, mode)):
                self.node(entry.node, each, (*path, key), mode, entry.key_place)
        for key in () if mode.operators else grammar.required:
            if key not in node.entries:
                self.refusals.append(Refusal(finding(key_place, (*path, key), f"'{key}' is required"), None))

    def _keyed(self, node: Mapping, grammar: Keyed, path: Path, mode: Mode) -> None:
        each = grammar.each
        for key, entry in node.entries.items():
            if isinstance(entry.node, Broken):
                continue
            message = "variables stand in values, never in keys; write the key out" if "${" in key else None
            message = message or complaint(grammar.key.type, key)
            if message:
                self._refuse(entry.node, (*path, key), message, entry.key_place)
            if not (isinstance(each, Leaf) and _suits(entry.node, each, mode)):
                self.node(entry.node, each, (*path, key), mode, entry.key_place)

    def _free(self, node: Node, path: Path, mode: Mode) -> None:
        """JSON of AWS's: anything but null."""
        if isinstance(node, Mapping):
            for key, entry in node.entries.items():
                self.node(entry.node, FREE, (*path, key), mode, entry.key_place)
        elif isinstance(node, Sequence):
            self._items(node, FREE, path, mode)

    def _operators(self, node: Mapping, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> None:
        """A mapping with operators in it: `{"@@remove": true}`, value operators, or a control beside plain keys."""
        operators = {key: entry for key, entry in node.entries.items() if key.startswith("@@")}
        plain_keys = {key: entry for key, entry in node.entries.items() if key not in operators}
        for key, entry in operators.items():
            if key not in OPERATORS:
                known = ", ".join(OPERATORS)
                self._refuse(node, (*path, key), f"unknown operator '{key}'; there are {known}", entry.key_place)
        if CONTROL in operators:
            control = operators[CONTROL].node
            self.refusals += (Refusal(found, control) for found in refuse_control(control, (*path, CONTROL)))
        removal = node.get(REMOVE)
        if isinstance(removal, Scalar):
            self._removal(node, removal, path)
        else:
            self._operands(node, plain_keys, grammar, path, mode, key_place)

    def _removal(self, node: Mapping, removal: Scalar, path: Path) -> None:
        if removal.value is not True:
            self._refuse(node, (*path, REMOVE), "must be true, or a list of items to remove", removal.place)
        elif len(node.entries) > 1:
            self._refuse(node, path, '{"@@remove": true} removes the key and stands alone')

    def _operands(
        self, node: Mapping, plain_keys: dict[str, Entry], grammar: Grammar, path: Path, mode: Mode, key_place: Place
    ) -> None:
        used = [key for key in VALUE_OPERATORS if key in node.entries]
        if used and plain_keys:
            self._refuse(node, path, f"{', '.join(used)} cannot stand beside plain keys; write one or the other")
            return
        for key in used:
            self._operand(node, key, grammar, path, mode)
        if plain_keys:
            self._mapping(Mapping(plain_keys, node.place), grammar, path, mode, key_place)

    def _operand(self, node: Mapping, key: str, grammar: Grammar, path: Path, mode: Mode) -> None:
        entry = node.entries[key]
        operand = entry.node
        grammar = _settled(grammar, operand)
        if isinstance(grammar, Fields | Keyed) or (isinstance(grammar, Free) and isinstance(operand, Mapping)):
            self._refuse(node, (*path, key), f"a mapping takes no {key}; its keys merge one by one", entry.key_place)
        elif isinstance(grammar, Leaf) and key != "@@assign":
            message = f"a single value takes only @@assign, {key} is for lists"
            self._refuse(node, (*path, key), message, entry.key_place)
        else:
            self.node(operand, grammar, (*path, key), Mode(False, mode.variables), entry.key_place)


def _suits(node: Node, grammar: Leaf, mode: Mode) -> bool:
    """Whether a scalar stands where one may, with nothing wrong: nearly always, and then nobody needs its path."""
    if not isinstance(node, Scalar) or node.value is None:
        return False
    is_template = mode.variables and isinstance(node.value, str) and "${" in node.value
    return is_template or complaint(grammar.type, node.value) is None


def _settled(grammar: Grammar, node: Node) -> Grammar:
    """Where either a list or something else may stand, the one that does."""
    if isinstance(grammar, Either):
        return grammar.items if isinstance(node, Sequence) else grammar.other
    return grammar


def _wanted(grammar: Grammar) -> str:
    if isinstance(grammar, Items):
        return "a list"
    return "a single value" if isinstance(grammar, Leaf) else "a mapping"


NOT_YET = {"airgap": "air-gapped vaults", "index": "index settings", "scan": "scan settings"}
"""What AWS Backup has and the language has no words for, by what its keys are called there."""


def _unknown(key: str, known: tuple[str, ...]) -> str:
    for word, what in NOT_YET.items():
        if word in key.lower():
            return f"'{key}' is not supported yet: {what} come later, so leave it out"
    close = difflib.get_close_matches(key, known, 1)
    guess = f"did you mean '{close[0]}'? " if close else ""
    return f"unknown key '{key}'; {guess}known here: {', '.join(sorted(known))}"


@lru_cache(maxsize=1 << 16, typed=True)
def complaint(adapter: TypeAdapter[Any], value: object) -> str | None:
    """Why a type refuses a value, or None. Remembered, since a bundle says the same words over and over."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "value_error":
            return str(first["ctx"]["error"])
        if first["type"] == "literal_error":
            return f"must be {first['ctx']['expected']}, not {shown(value)}"
        return f"must be text, not {shown(value)}; quote it" if first["type"] == "string_type" else str(first["msg"])
    return None


def typed(node: Node, grammar: Grammar) -> Any:
    """The meaning of a scalar or a list that `check` found nothing wrong with."""
    if isinstance(grammar, Items) and isinstance(node, Sequence):
        return tuple(typed(item, grammar.each) for item in node.items)
    return grammar.type.validate_python(plain(node)) if isinstance(grammar, Leaf) else plain(node)
