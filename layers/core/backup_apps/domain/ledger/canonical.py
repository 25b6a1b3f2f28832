"""The one form of a document that is hashed and signed.

JSON with keys sorted by code point, no blanks, text as UTF-8 and not escaped beyond what JSON asks for. Numbers are
whole and below 2^53, since other programs read and write fractions, exponents and larger numbers in ways of their own.
`jq -cS` and Python's json write the same bytes.
"""

import json
from typing import Any

_LIMIT = 2**53


def canonical(value: Any) -> bytes:
    """Equal documents, equal bytes. Raises ValueError for what has no such form."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _check(value: Any) -> None:
    match value:
        case bool() | str() | None:
            return
        case int():
            _check_number(value)
        case list() | tuple():
            for item in value:
                _check(item)
        case dict():
            _check_keys(value)
            _check(list(value.values()))
        case _:
            raise ValueError(f"{value!r} is neither text, whole number, true, false, null, list nor mapping")


def _check_number(number: int) -> None:
    if abs(number) >= _LIMIT:
        raise ValueError("a number is too large")


def _check_keys(mapping: dict[Any, Any]) -> None:
    for key in mapping:
        if not isinstance(key, str):
            raise ValueError(f"the key {key!r} is no text")
