"""What becomes of recovery points under a bundle, and how that changes when another takes its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredState
from backup_apps.domain.simulation.costs import Bill, bill_of
from backup_apps.domain.simulation.history import History, first_era, next_era
from backup_apps.domain.simulation.jobs import outcome_of
from backup_apps.domain.simulation.points import Outcome, Point
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.running import Pace
from backup_apps.domain.simulation.schedules import Calendar

PACE = Pace()
_DAY = timedelta(days=1)
LONGEST_PAST = 3650
"""Days that are looked back at most, for what the earlier bundle has made."""
_FOR_EVER = 365
"""Days that are looked back for what is kept for ever."""


class Question(NamedTuple):
    """`after` is in force from the beginning of the first day, `before` from an earlier one, `since`, until then.

    Days are of UTC. Without `before` there are no recovery points when the first day begins.
    """

    after: DesiredState
    before: DesiredState | None
    since: date
    first: date
    days: int
    resources: tuple[Resource, ...]
    prices: Prices
    zone_of: Callable[[str], tzinfo]

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> tuple[datetime, ...]:
        """Of each day."""
        return tuple(self.start + (number + 1) * _DAY for number in range(self.days))

    @property
    def until(self) -> datetime:
        return self.ends[-1]


class Scenario(NamedTuple):
    """Of each resource of the question the points that are there at some time of its days, and the misses of them."""

    outcomes: tuple[Outcome, ...]
    bill: Bill

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(point for outcome in self.outcomes for point in outcome.points)


class Simulation(NamedTuple):
    """`before` is what would come of it if nothing changed."""

    question: Question
    before: Scenario | None
    after: Scenario


def midnight(day: date) -> datetime:
    """At which a day begins."""
    return datetime.combine(day, time(), tzinfo=UTC)


def simulate(question: Question) -> Simulation:
    first = question.since if question.before else question.first
    states = [state for state in (question.before, question.after) if state]
    calendar = Calendar(midnight(first) - longest_window(states), question.until, question.zone_of)
    if question.before is None:
        return Simulation(question, None, _scenario(question, (first_era(question.start, question.after),), calendar))
    stays = first_era(midnight(first), question.before)
    changes = (stays, next_era(stays, question.start, question.after))
    return Simulation(question, _scenario(question, (stays,), calendar), _scenario(question, changes, calendar))


def _scenario(question: Question, history: History, calendar: Calendar) -> Scenario:
    outcomes = tuple(_outcome(question, resource, history, calendar) for resource in question.resources)
    points = [point for outcome in outcomes for point in outcome.points]
    return Scenario(outcomes, bill_of(points, question.first, question.ends, question.prices))


def _outcome(question: Question, resource: Resource, history: History, calendar: Calendar) -> Outcome:
    points, misses = outcome_of(resource, history, question.until, calendar, PACE)
    return Outcome(
        tuple(point for point in points if point.deleted is None or point.deleted > question.start),
        tuple(miss for miss in misses if miss.at >= question.start),
    )


def past_of(state: DesiredState, first: date) -> date:
    """From when on a bundle must have been in force for everything to be there that it keeps: as long before a day as
    it keeps anything, ten years at most, and a year for what it keeps for ever."""
    kept = (lifecycle.get("DeleteAfterDays", _FOR_EVER) for lifecycle in _lifecycles(state))
    return first - timedelta(days=min(max(kept, default=0) + 1, LONGEST_PAST))


def _lifecycles(state: DesiredState) -> Iterator[Mapping[str, Any]]:
    for rule in _rules([state]):
        yield rule["Lifecycle"]
        yield from (action["Lifecycle"] for action in rule.get("CopyActions", ()))


def _rules(states: Iterable[DesiredState]) -> Iterator[Mapping[str, Any]]:
    plans = chain.from_iterable(target.plans for state in states for target in state.targets)
    return chain.from_iterable(plan.backup_plan["Rules"] for plan in plans)


def longest_window(states: Iterable[DesiredState]) -> timedelta:
    """How far back a run may lie that competes with one of the first day."""
    minutes = max((rule["StartWindowMinutes"] for rule in _rules(states)), default=0)
    return timedelta(minutes=minutes) + _DAY
