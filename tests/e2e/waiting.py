"""What is waited for, and what the local AWS is told to do meanwhile."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

from .conftest import LocalAws

_PAUSE = 0.1


def until(look: Callable[[], Any], what: str, timeout: float = 60) -> Any:
    """What is found, once something is."""
    deadline = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come within {timeout} s"
        time.sleep(_PAUSE)
    return found


def within(seconds: float, look: Callable[[], Any], aws: LocalAws) -> tuple[Any, float]:
    """What is found, and after how many seconds; or else what went wrong in the functions."""
    started = time.monotonic()
    try:
        return until(look, "it", seconds), time.monotonic() - started
    except AssertionError as error:
        raise AssertionError(f"{error}\n{aws.tracebacks()}") from error


def tell(aws: LocalAws, path: str, document: dict[str, Any]) -> None:
    """An inspection endpoint: `advance` moves its clock, `faults` has something go wrong."""
    asked = Request(f"{aws.endpoint}/_backup_apps/{path}", data=json.dumps(document).encode(), method="POST")
    with urlopen(asked, timeout=120) as answer:
        assert answer.status == 200
