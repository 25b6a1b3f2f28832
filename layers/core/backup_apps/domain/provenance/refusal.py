"""Why a commit is not what an approved pipeline made."""

from typing import NamedTuple

_LONGEST = 120


class Refusal(NamedTuple):
    """Everything that is wrong, a sentence each."""

    reasons: tuple[str, ...]


def refused(reason: str) -> Refusal:
    return Refusal((reason,))


def shown(value: object) -> str:
    """A foreign value in a message: quoted, on one line, not longer than helps."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
