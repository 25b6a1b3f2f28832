"""The grammar of the language, read once from its models."""

import types
from collections.abc import Mapping as MappingType
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, TypeAdapter


class Leaf(NamedTuple):
    """A scalar."""

    type: TypeAdapter[Any]


class Items(NamedTuple):
    """A list."""

    each: "Grammar"


class Keyed(NamedTuple):
    """A mapping whose keys are names that the writer chooses."""

    key: Leaf
    each: "Grammar"


class Fields(NamedTuple):
    """A mapping whose keys are known: those of a model."""

    each: dict[str, "Grammar"]
    required: tuple[str, ...]
    model: type[BaseModel] = BaseModel


class Free(NamedTuple):
    """JSON without a grammar of ours."""

    is_mapping: bool = False


class Unchecked(NamedTuple):
    """A part that is checked by itself."""


class Either(NamedTuple):
    """A list, or something else."""

    items: Items
    other: "Grammar"


class Mode(NamedTuple):
    """What may stand in a part of a document."""

    operators: bool
    """Inheritance operators, so nothing is required yet."""
    variables: bool
    """`${…}` in a value, whose type is then checked after substitution."""


class Within(NamedTuple):
    """A part in which another mode holds."""

    mode: Mode
    each: "Grammar"


Grammar = Leaf | Items | Keyed | Fields | Free | Unchecked | Either | Within


@cache
def grammar_of(model: type[BaseModel]) -> Fields:
    """The grammar of a mapping."""
    fields: dict[str, Grammar] = {}
    for name, info in model.model_fields.items():
        fields[info.alias or name] = _grammar(info.annotation, tuple(info.metadata))
    required = tuple(info.alias or name for name, info in model.model_fields.items() if info.is_required())
    return Fields(fields, required, model)


def _grammar(annotation: Any, metadata: tuple[Any, ...] = ()) -> Grammar:
    if get_origin(annotation) is Annotated and not metadata:
        return _grammar(get_args(annotation)[0], get_args(annotation)[1:])
    mode = next((item for item in metadata if isinstance(item, Mode)), None)
    if mode is not None:
        return Within(mode, _grammar(annotation, tuple(item for item in metadata if item is not mode)))
    if metadata in (("free",), ("free mapping",)):
        return Free(is_mapping=metadata == ("free mapping",))
    if any(isinstance(item, BeforeValidator) for item in metadata):
        return Leaf(TypeAdapter(Annotated[annotation, *metadata]))
    return _grammar_of_kind(annotation)


def _grammar_of_kind(annotation: Any) -> Grammar:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return grammar_of(annotation)
    if origin in (Union, types.UnionType):
        return _either([part for part in get_args(annotation) if part is not type(None)])
    if origin is MappingType:
        key, value = get_args(annotation)
        return Keyed(Leaf(TypeAdapter(key)), _grammar(value))
    if origin is tuple:
        return Items(_grammar(get_args(annotation)[0]))
    return Leaf(TypeAdapter(annotation))


def _either(parts: list[Any]) -> Grammar:
    if len(parts) == 1:
        return _grammar(parts[0])
    kinds = [_grammar(part) for part in parts]
    items = next(kind for kind in kinds if isinstance(kind, Items))
    return Either(items, next(kind for kind in kinds if not isinstance(kind, Items)))
