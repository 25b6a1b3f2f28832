"""Apps on targets: sync, drift, cover and confidence of each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.commits import State
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, Target
from backup_apps.domain.drift.findings import Direction, Finding, Kind
from backup_apps.domain.page.facts import Facts
from backup_apps.domain.page.timeline import Place
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.results import Result

_MOST_REASONS = 3
NEVER = "not-synced"
"""The version was not synced there yet, nor was any other."""
UNASKED = "not-asked"
"""No hub was asked."""


def places_of(facts: Facts) -> tuple[Place, ...]:
    """Every app on every target on which it is, or is about to be."""
    pending = facts.pending.asked.targets if facts.pending else ()
    planned = {(plan.app, *asked.target) for asked in (*facts.asked, *pending) for plan in asked.plans}
    promised = {(leaf.app, *target) for leaf in facts.leaves for target in leaf.targets}
    return tuple(sorted(planned | promised))


def rows_of(facts: Facts, places: Iterable[Place]) -> list[dict[str, Any]]:
    """One for each place, in their order."""
    look = Look(facts)
    return [look.row(place) for place in places]


class Look:
    """What is asked of the facts for each place, found once."""

    def __init__(self, facts: Facts) -> None:
        self._hub = facts.hub
        self._asked = {one.target: one for one in facts.asked}
        self._promises = {(leaf.app, *target): leaf for leaf in facts.leaves for target in leaf.targets}
        self._outcomes = {one.target: one for one in facts.hub.outcomes} if facts.hub else {}
        self._findings = _by_place(facts.hub.findings, facts.asked) if facts.hub else {}
        self._last: dict[Place, Result] = {}
        for result in facts.hub.results if facts.hub else ():
            if result.app and not result.tells_nothing:
                self._last[result.app, result.account, result.region] = result

    def row(self, place: Place) -> dict[str, Any]:
        app, account, region = place
        target = Target(account, region)
        asked = self._asked.get(target)
        row: dict[str, Any] = {"app": app, "account": account, "region": region}
        row |= {"keeps": list(_keeps(asked, app))} if asked else {"keeps": []}
        row |= self._sync(target) if self._hub else {"sync": UNASKED}
        return row | self._drift(place) | self._cover(place, asked) | self._confidence(place)

    def _sync(self, target: Target) -> dict[str, Any]:
        in_force = self._hub.versions.get(target) if self._hub else None
        outcome = self._outcomes.get(target)
        state = outcome.state.value if outcome else State.SYNCED.value if in_force else NEVER
        told: dict[str, Any] = {"sync": state, "version": in_force.version if in_force else None}
        why = outcome and (outcome.error or (outcome.waits.why if outcome.waits else None))
        return told | ({"why": why} if why else {})

    def _drift(self, place: Place) -> dict[str, Any]:
        if self._hub is None:
            return {"weakens": None, "drifts": None}
        found = [one for one in self._findings.get(place, ()) if one.kind is not Kind.COVER]
        weakens = [one for one in found if one.direction is Direction.WEAKENS]
        return {"weakens": len(weakens), "drifts": len(found)}

    def _cover(self, place: Place, asked: DesiredTarget | None) -> dict[str, Any]:
        """`none`: nobody asked for it; `whole`; `gaps`, with the reasons; `unknown` without a hub."""
        wanted = any(one.app == place[0] for one in asked.covered) if asked else False
        if not wanted:
            return {"cover": "none"}
        if self._hub is None:
            return {"cover": "unknown"}
        gaps = [one for one in self._findings.get(place, ()) if one.kind is Kind.COVER]
        reasons = [reason for one in gaps for reason in one.reasons][:_MOST_REASONS]
        return {"cover": "gaps", "gaps": reasons} if gaps else {"cover": "whole"}

    def _confidence(self, place: Place) -> dict[str, Any]:
        """Of what promises to be verified; how long the last restore took, and how long it may take, in seconds."""
        promise, trust = self._promises.get(place), self._hub.trust.get(place) if self._hub else None
        told: dict[str, Any] = {"confidence": None, "rto": rto_of(promise)}
        if trust is not None:
            told |= {"confidence": trust["percent"], "doubts": trust["reasons"][:_MOST_REASONS]}
        last = self._last.get(place)
        return told | ({"verified": last.at, "verdict": last.verdict.value, "took": last.seconds} if last else {})


def rto_of(promise: LeafGovernance | None) -> int | None:
    """In seconds."""
    minutes = promise.verification.get("rto") if promise else None
    return minutes * 60 if isinstance(minutes, int) else None


def _by_place(findings: Iterable[Finding], asked: Iterable[DesiredTarget]) -> Mapping[Place, list[Finding]]:
    """A finding that names no app is of every app of its target: they share what has drifted."""
    apps = {one.target: sorted({plan.app for plan in one.plans}) for one in asked}
    found: dict[Place, list[Finding]] = {}
    for one in findings:
        for app in (one.app,) if one.app else apps.get(one.target, ()):
            found.setdefault((app, one.account, one.region), []).append(one)
    return found


def _keeps(asked: DesiredTarget, app: str) -> Iterator[str]:
    """What each rule keeps, in the words of a bundle."""
    for plan in asked.plans:
        if plan.app == app:
            yield from map(_rule, _rules(plan))


def _rules(plan: DesiredPlan) -> Iterable[Mapping[str, Any]]:
    rules: Iterable[Mapping[str, Any]] = plan.backup_plan["Rules"]
    return rules


def _rule(rule: Mapping[str, Any]) -> str:
    copies = [f"copy {_days(action['Lifecycle'])}" for action in rule.get("CopyActions", ())]
    return f"{rule['RuleName']} {', '.join([_days(rule['Lifecycle']), *copies])}"


def _days(lifecycle: Mapping[str, Any]) -> str:
    delete = lifecycle.get("DeleteAfterDays")
    return f"{delete}d" if delete else "for ever"
