"""Verify an app by hand, and say what came of its verifications."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.confidence import confidence
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.forecast import Forecast, forecast
from backup_apps.domain.verification.results import Basis, Result, Trigger, basis_of
from backup_apps.ports.storage import Documents, Records
from backup_apps.ports.verification import Machine, Rehearsals
from backup_apps.usecases.governed import desired_in_force, governance_in_force, version_in_force
from backup_apps.usecases.start_verifications import request


def verify_app(
    records: Records, documents: Documents, machine: Machine, bundle: str, app: str, only: Target | None, now: datetime
) -> list[dict[str, str]]:
    """Start a rehearsal on each target of the app, or on one; what was started."""
    leaves = _leaves(documents, _in_force(records, bundle), app)
    targets = [one for leaf in leaves for one in _targets(leaf) if only in (None, one)]
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
    version = _in_force(records, bundle)
    leaves = _leaves(documents, version, app)
    if not leaves:
        raise UnknownCommitError(f"{bundle} has no app {app}")
    results = rehearsals.results(bundle, app)
    targets = []
    for leaf, target in _places(leaves):
        own = [one for one in results if (one.account, one.region) == target]
        trust = _trust(documents, version, leaf, target, own, now)
        told = {"forecast": _forecasts(own), "results": [one.to_json() for one in reversed(own)]}
        targets.append({**target._asdict(), "confidence": trust, **told})
    return {"bundle": bundle, "app": app, "targets": targets}


def confidences(
    records: Records, documents: Documents, rehearsals: Rehearsals, bundle: str, now: datetime
) -> list[dict[str, Any]]:
    """Of every app on every target that the version in force promises to verify; the least trusted first."""
    version = version_in_force(records, bundle)
    if version is None:
        return []
    leaves = [leaf for leaf in governance_in_force(documents, version).leaves if leaf.verification]
    results: dict[tuple[str | None, str, str], list[Result]] = {}
    for one in rehearsals.results(bundle) if leaves else ():
        results.setdefault((one.app, one.account, one.region), []).append(one)
    found = [
        {"app": leaf.app, **place._asdict()}
        | _trust(documents, version, leaf, place, results.get((leaf.app, *place), []), now)
        for leaf, place in _places(leaves)
    ]
    return sorted(found, key=lambda one: (one["percent"], one["app"], one["account"], one["region"]))


def _trust(
    documents: Documents, version: Version, leaf: LeafGovernance, target: Target, own: Sequence[Result], now: datetime
) -> dict[str, Any]:
    """What an app rests on is read only where there is a result to compare with."""
    basis = basis_of(desired_in_force(documents, version, target), leaf.app) if own else Basis((), (), ())
    trust = confidence(own, basis, now, minutes(leaf.verification.get("maxAge")))
    return {"percent": trust.percent, "reasons": list(trust.reasons)}


def _places(leaves: Sequence[LeafGovernance]) -> list[tuple[LeafGovernance, Target]]:
    return sorted(((one, place) for one in leaves for place in _targets(one)), key=lambda pair: pair[1])


def _in_force(records: Records, bundle: str) -> Version:
    version = version_in_force(records, bundle)
    if version is None:
        raise UnknownCommitError(f"no version of {bundle} was synced to all of its targets; see: backup-apps status")
    return version


def _leaves(documents: Documents, version: Version, app: str) -> list[LeafGovernance]:
    return [leaf for leaf in governance_in_force(documents, version).leaves if leaf.app == app]


def _targets(leaf: LeafGovernance) -> list[Target]:
    return [Target(*target.split("/")) for target in leaf.targets]


def _forecasts(results: Sequence[Result]) -> dict[str, Any]:
    found = {type_: forecast(results, type_) for type_ in sorted({one.type for one in results})}
    return {type_: _shown(one) for type_, one in found.items() if one}


def _shown(one: Forecast) -> dict[str, int]:
    def seconds(time: timedelta) -> int:
        return round(time.total_seconds())

    times = {"low": seconds(one.low), "median": seconds(one.median), "high": seconds(one.high)}
    return {**times, "restores": one.restores}
