"""How often a schedule runs, as Organizations asks: how long it is from the next run to the one after.

So the same schedule can pass at one hour and fail at another. Organizations takes a cron without a year, and overlooks
what follows the sixth field. Times are in UTC: backup policies have no time zones.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html
"""

from datetime import datetime, timedelta
from itertools import pairwise

from backup_apps.domain.cron import parse

HOURLY = timedelta(hours=1)
MONTHLY = timedelta(days=28)
_FIELDS = 6


def six_fields(schedule: str) -> str:
    """The schedule as AWS Backup writes it: with a year, and nothing after it."""
    if not (schedule.startswith("cron(") and schedule.endswith(")")):
        return schedule
    fields = schedule[len("cron(") : -1].split()
    if len(fields) == _FIELDS:
        return schedule
    return f"cron({' '.join([*fields, '*'] if len(fields) == _FIELDS - 1 else fields[:_FIELDS])})"


def next_gap(schedule: str, now: datetime) -> timedelta | None:
    """From the next run to the one after; None where it is no schedule, or has no two runs left."""
    try:
        cron = parse(six_fields(schedule))
    except ValueError:
        return None
    return next((later - earlier for earlier, later in pairwise(cron.occurrences(now))), None)


def runs_at_most(every: timedelta, schedule: str, now: datetime) -> bool:
    """Whether the next two runs lie so far apart, or further."""
    gap = next_gap(schedule, now)
    return gap is not None and gap >= every
