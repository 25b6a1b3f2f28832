"""Recovery points as they come and go."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from backup_apps.domain.simulation.history import Rule, VaultPlace
from backup_apps.domain.simulation.resources import Resource

CONTINUOUS_LAG = timedelta(minutes=15)
"""How far behind a continuous backup may be; RDS writes its logs every 5 minutes, S3 takes up to 15.

https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
"""


class Form(StrEnum):
    SNAPSHOT = "snapshot"
    CONTINUOUS = "continuous"
    COPY = "copy"


class Point(NamedTuple):
    """It is there from `completed` until `deleted`, in cold storage from `cold` on; None for never.

    `created` is the moment that its data is of. A continuous backup is of any moment up to nearly now while runs of its
    rule go on, until `ended`; after that up to the last of them, which `refreshed` holds in order. `key` is None where
    nobody said which it is.
    """

    resource: Resource
    vault: VaultPlace
    rule: Rule
    form: Form
    created: datetime
    completed: datetime
    cold: datetime | None
    deleted: datetime | None
    key: str | None
    refreshed: tuple[datetime, ...] = ()
    ended: datetime | None = None

    def is_there(self, at: datetime) -> bool:
        return self.completed <= at and (self.deleted is None or self.deleted > at)

    def is_cold(self, at: datetime) -> bool:
        return self.cold is not None and self.cold <= at

    def data_of(self, at: datetime) -> datetime:
        """The moment as of which it restores, looked at from `at`."""
        if self.form is not Form.CONTINUOUS:
            return self.created
        latest = max((moment for moment in self.refreshed if moment <= at), default=self.created)
        return latest if self.ended is not None and self.ended <= at else max(latest, at - CONTINUOUS_LAG)


class Reason(StrEnum):
    """Why there is no recovery point."""

    OUTRANKED = "outranked"
    EXPIRED = "expired"
    REFUSED = "refused"
    COPY_FAILED = "copy-failed"


class Miss(NamedTuple):
    """A run, or a copy of one, that left nothing."""

    resource: Resource
    rule: Rule
    at: datetime
    reason: Reason
    why: str


class Outcome(NamedTuple):
    """In order of time."""

    points: tuple[Point, ...]
    misses: tuple[Miss, ...]
