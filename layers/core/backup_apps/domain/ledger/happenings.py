"""What the use cases record, each with its facts and with the identity that makes a repeat the same happening.

Facts name things as people do, and hold no content of a bundle: what a version asked for lies in its archive, what it
changed in its change set, and the ledger holds the digests of both.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.domain.commits import Commit, State, TargetOutcome, Version
from backup_apps.domain.ledger.entries import Happening, Kind
from backup_apps.domain.normal_form import canonical_json, fingerprint

if TYPE_CHECKING:
    from backup_apps.domain.alerts import Alert
    from backup_apps.domain.changes import Write
    from backup_apps.domain.desired import Target
    from backup_apps.domain.drift.findings import Finding
    from backup_apps.domain.places import Finding as BundleFinding
    from backup_apps.domain.provenance.record import Provenance
    from backup_apps.domain.staging.stage import Stage
    from backup_apps.domain.verification.results import Result

_TEXT_LIMIT = 2_000
_LISTED_LIMIT = 1_000
_DIGITS = 16


class Call(NamedTuple):
    """A call to AWS that wrote."""

    operation: str
    resource: str
    """The ARN, or what AWS calls it where the call knows none."""
    request: str
    """AWS's request id, by which CloudTrail and AWS's support find the call."""


class Written(NamedTuple):
    """A change that was carried out, and the calls that it took: none where it was as wanted already."""

    change: Write
    calls: tuple[Call, ...]


def admitted(
    commit: Commit,
    archive: bytes,
    targets: int,
    organization: str | None = None,
    provenance: Provenance | None = None,
) -> Happening:
    """`organization`: the document of what AWS Organizations answered."""
    facts = _commit(commit) | {"sha256": digest_of(archive), "targets": targets}
    answer = digest_of(organization.encode()) if organization else None
    more = _present(organization_sha256=answer, provenance=_attested(provenance))
    return Happening(Kind.COMMIT, f"commit/{_path(commit.id)}", facts | more)


def rejected(
    commit: Commit, findings: Sequence[BundleFinding], stored: str, provenance: Provenance | None = None
) -> Happening:
    """`stored`: where all errors lie."""
    first = _text(str(findings[0])) if findings else None
    facts = _commit(commit) | {"errors": len(findings), "stored": stored}
    identity = f"rejection/{_path(commit.id)}/{commit.object_version}"
    return Happening(Kind.REJECTION, identity, facts | _present(first=first, provenance=_attested(provenance)))


def refused_key(key: str, object_version: str | None) -> Happening:
    """An upload that is nobody's commit."""
    identity = f"rejection/{fingerprint(key, _DIGITS)}/{object_version or ''}"
    return Happening(Kind.REJECTION, identity, {"key": _text(key), "errors": 1, "object_version": object_version})


def superseded(version: Version, by: str | None) -> Happening:
    """`by`: the version that came first, where it is known."""
    facts = {"version": version.version} | _present(by_version=by)
    return Happening(Kind.SUPERSESSION, f"supersession/{_path(version)}", facts)


def planned(version: Version, change_set: Mapping[str, Any], text: str, outcomes: Sequence[TargetOutcome]) -> Happening:
    """`change_set` has the class of the whole, and the digest to which an approval is bound; `text` is as written."""
    digest = digest_of(text.encode())
    facts = {
        "version": version.version,
        "class": change_set["class"],
        "digest": change_set["digest"],
        "sha256": digest,
        "targets": len(outcomes),
        "changes": sum(one.changes or 0 for one in outcomes),
        "failed": [str(one.target) for one in outcomes if one.error is not None][:_LISTED_LIMIT],
    }
    return Happening(Kind.PLAN, f"plan/{_path(version)}/{digest[:_DIGITS]}", facts)


def staged(version: Version, stage: Stage) -> Happening:
    """What a look at a staged sync led to. The same again is no news."""
    facts = {
        "version": version.version,
        "go": [str(target) for target in stage.go][:_LISTED_LIMIT],
        "waits": dict(Counter(one.why for one in stage.waits.values())),
        "held_back": dict(Counter(_text(one.cause) for one in stage.halted.values())),
        "canaries": {app: _text(said) for app, said in stage.canaries.items()},
    }
    return _by_facts(Kind.STAGE, version, facts)


def sync_started(
    version: Version, target: Target, run: str, changes: Sequence[Write], found: Sequence[Write] = ()
) -> Happening:
    """`run` names the attempt: a run that dies leaves this behind, and the next one says what it found carried out, and
    what remained."""
    titles, there = [_title(change) for change in changes], [_title(change) for change in found]
    facts = _of_target(version, target) | {"run": run, "count": len(titles), "changes": titles[:_LISTED_LIMIT]}
    identity = f"sync-started/{_path(version)}/{target}/{run}"
    if not there:
        return Happening(Kind.SYNC_STARTED, identity, facts)
    resumed = f"{identity}/{fingerprint(there, _DIGITS)}"  # a run may be resumed under its own name
    return Happening(Kind.SYNC_STARTED, resumed, facts | {"found": there[:_LISTED_LIMIT]})


