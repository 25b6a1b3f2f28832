"""What would be left if a region, an account or a key were lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.simulation.points import Point
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.what_if import Simulation

_JUST_BEFORE = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class What(StrEnum):
    REGION = "region"
    ACCOUNT = "account"
    KEY = "key"


class Loss(NamedTuple):
    """`value` is a region, the id of an account, or the ARN of a key or an alias, as the bundle writes it."""

    what: What
    value: str

    def __str__(self) -> str:
        return f"{self.what} {self.value}"

    def takes_resource(self, resource: Resource) -> bool:
        return resource.key == self.value if self.what is What.KEY else self._takes(resource.target)

    def takes_point(self, point: Point) -> bool:
        return point.key == self.value if self.what is What.KEY else self._takes(point.vault.target)

    def _takes(self, target: Target) -> bool:
        return self.value == (target.region if self.what is What.REGION else target.account)


def values_of(what: What, simulation: Simulation) -> tuple[str, ...]:
    """What may be lost of it, in order: where a resource or a recovery point is, or which keys they are under."""
    points = simulation.after.points + (simulation.before.points if simulation.before else ())
    resources = simulation.question.resources
    if what is What.KEY:
        keys = {point.key for point in points} | {resource.key for resource in resources}
        return tuple(sorted(key for key in keys if key))
    targets = {point.vault.target for point in points} | {resource.target for resource in resources}
    return tuple(sorted({target.region if what is What.REGION else target.account for target in targets}))


class Newest(NamedTuple):
    """A recovery point that is left, and the moment of which its data is."""

    point: Point
    data: datetime


class Left(NamedTuple):
    """What is left of a resource at a moment. `gap` is how much is lost, None where there is nothing left; `worst` is
    the same at the worst moment of the day that ends then."""

    resource: Resource
    is_lost: bool
    there: int
    left: int
    newest: Newest | None
    gap: timedelta | None
    worst: timedelta | None


def losses_of(resources: Iterable[Resource], points: Iterable[Point], loss: Loss, at: datetime) -> tuple[Left, ...]:
    """Of each resource that is lost, or that loses recovery points; what loses most comes first."""
    by_place: dict[object, list[Point]] = {}
    for point in points:
        by_place.setdefault(point.resource.place, []).append(point)
    found = (_left(resource, by_place.get(resource.place, ()), loss, at) for resource in resources)
    return tuple(sorted((one for one in found if one.is_lost or one.left < one.there), key=_gravity))


def _gravity(left: Left) -> tuple[bool, bool, timedelta, object]:
    """A resource that lives on can be backed up again."""
    return not left.is_lost, left.gap is not None, -(left.gap or timedelta()), left.resource.place


def _left(resource: Resource, points: Sequence[Point], loss: Loss, at: datetime) -> Left:
    surviving = [point for point in points if not loss.takes_point(point)]
    newest = _newest(surviving, at)
    return Left(
        resource=resource,
        is_lost=loss.takes_resource(resource),
        there=sum(point.is_there(at) for point in points),
        left=sum(point.is_there(at) for point in surviving),
        newest=newest,
        gap=at - newest.data if newest else None,
        worst=_worst(surviving, at),
    )


def _newest(points: Iterable[Point], at: datetime) -> Newest | None:
    """The latest that is written down, of those of one moment."""
    there = (Newest(point, point.data_of(at)) for point in points if point.is_there(at))
    return max(there, key=lambda one: (one.data, one.point.completed, one.point.vault), default=None)


def _worst(points: Sequence[Point], at: datetime) -> timedelta | None:
    """What is lost grows until something new is there, or something goes."""
    changes = {moment for point in points for moment in (point.completed, point.deleted) if moment is not None}
    moments = [at, *(moment - _JUST_BEFORE for moment in changes if at - _DAY < moment <= at)]
    worst = timedelta()
    for moment in moments:
        newest = _newest(points, moment)
        if newest is None:
            return None
        worst = max(worst, moment - newest.data)
    return worst
