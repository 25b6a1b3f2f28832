"""Checks nodes against the grammar of the language, and says at each place what would be right.

The same grammar serves for files as written, where operators and variables may stand and nothing is required yet, and
for the effective policy, where everything is.
"""

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from backup_apps.domain.grammar import Either, Fields, Free, Grammar, Items, Keyed, Leaf, Mode, Within
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, kind_of, plain
from backup_apps.domain.operators import CONTROL, OPERATORS, REMOVE, VALUE_OPERATORS, refuse_control
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.quantities import shown

PLAIN = Mode(operators=False, variables=False)


class Refusal(NamedTuple):
    """A finding, and the part it is about: None where that part is missing."""

    finding: Finding
    part: Node | Entry | None


Refusals = Iterator[Refusal]


def check(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> tuple[Node, list[Finding]]:
    """The node without what the grammar refuses, and what that is. `key_place` is where a missing key is reported.

    A key that is unknown is left out; a value that is wrong is broken, so that nothing more is said of it.
    """
    refusals = list(_check(node, grammar, path, mode, key_place))
    refused = {id(refusal.part) for refusal in refusals if refusal.part is not None}
    return (_without(node, refused) if refused else node), [refusal.finding for refusal in refusals]


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


def _refuse(part: Node, path: Path, message: str, place: Place | None = None) -> Refusal:
    return Refusal(finding(place or part.place, path, message), part)


def _check(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> Refusals:
    if isinstance(grammar, Within):
        mode, grammar = grammar.mode, grammar.each
    if isinstance(node, Broken):
        return
    if isinstance(node, Scalar) and node.value is None:
        hint = ', or remove what is inherited with {"@@remove": true}' if mode.operators else ""
        yield _refuse(node, path, f"null is not a value here; write one, or leave the key out{hint}")
    elif mode.operators and isinstance(node, Mapping) and any(key.startswith("@@") for key in node.entries):
        yield from _check_operators(node, grammar, path, mode, key_place)
    else:
        yield from _check_value(node, _settled(grammar, node), path, mode, key_place)


def _settled(grammar: Grammar, node: Node) -> Grammar:
    """Where either a list or something else may stand, the one that does."""
    if isinstance(grammar, Either):
        return grammar.items if isinstance(node, Sequence) else grammar.other
    return grammar


def _check_value(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> Refusals:
    match grammar, node:
        case Free(is_mapping=False), _:
            yield from _check_free(node, path, mode)
        case Free(), Mapping():
            yield from _check_free(node, path, mode)
        case Leaf(), Scalar():
            yield from _check_leaf(node, grammar, path, mode)
        case Items(), Sequence():
            for index, item in enumerate(node.items):
                yield from _check(item, grammar.each, (*path, index), mode._replace(operators=False), item.place)
        case Fields(), Mapping():
            yield from _check_fields(node, grammar, path, mode, key_place)
        case Keyed(), Mapping():
            yield from _check_keyed(node, grammar, path, mode)
        case _:
            yield _refuse(node, path, f"must be {_wanted(grammar)}, not a {kind_of(node)}")


def _wanted(grammar: Grammar) -> str:
    if isinstance(grammar, Items):
        return "a list"
    return "a single value" if isinstance(grammar, Leaf) else "a mapping"


def _check_leaf(node: Scalar, grammar: Leaf, path: Path, mode: Mode) -> Refusals:
    if mode.variables and isinstance(node.value, str) and "${" in node.value:
        return
    message = complaint(grammar.type, node.value)
    if message:
        yield _refuse(node, path, message)


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


def _check_fields(node: Mapping, grammar: Fields, path: Path, mode: Mode, key_place: Place) -> Refusals:
    for key, entry in node.entries.items():
        if key in grammar.each:
            yield from _check(entry.node, grammar.each[key], (*path, key), mode, entry.key_place)
        else:
            yield Refusal(finding(entry.key_place, (*path, key), _unknown(key, tuple(grammar.each))), entry)
    for key in () if mode.operators else grammar.required:
        if key not in node.entries:
            yield Refusal(finding(key_place, (*path, key), f"'{key}' is required"), None)


def _unknown(key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    guess = f"did you mean '{close[0]}'? " if close else ""
    return f"unknown key '{key}'; {guess}known here: {', '.join(sorted(known))}"


def _check_keyed(node: Mapping, grammar: Keyed, path: Path, mode: Mode) -> Refusals:
    for key, entry in node.entries.items():
        if isinstance(entry.node, Broken):
            continue
        message = "variables stand in values, never in keys; write the key out" if "${" in key else None
        message = message or complaint(grammar.key.type, key)
        if message:
            yield _refuse(entry.node, (*path, key), message, entry.key_place)
        yield from _check(entry.node, grammar.each, (*path, key), mode, entry.key_place)


def _check_free(node: Node, path: Path, mode: Mode) -> Refusals:
    """JSON of AWS's: anything but null."""
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            yield from _check(entry.node, Free(), (*path, key), mode, entry.key_place)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _check(item, Free(), (*path, index), mode._replace(operators=False), item.place)


def _check_operators(node: Mapping, grammar: Grammar, path: Path, mode: Mode, key_place: Place) -> Refusals:
    """A mapping with operators in it: `{"@@remove": true}`, value operators, or a control beside plain keys."""
    operators = {key: entry for key, entry in node.entries.items() if key.startswith("@@")}
    plain_keys = {key: entry for key, entry in node.entries.items() if key not in operators}
    for key, entry in operators.items():
        if key not in OPERATORS:
            known = ", ".join(OPERATORS)
            yield _refuse(node, (*path, key), f"unknown operator '{key}'; there are {known}", entry.key_place)
    if CONTROL in operators:
        control = operators[CONTROL].node
        yield from (Refusal(found, control) for found in refuse_control(control, (*path, CONTROL)))
    removal = node.get(REMOVE)
    if isinstance(removal, Scalar):
        yield from _check_removal(node, removal, path)
    else:
        yield from _check_operands(node, plain_keys, grammar, path, mode, key_place)


def _check_removal(node: Mapping, removal: Scalar, path: Path) -> Refusals:
    if removal.value is not True:
        yield _refuse(node, (*path, REMOVE), "must be true, or a list of items to remove", removal.place)
    elif len(node.entries) > 1:
        yield _refuse(node, path, '{"@@remove": true} removes the key and stands alone')


def _check_operands(
    node: Mapping, plain_keys: dict[str, Entry], grammar: Grammar, path: Path, mode: Mode, key_place: Place
) -> Refusals:
    used = [key for key in VALUE_OPERATORS if key in node.entries]
    if used and plain_keys:
        yield _refuse(node, path, f"{', '.join(used)} cannot stand beside plain keys; write one or the other")
        return
    for key in used:
        yield from _check_operand(node, key, grammar, path, mode)
    if plain_keys:
        yield from _check_value(Mapping(plain_keys, node.place), _settled(grammar, node), path, mode, key_place)


def _check_operand(node: Mapping, key: str, grammar: Grammar, path: Path, mode: Mode) -> Refusals:
    entry = node.entries[key]
    operand = entry.node
    grammar = _settled(grammar, operand)
    if isinstance(grammar, Fields | Keyed) or (isinstance(grammar, Free) and isinstance(operand, Mapping)):
        yield _refuse(node, (*path, key), f"a mapping takes no {key}; its keys merge one by one", entry.key_place)
    elif isinstance(grammar, Leaf) and key != "@@assign":
        yield _refuse(node, (*path, key), f"a single value takes only @@assign, {key} is for lists", entry.key_place)
    else:
        yield from _check(operand, grammar, (*path, key), mode._replace(operators=False), entry.key_place)
