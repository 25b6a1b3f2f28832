"""Facts from the ledger: who proposed, who approved, who was told, and whether the ledger is whole."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from backup_apps.domain.commits import State
from backup_apps.domain.drift.findings import Direction
from backup_apps.domain.evidence.facts import Evidence, Fact
from backup_apps.domain.ledger.entries import Entry, Kind
from backup_apps.domain.protection.classes import Class

_TOLD_WITHIN = timedelta(hours=24)


def weakening_changes_approved(evidence: Evidence) -> Iterator[Fact]:
    """Of versions that weaken or can't be undone and reached a target, by the change set that was planned last."""
    synced = {
        one.version for one in evidence.entries if one.kind == Kind.SYNC and one.facts["state"] == State.SYNCED.value
    }
    plans = {one.version: one for one in evidence.entries if one.kind == Kind.PLAN}
    for version, plan in plans.items():
        if version in synced and Class(plan.facts["class"]).needs_a_person:
            yield _approved(evidence, plan)


def _approved(evidence: Evidence, plan: Entry) -> Fact:
    votes = [
        one
        for one in evidence.entries
        if one.kind == Kind.APPROVAL and one.version == plan.version and one.facts.get("digest") == plan.facts["digest"]
    ]
    request = next((one for one in votes if one.facts["decision"] == "requested"), None)
    by = {str(one.facts["by"]): one for one in votes if one.facts["decision"] == "approve"}
    proposer = request.facts.get("proposer") if request else None
    others = sorted(user for user in by if proposer is None or user.casefold() != str(proposer).casefold())
    needed = int(request.facts["needed"]) if request else 1
    said = f"{plan.facts['class']}; proposed by {proposer or 'nobody whom the approval policy names'}; "
    said += f"approved by {', '.join(others) or 'nobody else'}, of {needed} needed"
    holds = request is not None and len(others) >= needed
    last = by[others[-1]] if others else plan
    return Fact(f"version {plan.version}", said, holds, last.at, last)


def commits_attested(evidence: Evidence) -> Iterator[Fact]:
    for one in evidence.entries:
        if one.kind == Kind.COMMIT:
            found = one.facts.get("provenance")
            attested = isinstance(found, Mapping)
            by = f"{found['subject']} of {found['issuer']}" if isinstance(found, Mapping) else "nobody"
            said = f"SHA-256 {one.facts['sha256']}, attested by {by}"
            yield Fact(f"version {one.version}", said, attested, one.at, one)


def weakening_drift_told(evidence: Evidence) -> Iterator[Fact]:
    """Drift that opened; whoever was told of it was told by a message about drift."""
    alerts = [one for one in evidence.entries if one.kind == Kind.ALERT and str(one.facts["type"]).startswith("drift")]
    for one in evidence.entries:
        if one.kind == Kind.DRIFT and _opened(one):
            told = next((alert for alert in alerts if alert.sequence > one.sequence and _soon(one, alert)), None)
            said = f"{one.facts['kind']} of {one.facts['resource']} weakened protection; "
            said += f"alert at {told.at}" if told else "no alert about drift within 24 hours"
            yield Fact(f"{one.facts['account']}/{one.facts['region']}", said, told is not None, one.at, told or one)


def _opened(entry: Entry) -> bool:
    return bool(entry.facts["direction"] == Direction.WEAKENS.value and entry.facts["state"] == "open")


def _soon(drift: Entry, alert: Entry) -> bool:
    return datetime.fromisoformat(alert.at) - datetime.fromisoformat(drift.at) <= _TOLD_WITHIN


def ledger_is_whole(evidence: Evidence) -> Iterator[Fact]:
    if evidence.entries:
        last = evidence.entries[-1]
        whole = f"{len(evidence.entries)} entries in one chain, whose end is signed"
        said = "; ".join(evidence.broken) if evidence.broken else whole
        yield Fact(f"ledger of {evidence.bundle}", said, not evidence.broken, last.at, last)
