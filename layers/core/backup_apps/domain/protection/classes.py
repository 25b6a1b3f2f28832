"""Classes of changes, their join, and what is said about one change.

Not knowing is not neutral: a change that nobody can judge weakens. These are tuples and no models, and what reads
schedules is loaded when it is needed: every function of the hub that plans loads this at its start.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Class(StrEnum):
    """What a change does to protection."""

    NEUTRAL = "neutral"
    STRENGTHENS = "strengthens"
    WEAKENS = "weakens"
    IRREVERSIBLE = "irreversible"

    @property
    def rank(self) -> int:
        """The higher, the more it has to be said: irreversible, weakens, strengthens, neutral."""
        return _ORDER.index(self)

    @property
    def needs_a_person(self) -> bool:
        """Whether it may not go ahead by itself."""
        return self.rank >= Class.WEAKENS.rank


_ORDER = tuple(Class)
WORST_FIRST = _ORDER[::-1]


def join(classes: Iterable[Class]) -> Class:
    """The worst of them. Neutral changes take nothing from others and add nothing, and no changes are neutral."""
    return max(classes, key=lambda one: one.rank, default=Class.NEUTRAL)


class Reason(NamedTuple):
    """One thing that a change does to protection, by the rule of that number."""

    number: str
    class_: Class
    message: str

    def to_json(self) -> dict[str, str]:
        return {"number": self.number, "class": self.class_.value, "message": self.message}


class Assessment(NamedTuple):
    """What one change does to protection, and to what."""

    reasons: tuple[Reason, ...]
    """Worst first."""
    reaches: tuple[str, ...] = ()
    """The recovery points that it is about, a sentence each."""
    not_retroactive: tuple[str, ...] = ()
    """What keeps on as it was."""
    orphans: tuple[str, ...] = ()
    """What is left without a plan or an app that manages it."""

    @property
    def class_(self) -> Class:
        """The join of its reasons."""
        return join(reason.class_ for reason in self.reasons)

    def to_json(self) -> dict[str, Any]:
        return {
            "class": self.class_.value,
            "reasons": [reason.to_json() for reason in self.reasons],
            "reaches": list(self.reaches),
            "notRetroactive": list(self.not_retroactive),
            "orphans": list(self.orphans),
        }


def assessment_from(document: Mapping[str, Any]) -> Assessment:
    """What `Assessment.to_json` wrote."""
    return Assessment(
        reasons=tuple(Reason(one["number"], Class(one["class"]), one["message"]) for one in document["reasons"]),
        reaches=tuple(document["reaches"]),
        not_retroactive=tuple(document["notRetroactive"]),
        orphans=tuple(document["orphans"]),
    )


def worst_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -reason.class_.rank))
