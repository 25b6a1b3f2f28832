"""Which recovery points a rehearsal restores: of each resource type the one that tells most."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.continuous import is_continuous
from backup_apps.domain.verification.results import Result


class Point(BaseModel):
    """A recovery point that can be restored now: completed, and not in cold storage."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    arn: str
    vault: str
    resource: str
    type: str
    created: str
    """ISO 8601 in UTC."""
    bytes: int
    key: str | None = None
    role: str | None = None
    job: str | None = None
    """The backup job that made it."""

    @property
    def is_continuous(self) -> bool:
        return is_continuous(self.arn)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.created)


class Choice(NamedTuple):
    """A recovery point, why this one, and when the newest of its resource was made."""

    point: Point
    reason: str
    newest: str


class PassedOver(NamedTuple):
    """A resource type of which nothing is restored, and why."""

    type: str
    why: str


class Chosen(NamedTuple):
    """What to restore, and of which types nothing."""

    choices: tuple[Choice, ...]
    passed_over: tuple[PassedOver, ...]


def choose(points: Iterable[Point], history: Sequence[Result], max_bytes: int | None = None) -> Chosen:
    """One point a type. What changed since it was last tested comes first, then what was never tested, then what was
    tested longest ago; of that resource always the latest point. Whatever came of a test, the others have their turn.
    `max_bytes` is for the run as a whole."""
    by_type: dict[str, list[Point]] = {}
    for latest in _latest_of_each_resource(points):
        by_type.setdefault(latest.type, []).append(latest)
    choices, passed_over, left = [], [], max_bytes
    for type_, candidates in sorted(by_type.items()):
        fitting = [one for one in candidates if left is None or one.bytes <= left]
        if not fitting:
            passed_over.append(PassedOver(type_, f"no recovery point fits what is left of maxBytes, {left} bytes"))
            continue
        best = min((_candidate(one, history) for one in fitting), key=lambda one: one.rank)
        choices.append(Choice(best.point, best.reason, best.point.created))
        left = None if left is None else left - best.point.bytes
    return Chosen(tuple(choices), tuple(passed_over))


class _Candidate(NamedTuple):
    rank: tuple[int, str, str]
    point: Point
    reason: str


def _latest_of_each_resource(points: Iterable[Point]) -> list[Point]:
    latest: dict[str, Point] = {}
    for point in points:
        known = latest.get(point.resource)
        if known is None or (point.moment, point.arn) > (known.moment, known.arn):
            latest[point.resource] = point
    return [latest[resource] for resource in sorted(latest)]


def _candidate(point: Point, history: Sequence[Result]) -> _Candidate:
    own = [one for one in history if one.resource == point.resource]
    if not own:
        return _Candidate((1, point.created, point.arn), point, "it was never tested")
    last = max(own, key=lambda one: one.at)
    names = [name for name in ("key", "role", "vault") if getattr(last, name) != getattr(point, name)]
    if names:
        return _Candidate((0, last.at, point.arn), point, f"its {' and '.join(names)} changed since it was last tested")
    return _Candidate((2, last.at, point.arn), point, f"it was last tested at {last.at}")
