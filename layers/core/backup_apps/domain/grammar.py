"""Checks nodes against the models of the language, and says at which place what would be right.

A model is read once into a small grammar (`Fields`, `Keyed`, `Items`, `Leaf`, `Free`); the same grammar serves for
files as written, where operators and variables may stand and nothing is required yet, and for the effective policy.
"""

import difflib
import types
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, kind_of
from backup_apps.domain.operators import CONTROL, OPERATORS, REMOVE, VALUE_OPERATORS, bad_control
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.quantities import shown


class Mode(NamedTuple):
    """Where the checked nodes stand."""

    operators: bool
    """Inheritance operators may stand, so nothing is required yet."""
    variables: bool
    """`${…}` may stand in a value, whose type is then checked after substitution."""


PLAIN = Mode(operators=False, variables=False)


class Leaf(NamedTuple):
    type: TypeAdapter[Any]


class Items(NamedTuple):
    each: "Grammar"


class Keyed(NamedTuple):
    key: Leaf
    each: "Grammar"


class Fields(NamedTuple):
    each: dict[str, "Grammar"]
    required: tuple[str, ...]


class Free(NamedTuple):
    """JSON without a grammar of ours."""


class Either(NamedTuple):
    """A scalar or a list of such."""

    scalar: Leaf
    items: Items


Grammar = Leaf | Items | Keyed | Fields | Free | Either


@cache
def grammar_of(model: type[BaseModel]) -> Fields:
    """The grammar of a mapping."""
    fields: dict[str, Grammar] = {}
    for name, info in model.model_fields.items():
        fields[info.alias or name] = _grammar(info.annotation, tuple(info.metadata))
    required = tuple(info.alias or name for name, info in model.model_fields.items() if info.is_required())
    return Fields(fields, required)


def _grammar(annotation: Any, metadata: tuple[Any, ...] = ()) -> Grammar:
    origin = get_origin(annotation)
    if metadata == ("free",):
        return Free()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return grammar_of(annotation)
    if origin is Annotated and not metadata:
        return _grammar(get_args(annotation)[0], get_args(annotation)[1:])
    if origin in (Union, types.UnionType) and not metadata:
        return _either([part for part in get_args(annotation) if part is not type(None)])
    if origin is MappingType:
        key, value = get_args(annotation)
        return Keyed(Leaf(TypeAdapter(key)), _grammar(value))
    if origin is tuple:
        return Items(_grammar(get_args(annotation)[0]))
    return Leaf(TypeAdapter(Annotated[annotation, *metadata] if metadata else annotation))


def _either(parts: list[Any]) -> Grammar:
    if len(parts) == 1:
        return _grammar(parts[0])
    kinds = [_grammar(part) for part in parts]
    scalar = next(kind for kind in kinds if isinstance(kind, Leaf))
    return Either(scalar, next(kind for kind in kinds if isinstance(kind, Items)))


def check(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place | None = None) -> Iterator[Finding]:
    """Everything in the node that the grammar does not allow. `key_place` is where a missing key is reported."""
    if isinstance(node, Broken):
        return
    if isinstance(node, Scalar) and node.value is None:
        yield finding(
            node.place, path, f"null is not a value here; write one, or leave the key out{_removal_hint(mode)}"
        )
    elif mode.operators and isinstance(node, Mapping) and any(key.startswith("@@") for key in node.entries):
        yield from _check_operators(node, grammar, path, mode)
    else:
        yield from _check_value(node, grammar, path, mode, key_place)


def _removal_hint(mode: Mode) -> str:
    return ', or remove what is inherited with {"@@remove": true}' if mode.operators else ""


def _check_value(node: Node, grammar: Grammar, path: Path, mode: Mode, key_place: Place | None) -> Iterator[Finding]:
    if isinstance(grammar, Either):
        grammar = grammar.items if isinstance(node, Sequence) else grammar.scalar
    match grammar, node:
        case Free(), _:
            yield from _check_free(node, path, mode)
        case Leaf(), Scalar():
            yield from _check_leaf(node, grammar, path, mode)
        case Items(), Sequence():
            for index, item in enumerate(node.items):
                yield from check(item, grammar.each, (*path, index), mode._replace(operators=False))
        case Fields(), Mapping():
            yield from _check_fields(node, grammar, path, mode, key_place or node.place)
        case Keyed(), Mapping():
            yield from _check_keyed(node, grammar, path, mode)
        case _:
            yield finding(node.place, path, f"must be {_wanted(grammar)}, not a {kind_of(node)}")


def _wanted(grammar: Grammar) -> str:
    if isinstance(grammar, Items):
        return "a list"
    return "a single value" if isinstance(grammar, Leaf) else "a mapping"


