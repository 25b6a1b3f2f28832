"""A simulation as JSON."""

from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.simulation.assumptions import assumptions_of
from backup_apps.domain.simulation.costs import Day, Month
from backup_apps.domain.simulation.history import VaultPlace
from backup_apps.domain.simulation.losses import Left, Loss, losses_of
from backup_apps.domain.simulation.points import Miss, Outcome, Point
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.what_if import Scenario, Simulation


def simulation_json(simulation: Simulation, loss: Loss | None, at: datetime) -> dict[str, Any]:
    """`at` is the end of the day on which something is lost. What `before` would be is null where there is none."""
    question = simulation.question
    return {
        "bundle": question.after.bundle,
        "first": question.first.isoformat(),
        "days": question.days,
        "since": question.since.isoformat() if question.before else None,
        "prices": {
            "currency": question.prices.currency,
            "asOf": question.prices.as_of.isoformat(),
            "source": question.prices.source,
        },
        "assumptions": list(assumptions_of(question)),
        "totals": _totals(simulation),
        "months": _months(simulation),
        "resources": [_resource(index, simulation) for index in range(len(question.resources))],
        "loss": _loss(simulation, loss, at) if loss else None,
    }


def _sides(simulation: Simulation) -> dict[str, Scenario | None]:
    return {"before": simulation.before, "after": simulation.after}


def _totals(simulation: Simulation) -> list[dict[str, Any]]:
    sides = {name: side.bill.days if side else None for name, side in _sides(simulation).items()}
    return [
        {"day": day.day.isoformat()} | {name: days and _day(days[index]) for name, days in sides.items()}
        for index, day in enumerate(simulation.after.bill.days)
    ]


def _day(day: Day) -> dict[str, Any]:
    return {"points": day.points, "warmGiB": round(day.warm, 3), "coldGiB": round(day.cold, 3)}


def _months(simulation: Simulation) -> list[dict[str, Any]]:
    sides = {name: side.bill.months if side else None for name, side in _sides(simulation).items()}
    return [
        {"month": month.month, "days": month.days}
        | {name: months and _month(months[index]) for name, months in sides.items()}
        for index, month in enumerate(simulation.after.bill.months)
    ]


def _month(month: Month) -> dict[str, Any]:
    return {
        "storage": round(month.storage, 4),
        "transfer": round(month.transfer, 4),
        "total": round(month.total, 4),
    }


def _resource(index: int, simulation: Simulation) -> dict[str, Any]:
    resource = simulation.question.resources[index]
    return {
        **_named(resource),
        "type": resource.type,
        "tags": dict(resource.tags),
        "sizeGiB": round(resource.size, 3),
        "assumed": resource.is_assumed,
        **{name: side and _outcome(side.outcomes[index]) for name, side in _sides(simulation).items()},
    }


def _named(resource: Resource) -> dict[str, Any]:
    return {"account": resource.target.account, "region": resource.target.region, "resource": resource.arn}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "points": [_point(point) for point in outcome.points],
        "misses": [_miss(miss) for miss in outcome.misses],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "vault": _vault(point.vault),
        "app": point.rule.app,
        "plan": point.rule.plan,
        "rule": point.rule.name,
        "form": str(point.form),
        "created": _time(point.created),
        "completed": _time(point.completed),
        "cold": _time(point.cold),
        "deleted": _time(point.deleted),
        "key": point.key,
    }


def _vault(vault: VaultPlace) -> dict[str, str]:
    return {"account": vault.target.account, "region": vault.target.region, "name": vault.name}


def _miss(miss: Miss) -> dict[str, Any]:
    return {
        "app": miss.rule.app,
        "plan": miss.rule.plan,
        "rule": miss.rule.name,
        "at": _time(miss.at),
        "reason": str(miss.reason),
        "why": miss.why,
    }


def _loss(simulation: Simulation, loss: Loss, at: datetime) -> dict[str, Any]:
    resources = simulation.question.resources
    sides = {
        name: side and [_left(left) for left in losses_of(resources, side.points, loss, at)]
        for name, side in _sides(simulation).items()
    }
    return {"what": str(loss.what), "value": loss.value, "at": _time(at), **sides}


def _left(left: Left) -> dict[str, Any]:
    newest = left.newest
    return {
        **_named(left.resource),
        "tags": dict(left.resource.tags),
        "resourceIsLost": left.is_lost,
        "points": left.there,
        "left": left.left,
        "newest": {**_point(newest.point), "data": _time(newest.data)} if newest else None,
        "lostMinutes": _minutes(left.gap),
        "worstLostMinutes": _minutes(left.worst),
    }


def _minutes(time: timedelta | None) -> int | None:
    """Rounded up; None where nothing is left."""
    return None if time is None else -(-time // timedelta(minutes=1))


def _time(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
