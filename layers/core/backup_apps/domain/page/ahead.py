"""Which recovery points there will be, as a simulation reckons them, boiled down to what the timeline draws.

It is the model of `simulate` without its costs; points become spans as they are reckoned, so that a thousand apps fit
into the memory of a function.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.page.timeline import Lines, Place, Side, Timeline, Window
from backup_apps.domain.simulation.history import History, first_era, next_era
from backup_apps.domain.simulation.jobs import outcome_of
from backup_apps.domain.simulation.points import Point
from backup_apps.domain.simulation.resources import Resource, stand_ins
from backup_apps.domain.simulation.schedules import Calendar
from backup_apps.domain.simulation.what_if import PACE, longest_window, midnight, past_of


class Ahead(NamedTuple):
    """From when on how far to look, with what is in force, and what is about to take its place on the first day."""

    first: date
    days: int
    before: DesiredState | None
    after: DesiredState | None
    zone_of: Callable[[str], tzinfo]


def look_ahead(ahead: Ahead) -> Timeline:
    """What is in force is taken to have been so for long enough to have made all that it keeps."""
    window = Window(ahead.first, ahead.days)
    states = [state for state in (ahead.before, ahead.after) if state]
    since = past_of(ahead.before, ahead.first) if ahead.before else ahead.first
    until = midnight(ahead.first + timedelta(days=ahead.days))
    calendar = Calendar(midnight(since) - longest_window(states), until, ahead.zone_of)

    def side(history: History) -> Side:
        found = (outcome_of(one, history, until, calendar, PACE)[0] for one in resources)
        return _side(found, window)

    resources: tuple[Resource, ...] = stand_ins(states)
    if ahead.before is None:
        fresh = first_era(midnight(ahead.first), ahead.after) if ahead.after else None
        return Timeline(ahead.first, ahead.days, None, side((fresh,)) if fresh else None)
    stays = first_era(midnight(since), ahead.before)
    changed = next_era(stays, midnight(ahead.first), ahead.after) if ahead.after else None
    return Timeline(ahead.first, ahead.days, side((stays,)), side((stays, changed)) if changed else None)


def _side(found: Iterable[Iterable[Point]], window: Window) -> Side:
    places: dict[Place, Lines] = {}
    for points in found:
        for point in points:
            span = window.days_of(point.completed, point.deleted)
            if span is not None:
                home = point.resource.target
                lines = places.setdefault((point.rule.app, home.account, home.region), {})
                lines.setdefault(_named(point), []).append(span)
    return places


def _named(point: Point) -> str:
    """A line by its rule and the vault that it fills."""
    there = point.vault.target
    home = point.resource.target
    account = f"{there.account}/" if there.account != home.account else ""
    where = f" in {account}{there.region}" if there != home else ""
    return f"{point.rule.name} → {point.vault.name}{where} ({point.form})"
