"""A check of the doctor: one thing that AWS must have or allow before the product can do its work."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.doctor.facts import Examination, Unknown


class State(StrEnum):
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be read: nobody knows, so it counts as not well."""


class Checked(NamedTuple):
    """What a check found of one subject."""

    subject: str
    account: str
    region: str | None
    state: State
    message: str
    cure: str | None = None
    """A command to run, or the parameter or policy to change."""
    id: str = ""

    def to_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {"id": self.id, "subject": self.subject, "account": self.account}
        members |= {"region": self.region, "state": self.state.value, "message": self.message}
        return members | ({"cure": self.cure} if self.cure else {})


Find = Callable[[Examination], Iterable[Checked]]


class Check(NamedTuple):
    """A numbered check; `source` is the page that says what AWS needs."""

    number: str
    source: str
    find: Find

    def results(self, examined: Examination) -> Iterator[Checked]:
        return (one._replace(id=self.number) for one in self.find(examined))


def numbered(number: str, source: str) -> Callable[[Find], Check]:
    return lambda find: Check(number, source, find)


class About(NamedTuple):
    """What a check is about, and what it says of it."""

    subject: str
    account: str
    region: str | None = None

    def ok(self, message: str) -> Checked:
        return Checked(*self, State.OK, message)

    def failed(self, message: str, cure: str) -> Checked:
        return Checked(*self, State.FAILED, message, cure)

    def unknown(self, unknown: Unknown, cure: str | None = None) -> Checked:
        return Checked(*self, State.UNKNOWN, f"can't be known: {unknown.why}", cure)


def about(subject: str, place: Target) -> About:
    return About(subject, *place)
