"""JSON Schemas of the scalars of the language, by the reader of each: an editor refuses what the reader refuses.

A pattern is the reader's own, taken from it, so that the two can't part.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any, get_args, get_origin

from pydantic import BeforeValidator

from backup_apps.domain import quantities
from backup_apps.domain.grammar import Leaf

Schema = dict[str, Any]


def _durations(units: str, example: str, never: bool = False) -> Schema:
    pattern = f"[0-9]{{1,9}}[{units}]"
    described = f"A number and its unit ({', '.join(units)}), such as {example}{', or never' if never else ''}."
    return {
        "description": described,
        "type": "string",
        "pattern": f"^({pattern}|never)$" if never else f"^{pattern}$",
        "examples": [example, *(["never"] if never else [])],
    }


_UP_TO_168 = "[1-9][0-9]?|1[0-5][0-9]|16[0-8]"
_UP_TO_10080 = "[1-9][0-9]{0,3}|100[0-7][0-9]|10080"

_BY_READER: Mapping[Callable[..., Any], Schema] = {
    quantities.read_days: _durations("dwy", "35d"),
    quantities.read_days_or_never: _durations("dwy", "35d", never=True),
    quantities.read_window: _durations("mh", "8h"),
    quantities.read_hold: {
        "description": "A number and its unit (m, h), such as 4h: more than none, and 168h at most.",
        "type": "string",
        "pattern": rf"^(0{{0,5}}({_UP_TO_168})h|0{{0,4}}({_UP_TO_10080})m)$",
        "examples": ["30m", "4h"],
    },
    quantities.read_cron: {
        "description": "A cron schedule of six fields.",
        "type": "string",
        "pattern": r"^cron\(.*\)$",
        "examples": ["cron(0 22 ? * MON-FRI *)"],
    },
    quantities.read_time: _durations("mhdwy", "4h"),
    quantities.read_time_or_never: _durations("mhdwy", "4h", never=True),
    quantities.read_size: {
        "description": "A number and its unit (MiB, GiB, TiB), such as 50GiB.",
        "type": "string",
        "pattern": "^[0-9]{1,9}(MiB|GiB|TiB)$",
        "examples": ["50GiB"],
    },
    quantities.read_day: {
        "description": "The last day on which it holds.",
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "examples": ["2027-03-31"],
    },
    quantities.read_end: {
        "description": "The last day (in UTC) on which it holds, or the moment until which it does.",
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
        "examples": ["2027-03-31", "2027-03-31T18:00:00Z"],
    },
    quantities.read_clock: {
        "description": "A time of day.",
        "type": "string",
        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        "examples": ["03:00"],
    },
    quantities.read_flag: {"type": "boolean"},
    quantities.read_account: {
        "description": "An account id: 12 digits, quoted.",
        "type": "string",
        "pattern": "^[0-9]{12}$",
        "examples": ["111111111111"],
    },
}


def scalar_schema(leaf: Leaf) -> Schema:
    """What a scalar takes; a literal and plain text have no reader."""
    core: Mapping[str, Any] = leaf.type.core_schema
    if core["type"] == "literal":
        return {"enum": list(core["expected"])}
    reader = _reader(leaf)
    if reader is None:
        return {"type": "string"}
    return _BY_READER.get(reader) or _made_schema(_parameters(reader))


def scalar_name(leaf: Leaf) -> str:
    """What the language calls the scalar."""
    core: Mapping[str, Any] = leaf.type.core_schema
    if core["type"] == "literal":
        return "".join(letter for word in core["expected"] for letter in word if letter.isalnum()) + "Word"
    return _names().get(_reader(leaf), "String")


def _reader(leaf: Leaf) -> Callable[..., Any] | None:
    core: Mapping[str, Any] = leaf.type.core_schema
    reader: Callable[..., Any] | None = core["function"]["function"] if core["type"] == "function-before" else None
    return reader


@cache
def _names() -> dict[Callable[..., Any] | None, str]:
    return {
        part.func: name
        for name, kind in vars(quantities).items()
        if get_origin(kind) is not None
        for part in get_args(kind)[1:]
        if isinstance(part, BeforeValidator)
    }


def _parameters(reader: Callable[..., Any]) -> dict[str, Any]:
    """What `matching`, `one_of` or `sized` was called with to make the reader."""
    if not isinstance(reader, FunctionType):
        raise TypeError(f"{reader!r} is no reader that has a schema")
    cells = reader.__closure__ or ()
    return dict(zip(reader.__code__.co_freevars, (cell.cell_contents for cell in cells), strict=True))


def _made_schema(parameters: Mapping[str, Any]) -> Schema:
    if "words" in parameters:
        return {"enum": list(parameters["words"])}
    what, example = parameters["what"], parameters["example"]
    schema: Schema = {"description": f"{what[:1].upper()}{what[1:]}.", "type": "string", "examples": [example]}
    if "compiled" in parameters:
        return {**schema, "pattern": f"^(?:{parameters['compiled'].pattern})$"}
    return {**schema, "minLength": parameters["smallest"], "maxLength": parameters["largest"]}
