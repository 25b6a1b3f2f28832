"""Which rehearsals are due: asked again and again, each is found once by its name."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.engines import is_by_aws

LOOKS_BACK = timedelta(hours=24)
"""A run that was missed, since nobody asked, is made up for as long as this."""


class Due(NamedTuple):
    """A rehearsal of an app on a target."""

    app: str
    target: Target
    at: datetime
    """When the schedule says, in UTC."""


def due(leaves: Iterable[LeafGovernance], now: datetime) -> Iterator[Due]:
    """The last run of each app and target before `now`, if it is not too long ago; of those that AWS does not test."""
    from backup_apps.domain import cron  # who only counts minutes does without

    for leaf in leaves:
        schedule = None if is_by_aws(leaf.verification) else leaf.verification.get("schedule")
        at = cron.parse(schedule).last(now - LOOKS_BACK, now) if schedule else None
        if at is not None:
            for target in leaf.targets:
                yield Due(leaf.app, target, at)


def minutes(value: Any) -> timedelta | None:
    """A time as governance holds it."""
    return timedelta(minutes=value) if isinstance(value, int) else None
