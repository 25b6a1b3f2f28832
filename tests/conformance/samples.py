"""AWS's samples of events: `eventbridge.json`, each with its page, and what makes two events alike.

One that is `constructed` is no sample of AWS's: the page names such an event and shows none, so it has the members of
the nearest sample.
"""

import json
import re
from pathlib import Path
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    sample["name"]: sample for sample in json.loads(Path(__file__).with_name("eventbridge.json").read_text())
}

_KINDS = {
    "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z",
    "spoken moment": r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M",
    "quoted text": r'".+"',
    "number as text": r"\d+",
    "flag as text": r"true|false",
    "empty text": r"",
}


def shape(value: Any) -> Any:
    """Members and their kinds, so that a number is not its text, and a text in quotes is none without."""
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items()}
        case list():
            return [shape(each) for each in value]
        case str():
            return next((kind for kind, pattern in _KINDS.items() if re.fullmatch(pattern, value)), "text")
        case _:
            return type(value).__name__


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """What one shape has and the other has not, or has otherwise."""
    if not isinstance(expected, dict) or not isinstance(actual, dict):
        return [] if expected == actual else [f"{path}: {actual} instead of {expected}"]
    lacking = [f"{path}.{name} is missing" for name in expected if name not in actual]
    more = [f"{path}.{name} is too much" for name in actual if name not in expected]
    both = [name for name in expected if name in actual]
    return (
        lacking + more + [each for name in both for each in differences(expected[name], actual[name], f"{path}.{name}")]
    )