def _check_leaf(node: Scalar, grammar: Leaf, path: Path, mode: Mode) -> Iterator[Finding]:
    if mode.variables and isinstance(node.value, str) and "${" in node.value:
        return
    message = refusal(grammar.type, node.value)
    if message:
        yield finding(node.place, path, message)


def refusal(adapter: TypeAdapter[Any], value: object) -> str | None:
    """Why a type refuses a value, or None."""
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


def _check_fields(node: Mapping, grammar: Fields, path: Path, mode: Mode, key_place: Place) -> Iterator[Finding]:
    for key, entry in node.entries.items():
        if key not in grammar.each:
            yield finding(entry.key_place, (*path, key), _unknown(key, tuple(grammar.each)))
        else:
            yield from check(entry.node, grammar.each[key], (*path, key), mode, entry.key_place)
    for key in () if mode.operators else grammar.required:
        if key not in node.entries:
            yield finding(key_place, (*path, key), f"'{key}' is required")


def _unknown(key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    guess = f"did you mean '{close[0]}'? " if close else ""
    return f"unknown key '{key}'; {guess}known here: {', '.join(sorted(known))}"


def _check_keyed(node: Mapping, grammar: Keyed, path: Path, mode: Mode) -> Iterator[Finding]:
    for key, entry in node.entries.items():
        if "${" in key:
            yield finding(entry.key_place, (*path, key), "variables stand in values, never in keys; write the key out")
        elif message := refusal(grammar.key.type, key):
            yield finding(entry.key_place, (*path, key), message)
        yield from check(entry.node, grammar.each, (*path, key), mode, entry.key_place)


def _check_free(node: Node, path: Path, mode: Mode) -> Iterator[Finding]:
    if not path or not isinstance(node, Mapping | Sequence):
        return
    children = (
        [(key, entry.node) for key, entry in node.entries.items()]
        if isinstance(node, Mapping)
        else list(enumerate(node.items))
    )
    for key, child in children:
        inside = mode if isinstance(node, Mapping) else mode._replace(operators=False)
        yield from check(child, Free(), (*path, key), inside)


def _check_operators(node: Mapping, grammar: Grammar, path: Path, mode: Mode) -> Iterator[Finding]:
    """A mapping with operators in it: `{"@@remove": true}`, value operators, or a control beside plain keys."""
    operators = {key: entry for key, entry in node.entries.items() if key.startswith("@@")}
    plain_keys = {key: entry for key, entry in node.entries.items() if key not in operators}
    for key, entry in operators.items():
        if key not in OPERATORS:
            yield finding(entry.key_place, (*path, key), f"unknown operator '{key}'; there are {', '.join(OPERATORS)}")
    if CONTROL in operators:
        yield from bad_control(operators[CONTROL].node, (*path, CONTROL))
    removal = node.get(REMOVE)
    if isinstance(removal, Scalar):
        yield from _check_removal(node, removal, path)
    else:
        yield from _check_operands(node, plain_keys, grammar, path, mode)


def _check_removal(node: Mapping, removal: Scalar, path: Path) -> Iterator[Finding]:
    if removal.value is not True:
        yield finding(removal.place, (*path, REMOVE), "must be true, or a list of items to remove")
    elif len(node.entries) > 1:
        yield finding(node.place, path, '{"@@remove": true} removes the key and stands alone')


def _check_operands(
    node: Mapping, plain_keys: dict[str, Entry], grammar: Grammar, path: Path, mode: Mode
) -> Iterator[Finding]:
    used = [key for key in VALUE_OPERATORS if key in node.entries]
    if used and plain_keys:
        yield finding(node.place, path, f"{', '.join(used)} cannot stand beside plain keys; write one or the other")
        return
    for key in used:
        yield from _check_operand(node, key, grammar, path, mode)
    if plain_keys:
        yield from _check_value(Mapping(plain_keys, node.place), grammar, path, mode, None)


def _check_operand(node: Mapping, key: str, grammar: Grammar, path: Path, mode: Mode) -> Iterator[Finding]:
    entry = node.entries[key]
    operand, inner = entry.node, mode._replace(operators=False)
    if isinstance(grammar, Either):
        grammar = grammar.items if isinstance(operand, Sequence) else grammar.scalar
    if isinstance(grammar, Fields | Keyed) or (isinstance(grammar, Free) and isinstance(operand, Mapping)):
        yield finding(entry.key_place, (*path, key), f"a mapping takes no {key}; its keys merge one by one")
    elif isinstance(grammar, Leaf) and key != "@@assign":
        yield finding(entry.key_place, (*path, key), f"a single value takes only @@assign, {key} is for lists")
    else:
        yield from check(operand, grammar, (*path, key), inner)
