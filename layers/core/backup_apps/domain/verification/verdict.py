"""Verdicts, and findings that carry them. Not knowing is not passing."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """From the worst to the best."""

    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    VERIFIED = "verified"


_WORST_FIRST = tuple(Verdict)


class Finding(NamedTuple):
    """What a check found wrong, or could not find out. `rule` is what the documentation calls the check."""

    verdict: Verdict
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} ({self.rule})"


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst; verified if nobody objects."""
    return min(verdicts, key=_WORST_FIRST.index, default=Verdict.VERIFIED)
