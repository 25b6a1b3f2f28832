"""What a waiver allows, and what is left of it when it has ended.

A waiver loosens a bound for an app; it does not change what the app asks for. So it accepts drift only of what no
policy asks for by itself: rotation of keys, recovery points that are there, and their keys. What a plan or a vault is
to be is changed in the bundle.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.handling import Waived
from backup_apps.domain.protection.lifecycles import DELETE

_DAY = 1440


def accepted_by(drift: Drift, waived: Iterable[Waived], today: date) -> str | None:
    """The waiver that allows what is live, for every app that shares it: until when, by whom and why."""
    holding = [one for one in waived if today <= date.fromisoformat(one.expires) and _allows(one, drift)]
    covered = {app for one in holding for app in one.apps}
    if drift.direction is not Direction.WEAKENS or not drift.apps or not set(drift.apps) <= covered:
        return None
    last = min(holding, key=lambda one: (one.expires, one.guardrail, one.subject))
    return f"until {last.expires} by {last.owner}: {last.reason} (waiver of {last.guardrail} for {last.subject})"


def _allows(waiver: Waived, drift: Drift) -> bool:
    if drift.kind is Kind.KEY_ROTATION:
        return waiver.guardrail == "encryption.rotation" and waiver.value is False
    if drift.kind is Kind.RECOVERY_POINT_KEY:
        patterns = waiver.value if isinstance(waiver.value, list | tuple) else ()
        return waiver.guardrail == "encryption.keys" and any(fnmatchcase(str(drift.live), one) for one in patterns)
    return drift.kind is Kind.RETENTION and waiver.guardrail == "retention.min" and _is_kept(drift, waiver.value)


def _is_kept(drift: Drift, least: Any) -> bool:
    """Only the days until a recovery point is deleted are bounded."""
    return _rest(drift.desired) == _rest(drift.live) and _minutes(drift.live) >= _bound(least)


def _rest(lifecycle: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in lifecycle.items() if key != DELETE}


def _minutes(lifecycle: Mapping[str, Any]) -> float:
    days = lifecycle.get(DELETE)
    return math.inf if days is None else float(days * _DAY)


def _bound(value: Any) -> float:
    return math.inf if value == "never" else float(value)


def ended_waivers(waived: Iterable[Waived], today: date) -> Iterator[Drift]:
    """Live state is left alone; but the bound holds again, and the next push is refused. What several waive of one
    guardrail for one app is one drift."""
    ended: dict[tuple[str, str], list[Waived]] = {}
    for one in waived:
        if date.fromisoformat(one.expires) < today:
            ended.setdefault((one.guardrail, one.subject), []).append(one)
    return (_ended(alike) for alike in ended.values())


def _ended(alike: Sequence[Waived]) -> Drift:
    one = min(alike, key=lambda waiver: waiver.expires)
    said = (
        f"the waiver of {one.guardrail} for '{one.subject}' ended on {one.expires} "
        f"(by {one.owner}: {one.reason}): renew it or meet the bound, or the next push is refused"
    )
    return Drift(
        Kind.WAIVER,
        f"{one.guardrail} of {one.subject}",
        Direction.WEAKENS,
        None,
        {"value": one.value, "expires": one.expires},
        (said,),
        tuple(sorted({app for waiver in alike for app in waiver.apps})),
        "waivers",
        name=one.subject,
    )
