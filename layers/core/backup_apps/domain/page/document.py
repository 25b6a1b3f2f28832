"""The data of the page: one JSON document, the same for the same facts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.ledger.entries import Checkpoint, Entry
from backup_apps.domain.ledger.history import sentence, who
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps.domain.page.facts import Facts, Hub
from backup_apps.domain.page.places import places_of, rows_of, rto_of
from backup_apps.domain.page.timeline import Book, Lines, Place, Timeline
from backup_apps.domain.page.tree import with_unknown
from backup_apps.domain.verification.results import Result

FORMAT = 1
"""Of the document; another one has another number."""
MOST_RESULTS = 500
_MOST_REASONS = 3


def page_document(facts: Facts) -> dict[str, Any]:
    """What `data.json` holds, and the page carries within it."""
    places = places_of(facts)
    hub = facts.hub
    return {
        "format": FORMAT,
        "bundle": facts.bundle,
        "at": _time(facts.at),
        "head": _head(hub) if hub else None,
        "pending": _pending(facts),
        "apps": [node.to_json() for node in with_unknown(facts.tree, facts.bundle, (app for app, *_ in places))],
        "rows": rows_of(facts, places),
        "findings": [_finding(one) for one in hub.findings] if hub else [],
        "timeline": _timeline(facts.timeline, places),
        "results": _results(facts, hub) if hub else [],
        "ledger": _ledger(hub) if hub else None,
    }


def _head(hub: Hub) -> dict[str, Any]:
    """The last commit, and how far it came."""
    latest, provenance = hub.latest, hub.latest.provenance
    told = {"version": latest.version, "state": latest.state.value, "committed": latest.committed}
    error = {"error": latest.error} if latest.error else {}
    return told | error | {"by": (provenance.actor or provenance.subject) if provenance else None}


def _pending(facts: Facts) -> dict[str, Any] | None:
    """The first of all versions changes nothing that was there before."""
    one = facts.pending
    if one is None:
        return None
    return {"version": one.version, "state": one.state, "class": one.weight, "first": facts.timeline.stays is None}


def _finding(one: Finding) -> dict[str, Any]:
    told = one.to_json()
    names = ("kind", "direction", "account", "region", "resource", "app", "since", "state", "actor")
    return {name: told[name] for name in names if told.get(name)} | {"reasons": list(one.reasons[:_MOST_REASONS])}


def _timeline(timeline: Timeline, places: Sequence[Place]) -> dict[str, Any]:
    book = Book()
    rows = [_lines(place, timeline, book) for place in places]
    told = {"first": timeline.first.isoformat(), "days": timeline.days}
    return told | {"stays": timeline.stays is not None, "changes": timeline.changes is not None} | _book(rows, book)


def _book(rows: Sequence[Sequence[Sequence[Any]]], book: Book) -> dict[str, Any]:
    """Names are numbers into `names`, spans into `lines`."""
    names: dict[str, int] = {}
    numbered = [[[names.setdefault(name, len(names)), *rest] for name, *rest in row] for row in rows]
    return {"names": list(names), "lines": book.to_json(), "rows": numbered}


def _lines(place: Place, timeline: Timeline, book: Book) -> list[list[Any]]:
    """Of each line its name, and what it is before and after; None where there is no such side, or no such line."""
    before: Lines = (timeline.stays or {}).get(place, {})
    after: Lines = (timeline.changes or {}).get(place, {})
    sides = (before, after)
    return [
        [name, *(book.number(side[name]) if name in side else None for side in sides)]
        for name in sorted(before.keys() | after.keys())
    ]


def _results(facts: Facts, hub: Hub) -> list[dict[str, Any]]:
    """The newest first."""
    promises = {(leaf.app, *target): leaf for leaf in facts.leaves for target in leaf.targets}
    shown = [one for one in hub.results if not one.tells_nothing][-MOST_RESULTS:]
    return [_result(one, rto_of(promises.get((one.app or "", one.account, one.region)))) for one in reversed(shown)]


def _result(one: Result, rto: int | None) -> dict[str, Any]:
    told = {"app": one.app, "account": one.account, "region": one.region, "at": one.at, "type": one.type}
    told |= {"resource": one.resource, "verdict": one.verdict.value, "trigger": one.trigger.value}
    found = [finding.message for finding in one.findings[:_MOST_REASONS]]
    return {**told, "seconds": one.seconds, "rto": rto, "findings": found}


def _ledger(hub: Hub) -> dict[str, Any]:
    """The last entries, and whether they are a chain that goes on to what was signed last."""
    entries = sorted(hub.entries, key=lambda one: one.sequence)
    broken, seal = list(_broken(entries, hub.checkpoint)), hub.checkpoint
    changed = {sequence for sequence, _ in broken}
    return {
        "from": entries[0].sequence if entries else None,
        "to": entries[-1].sequence if entries else None,
        "broken": [f"entry {sequence}: {why}" for sequence, why in broken],
        "sealed": {"sequence": seal.sequence, "at": seal.at, "key": seal.key} if seal else None,
        "entries": [_entry(one, one.sequence in changed) for one in reversed(entries)],
    }


def _broken(entries: Sequence[Entry], seal: Checkpoint | None) -> Iterator[tuple[int | None, str]]:
    for found in verify_segment(entries) if entries else ():
        yield found.sequence, found.message
    for one in entries if seal else ():
        if seal and one.sequence == seal.sequence and one.hash != seal.hash:
            yield one.sequence, f"it is not the one that was signed on {seal.at}"


def _entry(one: Entry, is_broken: bool) -> Mapping[str, Any]:
    """What somebody changed may lack what a sentence is made of, and is no news."""
    told = {"sequence": one.sequence, "at": one.at, "kind": one.kind}
    if is_broken:
        return told | {"version": None, "who": "", "what": "not what was recorded, or not in its place"}
    return told | {"version": one.version, "who": who(one), "what": sentence(one)}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
