"""What the ledger tells of a lineage: who approved the version, and what changed of late."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from backup_apps.domain.approvals.request import Decision
from backup_apps.domain.desired import Target
from backup_apps.domain.ledger.entries import Entry, Kind
from backup_apps.domain.ledger.history import moment, sentence, who
from backup_apps.domain.lineage.lineage import Approval, Approver, Change

LATELY = timedelta(hours=24)
_OF_BUNDLE = (Kind.COMMIT, Kind.REJECTION, Kind.APPROVAL, Kind.SUPERSESSION)
_OF_TARGET = (Kind.SYNC, Kind.DRIFT, Kind.HEAL)


def approval_of(version: str, entries: Iterable[Entry]) -> Approval | None:
    """None where nothing tells that its change set was let pass, by people or without them."""
    of_version = [entry for entry in entries if entry.version == version]
    planned = [entry for entry in of_version if entry.kind == Kind.PLAN]
    digest = planned[-1].facts["digest"] if planned else None
    votes = [entry for entry in of_version if _approves(entry) and digest in (None, entry.facts.get("digest"))]
    began = any(entry.kind in (Kind.SYNC_STARTED, Kind.SYNC, Kind.OUTCOME) for entry in of_version)
    if not votes and not (planned and began):
        return None
    return Approval(approvers=tuple(map(_approver, votes)), class_=planned[-1].facts["class"] if planned else None)


def _approves(entry: Entry) -> bool:
    return entry.kind == Kind.APPROVAL and entry.facts.get("decision") == Decision.APPROVE


def _approver(entry: Entry) -> Approver:
    facts = entry.facts
    return Approver(user=facts["by"], at=facts.get("cast", entry.at), reason=facts.get("reason"))


def changes_before(at: datetime, target: Target, entries: Iterable[Entry]) -> tuple[Change, ...]:
    """Of the bundle and of the target in the 24 hours before, the newest first: not what was merely planned, checked or
    told. The entries end where they are to be told of: another clock than the ledger's may be a little behind it."""
    begin = moment(at - LATELY)
    found = [entry for entry in entries if begin <= entry.at and _is_change(entry, target)]
    return tuple(_change(entry) for entry in reversed(found))


def _is_change(entry: Entry, target: Target) -> bool:
    if entry.kind in _OF_BUNDLE:
        return True
    return entry.kind in _OF_TARGET and (entry.facts["account"], entry.facts["region"]) == target


def _change(entry: Entry) -> Change:
    of_version = f"{entry.version}: " if entry.version and entry.kind != Kind.DRIFT else ""
    return Change(at=entry.at, kind=entry.kind, who=_who(entry), what=of_version + sentence(entry))


def _who(entry: Entry) -> str:
    actor = entry.facts.get("actor")
    if isinstance(actor, Mapping):
        return str(actor["arn"])
    return "not known" if entry.kind == Kind.DRIFT else who(entry)


def latest_until(read: Callable[[int], Sequence[Entry]], is_enough: Callable[[Entry], bool]) -> tuple[Entry, ...]:
    """The end of a ledger, in order, from an entry on that is enough; all of it where none is. `read`: so many of the
    last entries, the newest first."""
    asked = _FIRST
    while True:
        found = read(asked)
        if len(found) < asked or any(map(is_enough, found)):
            return tuple(reversed(found))
        asked *= _MORE


_FIRST, _MORE = 250, 4
