"""When windows are open. A window is open from a run of its schedule on, for its duration, however clocks change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from backup_apps.domain.staging.settings import Window

ZoneOf = Callable[[str], tzinfo]
Hours = Sequence[Window]
"""The windows of one app, of which one must be open."""

HORIZON = timedelta(days=92)
"""How far ahead an opening is sought: a version that waits for longer than a quarter is nobody's intention."""


def closing(hours: Hours, now: datetime, zone_of: ZoneOf) -> datetime | None:
    """When the last of the windows that are open now closes; None if none is open."""
    return max((end for window in hours if (end := _end(window, now, zone_of))), default=None)


def opening(hours: Hours, now: datetime, zone_of: ZoneOf) -> datetime | None:
    """The first moment, now or later, at which one is open; None if there is none any more."""
    if closing(hours, now, zone_of):
        return now
    runs = (next(_runs(one, now, zone_of), None) for one in hours)
    return min((run for run in runs if run), default=None)


def common_opening(apps: Iterable[Hours], now: datetime, zone_of: ZoneOf) -> datetime | None:
    """The first moment at which each of the apps has a window open; None if there is none before the horizon.

    Each step goes to where the last of them opens: nothing in between can be a moment for all.
    """
    apps = tuple(apps)
    moment = now
    while moment <= now + HORIZON:
        openings = [opening(hours, moment, zone_of) for hours in apps]
        known = [one for one in openings if one]
        if len(known) < len(openings):
            return None
        latest = max(known, default=moment)
        if latest == moment:
            return moment
        moment = latest
    return None


def common_closing(apps: Iterable[Hours], now: datetime, zone_of: ZoneOf) -> datetime | None:
    """Until when all of the apps, which are open now, stay so; None where nobody writes windows."""
    ends = (closing(hours, now, zone_of) for hours in apps)
    return min((end for end in ends if end), default=None)


def _end(window: Window, now: datetime, zone_of: ZoneOf) -> datetime | None:
    """The end of the last run that is not over. It is the last run, since all of a window's are equally long."""
    length = timedelta(minutes=window.duration)
    last = None
    for run in _runs(window, now - length, zone_of):
        if run > now:
            break
        last = run
    return last + length if last else None


def _runs(window: Window, since: datetime, zone_of: ZoneOf) -> Iterator[datetime]:
    from backup_apps.domain.cron import parse  # loaded for those that write windows

    return parse(window.schedule).occurrences(since, zone_of(window.timezone))
