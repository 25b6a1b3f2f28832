"""Verify an app by hand, and say what came of its verifications."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.confidence import confidence
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.forecast import Forecast, forecast
from backup_apps.domain.verification.results import Basis, Result, Trigger, basis_of
from backup_apps.ports.storage import Documents, Records
from backup_apps.ports.verification import Machine, Rehearsals
from backup_apps.usecases.governed import InForce, desired_in_force, in_force
from backup_apps.usecases.start_verifications import request


def verify_app(
    records: Records, documents: Documents, machine: Machine, bundle: str, app: str, only: Target | None, now: datetime
) -> list[dict[str, str]]:
    """Start a rehearsal on each target of the app, or on one; what was started."""
    targets = [place for _, place in _places(_in_force(records, documents, bundle, app)) if only in (None, place)]
    if not targets:
        raise UnknownCommitError(f"{bundle} has no app {app}{f' on {only}' if only else ''}")
    started = [request(bundle, app, target, Trigger.HAND, f"{now:%Y%m%dT%H%M%S}") for target in targets]
    for document in started:
        machine.start(document["run"], document)
    return started


def verification_history(
    records: Records, documents: Documents, rehearsals: Rehearsals, bundle: str, app: str, now: datetime
) -> dict[str, Any]:
    """Of each target of the app: how far it can be trusted and why, how long a restore takes, and all results."""
    found = _in_force(records, documents, bundle, app)
    if not found.leaves:
        raise UnknownCommitError(f"{bundle} has no app {app}")
    results = rehearsals.results(bundle, app)
    asks = asks_of(documents, found)
    targets = []
    for leaf, target in _places(found):
        own = [one for one in results if (one.account, one.region) == target]
        trust = _trust(asks, leaf, target, own, now)
        told = {"forecast": _forecasts(own), "results": [one.to_json() for one in reversed(own)]}
        targets.append({**target._asdict(), "confidence": trust, **told})
    return {"bundle": bundle, "app": app, "targets": targets}


def confidences(
    found: InForce, asks: Callable[[Target], DesiredTarget], results: Iterable[Result], now: datetime
) -> list[dict[str, Any]]:
    """Of every app on every target that promises to be verified; the least trusted first."""
    own: dict[tuple[str | None, str, str], list[Result]] = {}
    for one in results:
        own.setdefault((one.app, one.account, one.region), []).append(one)
    told = [
        {"app": leaf.app, **place._asdict()} | _trust(asks, leaf, place, own.get((leaf.app, *place), []), now)
        for leaf, place in _places(found)
        if leaf.verification
    ]
    return sorted(told, key=lambda one: (one["percent"], one["app"], one["account"], one["region"]))


def asks_of(documents: Documents, found: InForce) -> Callable[[Target], DesiredTarget]:
    """What is asked of a target; read once, however many apps it has."""
    return cache(lambda target: desired_in_force(documents, found.commits[target].id, target))


def _trust(
    asks: Callable[[Target], DesiredTarget], leaf: LeafGovernance, target: Target, own: Sequence[Result], now: datetime
) -> dict[str, Any]:
    """What an app rests on is read only where there is a result to compare with."""
    basis = basis_of(asks(target), leaf.app) if own else Basis((), (), ())
    trust = confidence(own, basis, now, minutes(leaf.verification.get("maxAge")))
    return {"percent": trust.percent, "reasons": list(trust.reasons)}


def _places(found: InForce) -> list[tuple[LeafGovernance, Target]]:
    return sorted(((leaf, place) for leaf in found.leaves for place in leaf.targets), key=lambda pair: pair[1])


def _in_force(records: Records, documents: Documents, bundle: str, app: str) -> InForce:
    found = in_force(records, documents, bundle)
    if not found.versions:
        raise UnknownCommitError(f"no version of {bundle} was synced to any target; see: backup-apps status {bundle}")
    return found.of_app(app)


def _forecasts(results: Sequence[Result]) -> dict[str, Any]:
    found = {type_: forecast(results, type_) for type_ in sorted({one.type for one in results})}
    return {type_: _shown(one) for type_, one in found.items() if one}


def _shown(one: Forecast) -> dict[str, int]:
    def seconds(time: timedelta) -> int:
        return round(time.total_seconds())

    times = {"low": seconds(one.low), "median": seconds(one.median), "high": seconds(one.high)}
    return {**times, "restores": one.restores}