def written(version: Version, target: Target, run: str, done: Iterable[Written]) -> list[Happening]:
    """Each call by its request id, which no other call has."""
    return [
        Happening(
            Kind.WRITE,
            f"write/{_path(version)}/{target}/{run}/{call.request}",
            _of_target(version, target) | {"run": run, "change": _title(one.change), **call._asdict()},
        )
        for one in done
        for call in one.calls
    ]


def ended(version: Version, state: State, outcomes: Sequence[TargetOutcome], error: str | None) -> list[Happening]:
    """How each target ended, then the version. The same end again is no news."""
    targets = [target_ended(version, outcome) for outcome in outcomes]
    counts = {state.value: sum(one.state is state for one in outcomes) for state in State}
    facts = {
        "version": version.version,
        "state": state.value,
        "targets": {name: count for name, count in counts.items() if count},
        "writes": sum(one.writes or 0 for one in outcomes),
    } | _present(error=_text(error) if error else None)
    return [*targets, _by_facts(Kind.OUTCOME, version, facts)]


def target_ended(version: Version, outcome: TargetOutcome) -> Happening:
    """How one target ended. The same end again is no news."""
    told = _present(changes=outcome.changes, writes=outcome.writes, error=_text(outcome.error or "") or None)
    retired = {"retired": True} if outcome.retired else {}
    facts = _of_target(version, outcome.target) | {"state": outcome.state.value} | told | retired
    return _by_facts(Kind.SYNC, version, facts)


def drifted(finding: Finding) -> Happening:
    """That it was found, or how it ended; the same of one occurrence is said once."""
    said = {name: _text(canonical_json(value)) for name, value in _sides(finding)}
    actor = finding.actor and dict(finding.actor._asdict())
    facts = _of_finding(finding) | {"direction": finding.direction.value, "state": finding.state.value, **said}
    identity = f"drift/{finding.id}/{finding.since}/{finding.direction.value}/{finding.state.value}"
    return Happening(Kind.DRIFT, identity, facts | _present(actor=actor))


def healed(finding: Finding, run: str) -> Happening:
    """`run` names the attempt, whose calls are recorded beside it."""
    return Happening(Kind.HEAL, f"heal/{finding.id}/{run}", _of_finding(finding) | {"run": run})


def _of_finding(finding: Finding) -> dict[str, Any]:
    facts = {"finding": finding.id, "kind": finding.kind.value, "resource": finding.resource, "since": finding.since}
    version = Version(finding.bundle, finding.version)
    return _of_target(version, finding.target) | facts | _present(app=finding.app, path=finding.path)


def _sides(finding: Finding) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name in ("desired", "live") if (value := getattr(finding, name)) is not None)


def alerted(version: Version | None, alert: Alert, occasion: str = "") -> Happening:
    """`version`: the one that it is about, if any. `occasion` tells alerts of the same words apart."""
    facts = {"type": str(alert.document["type"]), "severity": alert.severity, "subject": alert.subject}
    facts |= _present(version=version.version if version else None)
    digest = fingerprint([version, alert.said, occasion], _DIGITS)
    return Happening(Kind.ALERT, f"alert/{facts['type']}/{digest}", facts)


def verified(result: Result) -> Happening:
    """A restore that was verified, by whomever it was made."""
    facts = result.model_dump(mode="json", exclude_none=True, exclude={"findings"})
    findings = [{**one.model_dump(mode="json"), "message": _text(one.message)} for one in result.findings]
    return Happening(Kind.VERIFICATION, f"verification/{result.identity}", facts | {"findings": findings})


def digest_of(document: bytes) -> str:
    """By which the ledger refers to what lies elsewhere: SHA-256, hexadecimal."""
    return hashlib.sha256(document).hexdigest()


def _by_facts(kind: Kind, version: Version, facts: Mapping[str, Any]) -> Happening:
    return Happening(kind, f"{kind.value}/{_path(version)}/{fingerprint(facts, _DIGITS)}", facts)


def _commit(commit: Commit) -> dict[str, Any]:
    return {"version": commit.version, "committed": commit.committed, "object_version": commit.object_version}


def _attested(provenance: Provenance | None) -> dict[str, Any] | None:
    return provenance.model_dump(mode="json", exclude_none=True) if provenance else None


def _of_target(version: Version, target: Target) -> dict[str, Any]:
    return {"version": version.version, "account": target.account, "region": target.region}


def _title(change: Write) -> str:
    return f"{change.action} {change.title}"


def _path(version: Version) -> str:
    return f"{version.bundle}/{version.version}"


def _present(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _text(text: str) -> str:
    """What a person needs of a long text."""
    return text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + " ..."
