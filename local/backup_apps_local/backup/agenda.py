"""What is due, and when.

Many things are due at one moment, since schedules are shared; so moments are kept in order, and what is due at each in
the order in which it was appointed.
"""

import heapq
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field


class Appointment(NamedTuple):
    """`place` is `account/region`; `kind` says which act of the engine, `subject` upon what."""

    kind: str
    place: str
    subject: str


@dataclass
class Agenda:
    due: dict[datetime, list[Appointment]] = field(default_factory=dict)
    moments: Annotated[list[datetime], Field(exclude=True)] = field(default_factory=list)
    """A heap of the moments of `due`."""

    def __post_init__(self) -> None:
        self.moments = list(self.due)
        heapq.heapify(self.moments)

    def appoint(self, at: datetime, appointment: Appointment) -> None:
        appointed = self.due.get(at)
        if appointed is None:
            self.due[at] = [appointment]
            heapq.heappush(self.moments, at)
        else:
            appointed.append(appointment)

    @property
    def next(self) -> datetime | None:
        """The moment at which something is due next."""
        return self.moments[0] if self.moments else None

    def end_moment(self) -> None:
        """All that was due at the next moment is done, and what was appointed for it meanwhile."""
        del self.due[heapq.heappop(self.moments)]
