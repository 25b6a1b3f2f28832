"""What the ledger answers: which version was in force at a time, and what an entry says in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.ledger.entries import Entry, Kind


class InForce(NamedTuple):
    """The version that live state followed, and where its bytes are."""

    bundle: str
    version: str
    since: str
    object_version: str
    sha256: str
    organization_sha256: str | None
    """Of what AWS Organizations answered, if it was asked."""
    unfinished: tuple[str, ...] = ()
    """Later versions that had reached some targets and not others."""


def moment(at: datetime) -> str:
    """A time as entries have it, to the millisecond, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def in_force(entries: Sequence[Entry], at: str, target: Target | None = None) -> InForce | None:
    """Of the whole bundle: the last version that reached all its targets by that time. Of one target: the last that
    reached it. None where there was none yet. The last is the one committed last: the end of an earlier version, which
    tells its targets once more, may be recorded after a later one went on in them."""
    until = [entry for entry in entries if entry.at <= at]
    commits = {entry.version: entry for entry in until if entry.kind == Kind.COMMIT}
    ends = [entry for entry in until if _ends(entry, target) and entry.version in commits]
    reached = [entry for entry in ends if entry.facts["state"] == State.SYNCED]
    if not reached:
        return None
    last = max(reached, key=lambda one: _order(commits[one.version]))
    commit = commits[last.version]
    later = [one.version for one in ends[ends.index(last) :] if one.facts["state"] == State.PARTLY_FAILED]
    return InForce(
        bundle=last.bundle,
        version=str(last.version),
        since=last.at,
        object_version=str(commit.facts["object_version"]),
        sha256=str(commit.facts["sha256"]),
        organization_sha256=commit.facts.get("organization_sha256"),
        unfinished=tuple(filter(None, later)),
    )


def first_in_force(entries: Iterable[Entry]) -> str | None:
    """When a version first reached all its targets."""
    ends = (one for one in entries if _ends(one, None) and one.facts["state"] == State.SYNCED)
    return next((one.at for one in ends), None)


def _ends(entry: Entry, target: Target | None) -> bool:
    if target is None:
        return entry.kind == Kind.OUTCOME
    return entry.kind == Kind.SYNC and (entry.facts["account"], entry.facts["region"]) == target


def _order(commit: Entry) -> tuple[str, str]:
    return str(commit.facts["committed"]), Version(commit.bundle, str(commit.version)).key


def who(entry: Entry) -> str:
    """Whoever is behind it, as far as the entry knows: a pipeline, an approver, or the hub itself."""
    facts = entry.facts
    if "by" in facts:
        return str(facts["by"])
    provenance = facts.get("provenance")
    if isinstance(provenance, Mapping):
        return str(provenance.get("actor") or provenance.get("subject") or "attested")
    return "not attested" if entry.kind in (Kind.COMMIT, Kind.REJECTION) else "hub"


def sentence(entry: Entry) -> str:
    """What happened, in a line. An entry of a kind that this release does not know says what it holds."""
    tell = _SENTENCES.get(entry.kind)
    return tell(entry.facts) if tell else ", ".join(f"{name} {value}" for name, value in sorted(entry.facts.items()))


def _plan(facts: Mapping[str, Any]) -> str:
    failed = f", {len(facts['failed'])} can't be planned" if facts["failed"] else ""
    return f"{_count(facts['changes'], 'change')} in {_count(facts['targets'], 'target')}, {facts['class']}{failed}"


def _stage(facts: Mapping[str, Any]) -> str:
    go = f"{_count(len(facts['go']), 'target')} let go" if facts["go"] else "nothing let go"
    others = sorted((facts["waits"] | facts["held_back"]).items())
    left = [f"{_count(count, 'target')}: {why}" for why, count in others]
    canaries = [f"canaries of '{app}': {said}" for app, said in sorted(facts["canaries"].items())]
    return "; ".join([go, *left, *canaries])


def _sync_started(facts: Mapping[str, Any]) -> str:
    found = f", {_count(len(facts['found']), 'change')} of a run before found made" if facts.get("found") else ""
    return f"{_target(facts)} about to make {_count(facts['count'], 'change')}{found}"


def _sync(facts: Mapping[str, Any]) -> str:
    wrote = f", {_count(facts['writes'], 'write')}" if facts.get("writes") else ""
    error = f": {facts['error']}" if facts.get("error") else ""
    return f"{_target(facts)} {facts['state']}{wrote}{error}"


def _outcome(facts: Mapping[str, Any]) -> str:
    targets = ", ".join(f"{count} {state}" for state, count in sorted(facts["targets"].items()))
    return f"{facts['state']} ({targets})" if targets else f"{facts['state']}: {facts.get('error', '')}"


def _rejection(facts: Mapping[str, Any]) -> str:
    return f"rejected, {_count(facts['errors'], 'error')}: {facts.get('first') or facts.get('key') or facts['stored']}"


def _verification(facts: Mapping[str, Any]) -> str:
    first = f": {facts['findings'][0]['message']}" if facts["findings"] else ""
    return f"{_target(facts)} restore of {facts.get('resource') or facts['type']} {facts['verdict']}{first}"


def _drift(facts: Mapping[str, Any]) -> str:
    actor = facts.get("actor") if facts["state"] == "open" else None
    by = f", by {actor['arn']}" if actor else ""
    return f"{_target(facts)} {facts['kind']} {facts['resource']} {facts['direction']}, {facts['state']}{by}"


def _target(facts: Mapping[str, Any]) -> str:
    return f"{facts['account']}/{facts['region']}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    Kind.COMMIT: lambda facts: f"admitted for {_count(facts['targets'], 'target')}",
    Kind.REJECTION: _rejection,
    Kind.PLAN: _plan,
    Kind.APPROVAL: lambda facts: str(facts.get("decision", "decided")),
    Kind.SUPERSESSION: lambda facts: f"superseded{' by ' + facts['by_version'] if 'by_version' in facts else ''}",
    Kind.STAGE: _stage,
    Kind.SYNC_STARTED: _sync_started,
    Kind.WRITE: lambda facts: f"{_target(facts)} {facts['operation']} {facts['resource']}",
    Kind.SYNC: _sync,
    Kind.OUTCOME: _outcome,
    Kind.VERIFICATION: _verification,
    Kind.DRIFT: _drift,
    Kind.HEAL: lambda facts: f"{_target(facts)} {facts['kind']} {facts['resource']} put back",
    Kind.ALERT: lambda facts: f"{facts['severity']}: {facts['subject']}",
}
