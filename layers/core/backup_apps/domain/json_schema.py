"""JSON Schemas of the language, for editors, out of the same grammar that checks the files.

What a schema can't say is left to `validate`: what is inherited, which variables exist, what AWS refuses. Draft 7, as
editors of YAML understand it.

https://json-schema.org/draft-07/json-schema-release-notes
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from backup_apps.domain.checking import PLAIN
from backup_apps.domain.documents import TEMPLATE, Template
from backup_apps.domain.grammar import Either, Fields, Free, Grammar, Items, Keyed, Leaf, Mode, Within, grammar_of
from backup_apps.domain.operators import ALL, APPEND, ASSIGN, CONTROL, NONE, OPERATORS, REMOVE, VALUE_OPERATORS
from backup_apps.domain.policy import RULE_DEFAULTS, Rule, Written
from backup_apps.domain.scalar_schemas import Schema, scalar_name, scalar_schema

DRAFT = "http://json-schema.org/draft-07/schema#"

_VARIABLE: Schema = {"description": "Text with ${variables}.", "type": "string", "pattern": r"\$\{"}
_REMOVAL: Schema = {"const": True}
_REMOVAL_STANDS_ALONE: Schema = {
    "if": {"required": [REMOVE], "properties": {REMOVE: _REMOVAL}},
    "then": {"maxProperties": 1},
}
_CONTROL: Schema = {
    "description": "The operators that children may use here.",
    "type": "array",
    "items": {"enum": [ALL, NONE, *VALUE_OPERATORS]},
    "minItems": 1,
    "uniqueItems": True,
    "if": {"contains": {"const": NONE}},
    "then": {"maxItems": 1},
}


def json_schema(model: type[BaseModel]) -> Schema:
    """The schema of one kind of document."""
    schemas = _Schemas()
    top = schemas.fields(grammar_of(model), PLAIN)
    return {"$schema": DRAFT, "title": model.__name__, **top, "definitions": dict(sorted(schemas.definitions.items()))}


class _Schemas:
    """Collects a definition for each model and each scalar, in each mode in which it is used."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def of(self, grammar: Grammar, mode: Mode) -> Schema:
        match grammar:
            case Within():
                return self.of(grammar.each, grammar.mode._replace(variables=grammar.mode.variables or mode.variables))
            case Fields():
                return self._model(grammar, _models()[id(grammar)], mode)
            case Keyed():
                return self._keyed(grammar, mode)
            case Items():
                return self._items(grammar, mode)
            case Either():
                return self._either(grammar, mode)
            case Leaf():
                return self._leaf(grammar, mode)
            case Free():
                return self._free(grammar, mode)
        raise TypeError(f"{grammar} has no schema")

    def _named(self, name: str, mode: Mode, make: Callable[[], Schema]) -> Schema:
        """A reference to a definition, made when first used; one that uses itself finds its name taken."""
        name += ("Merging" if mode.operators else "") + ("Template" if mode.variables else "")
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = make()
        return {"$ref": f"#/definitions/{name}"}

    def _model(self, grammar: Fields, model: type[Written], mode: Mode) -> Schema:
        """In the template of a set, a value of the item may stand wherever a value may."""
        mode = TEMPLATE if model is Template else mode
        return self._named(model.__name__, mode, lambda: self.fields(grammar, mode))

    def fields(self, grammar: Fields, mode: Mode) -> Schema:
        model = _models()[id(grammar)]
        properties = {key: self.of(each, mode) for key, each in grammar.each.items()}
        for key, default in _defaults(model).items():
            properties[key] = {"allOf": [properties[key]], "default": default}
        described = {"description": _docstring(model)} if _docstring(model) else {}
        schema: Schema = {**described, "type": "object", "additionalProperties": False}
        if mode.operators:
            return {**schema, "properties": properties | self._key_operators(), **_REMOVAL_STANDS_ALONE}
        return {**schema, "properties": properties, "required": list(grammar.required)}

    def _keyed(self, grammar: Keyed, mode: Mode) -> Schema:
        names = {**scalar_schema(grammar.key), "not": {"pattern": r"^@@|\$\{" if mode.operators else r"\$\{"}}
        schema: Schema = {"type": "object", "additionalProperties": self.of(grammar.each, mode)}
        if not mode.operators:
            return {**schema, "propertyNames": names}
        operators = self._key_operators()
        names = {"anyOf": [names, {"enum": list(operators)}]}
        return {**schema, "properties": operators, "propertyNames": names, **_REMOVAL_STANDS_ALONE}

    def _key_operators(self) -> Schema:
        """What may stand among the keys of a mapping."""
        return {REMOVE: _REMOVAL, CONTROL: self._control()}

    def _control(self) -> Schema:
        return self._named("Control", PLAIN, lambda: _CONTROL)

    def _items(self, grammar: Items, mode: Mode) -> Schema:
        if not mode.operators:
            return {"type": "array", "items": self.of(grammar.each, mode)}
        items = self._items(grammar, mode._replace(operators=False))
        operands = {ASSIGN: items, APPEND: items, REMOVE: {"anyOf": [items, _REMOVAL]}}
        return self._or_operators(f"{_item_name(grammar)}List", items, operands, mode)

    def _leaf(self, grammar: Leaf, mode: Mode) -> Schema:
        if mode.operators:
            value = self._leaf(grammar, mode._replace(operators=False))
            return self._or_operators(scalar_name(grammar), value, {ASSIGN: value, REMOVE: _REMOVAL}, mode)
        schema = scalar_schema(grammar)
        if mode.variables:
            schema = {"anyOf": [schema, self._named("Variable", PLAIN, lambda: _VARIABLE)]}
        return self._named(scalar_name(grammar), mode, lambda: schema)

    def _either(self, grammar: Either, mode: Mode) -> Schema:
        items = self._items(grammar.items, mode._replace(operators=False))
        value = {"anyOf": [self.of(grammar.other, mode._replace(operators=False)), items]}
        if not mode.operators:
            return value
        operands = {ASSIGN: value, APPEND: items, REMOVE: {"anyOf": [items, _REMOVAL]}}
        return self._or_operators(f"{_item_name(grammar.items)}OrList", value, operands, mode)

    def _or_operators(self, name: str, value: Schema, operands: Mapping[str, Schema], mode: Mode) -> Schema:
        """The value, or operators in its place."""
        instead: Schema = {
            "type": "object",
            "properties": {**operands, CONTROL: self._control()},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return self._named(name, mode, lambda: {"anyOf": [value, {**instead, **_REMOVAL_STANDS_ALONE}]})

    def _free(self, grammar: Free, mode: Mode) -> Schema:
        """JSON of AWS's: anything but null."""
        if grammar.is_mapping:
            return self._named("JsonObject", mode, lambda: self._json(["object"], self._key_operators(), mode))
        kinds = ["string", "number", "boolean", "array", "object"]
        return self._named("Json", mode, lambda: self._json(kinds, OPERATORS, mode))

    def _json(self, kinds: list[str], operators: Iterable[str], mode: Mode) -> Schema:
        inner = self.of(Free(), mode)
        schema: Schema = {"description": "JSON as AWS defines it.", "type": kinds, "additionalProperties": inner}
        if "array" in kinds:
            schema["items"] = inner
        known = {"anyOf": [{"not": {"pattern": "^@@"}}, {"enum": list(operators)}]}
        return {**schema, "propertyNames": known} if mode.operators else schema


def _item_name(grammar: Items) -> str:
    return scalar_name(grammar.each) if isinstance(grammar.each, Leaf) else "Json"


@cache
def _models() -> dict[int, type[Written]]:
    """The model of each grammar, which `grammar_of` makes once."""
    return {id(grammar_of(model)): model for model in _below(Written)}


def _below(model: type[Written]) -> Iterator[type[Written]]:
    for derived in model.__subclasses__():
        yield derived
        yield from _below(derived)


def _docstring(model: type[BaseModel]) -> str:
    return " ".join((vars(model).get("__doc__") or "").split())


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """What a key says where nobody writes it, for an editor to show."""
    if model is Rule:
        return dict(RULE_DEFAULTS)
    defaults = {info.alias or name: info.default for name, info in model.model_fields.items()}
    return {key: default for key, default in defaults.items() if isinstance(default, bool | str)}
