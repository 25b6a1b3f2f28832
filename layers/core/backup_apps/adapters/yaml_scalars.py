"""What plain scalars mean, and how large a file may be: the same for both readers of YAML.

https://yaml.org/spec/1.2.2/#102-json-schema
"""

import math
import re

MAX_NODES = 100_000
MAX_DEPTH = 64

LONGEST_NUMBER = 32
"""Digits; what is longer, or infinite, is text, since JSON has no word for it."""

NUMERIC = frozenset("+-.0123456789")
"""How plain scalars begin that may be a number."""
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of a scalar that stands without quotes."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in NUMERIC and len(text) <= LONGEST_NUMBER:
        return _number(text)
    return text


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
