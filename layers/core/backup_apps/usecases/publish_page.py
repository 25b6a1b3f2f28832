"""The page of a bundle: all that the hub knows of it, gathered, boiled down and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError, UnknownCommitError
from backup_apps.domain.ledger.entries import Entry
from backup_apps.domain.page.facts import Facts, Hub, Pending
from backup_apps.domain.page.html import Parts, shown_page
from backup_apps.domain.page.occasions import Occasion, is_fresh
from backup_apps.domain.page.timeline import Timeline
from backup_apps.domain.page.tree import AppNode, tree_from
from backup_apps.domain.state_documents import apps_key, change_set_key, page_data_key, page_key
from backup_apps.ports.drift import Findings
from backup_apps.ports.ledger import Ledger
from backup_apps.ports.storage import Documents, Records
from backup_apps.ports.verification import Rehearsed
from backup_apps.usecases.governed import InForce, desired_in_force, in_force
from backup_apps.usecases.read_findings import read_findings
from backup_apps.usecases.verify_app import confidences

DAYS = 120
"""That the timeline looks ahead, where nobody says."""
_ENTRIES = 300
"""Of the ledger, the last ones."""
_SETTLES = 20
"""Seconds that are waited for what becomes of a version, at most."""
_AGAIN = 3
"""Times that a page is written in a row, while things go on happening: the end of them is an event again."""
_OPEN = {State.PLANNED, State.WAITING_APPROVAL, State.SYNCING}


class Sources(NamedTuple):
    """What a page is gathered from; `rehearsed` is None in a hub that verifies nothing."""

    records: Records
    documents: Documents
    findings: Findings
    ledger: Ledger
    rehearsed: Rehearsed | None
    zone_of: Callable[[str], tzinfo]


def publish_page(
    sources: Sources, parts: Callable[[], Parts], occasion: Occasion, now: datetime, wait: Callable[[float], None]
) -> list[str]:
    """Write the page that an event is about, or every page that is not as things are; where they lie. It may
    come twice, and late: each time the page says what is so then."""
    if occasion.written:
        _settle(sources.records, occasion.written, wait)
    named = occasion.bundle
    stale = [named] if named else [one for one in sources.records.bundles() if not _is_fresh(sources, one, now)]
    return [_publish(sources, parts(), bundle, now) for bundle in stale]


def _settle(records: Records, version: Version, wait: Callable[[float], None]) -> None:
    """A plan and a rejection are written down a moment before it is known what becomes of the version."""
    for _ in range(_SETTLES):
        record = records.find(version)
        if record is not None and record.state is not State.PLANNED:
            return
        wait(1)


def _publish(sources: Sources, parts: Parts, bundle: str, now: datetime) -> str:
    """Whoever gathered earlier may write later, so whoever has written looks whether something happened meanwhile."""
    for _ in range(_AGAIN):
        seen = _happened(sources, bundle)
        page = shown_page(facts_of(sources, bundle, now, DAYS), parts)
        sources.documents.write(page_key(bundle), page.html)
        sources.documents.write(page_data_key(bundle), page.data)  # last: it says that the page is there
        if _happened(sources, bundle) == seen:
            break
    return sources.documents.location(page_key(bundle))


def _happened(sources: Sources, bundle: str) -> tuple[Entry | None, CommitRecord | None]:
    """The last entry, and the last commit as it stands: what is in the ledger may not be in the records yet."""
    return _last(sources, bundle), sources.records.latest(bundle)


def _last(sources: Sources, bundle: str) -> Entry | None:
    """What was recorded last of the bundle."""
    return next(iter(sources.ledger.latest(bundle, 1)), None)


def _is_fresh(sources: Sources, bundle: str, now: datetime) -> bool:
    try:
        page = json.loads(sources.documents.read(page_data_key(bundle)))
    except NotFoundError:
        page = None
    last = _last(sources, bundle)
    return is_fresh(page, last.at if last else None, now)


def facts_of(sources: Sources, bundle: str, now: datetime, days: int) -> Facts:
    """Raises UnknownCommitError where nothing of the bundle was ever pushed."""
    records, documents = sources.records, sources.documents
    latest = records.latest(bundle)
    if latest is None:
        raise UnknownCommitError(f"no commit of {bundle} is recorded; backup-apps push makes one")
    record = latest if latest.state is not State.REJECTED else _last_admitted(records, bundle)
    outcomes = records.outcomes(record.id) if record else ()
    force = in_force(records, documents, bundle)
    asked = {target: desired_in_force(documents, one, target) for target, one in sorted(force.versions.items())}
    pending = _pending(documents, record, outcomes, force.versions)
    return Facts(
        bundle=bundle,
        at=now,
        tree=_tree(documents, record),
        asked=list(asked.values()),
        leaves=force.leaves,
        timeline=_timeline(sources, bundle, asked.values(), pending, now, days),
        pending=pending,
        hub=_hub(sources, latest, outcomes, force, asked, now),
    )


def _last_admitted(records: Records, bundle: str) -> CommitRecord | None:
    admitted = records.latest_admitted(bundle)
    return records.find(admitted.id) if admitted else None


def _pending(
    documents: Documents,
    record: CommitRecord | None,
    outcomes: Iterable[TargetOutcome],
    versions: Mapping[Target, Version],
) -> Pending | None:
    """What will be in force once the version is synced; a target that its sync leaves alone stays as it is."""
    if record is None or record.state not in _OPEN:
        return None
    planned = {one.target for one in outcomes if not one.retired and one.state is not State.FAILED}
    retired = {one.target for one in outcomes if one.retired}
    stay = {target: version for target, version in versions.items() if target not in planned | retired}
    asked = stay | dict.fromkeys(planned, record.id)
    targets = tuple(desired_in_force(documents, version, target) for target, version in sorted(asked.items()))
    weight = _weight(documents, record.id)
    return Pending(record.version, record.state.value, weight, DesiredState(bundle=record.bundle, targets=targets))


def _weight(documents: Documents, version: Version) -> str | None:
    """None before it is planned."""
    try:
        return str(json.loads(documents.read(change_set_key(version)))["class"])
    except NotFoundError:
        return None


def _tree(documents: Documents, record: CommitRecord | None) -> tuple[AppNode, ...]:
    """Nothing of a version that was admitted before trees were kept."""
    try:
        return tree_from(json.loads(documents.read(apps_key(record.id)))) if record else ()
    except NotFoundError:
        return ()


def _timeline(
    sources: Sources, bundle: str, asked: Iterable[DesiredTarget], pending: Pending | None, now: datetime, days: int
) -> Timeline:
    """A pending change is taken to come into force at the next midnight of UTC."""
    from backup_apps.domain.page.ahead import Ahead, look_ahead  # loaded when a page is really written

    before = DesiredState(bundle=bundle, targets=tuple(asked))
    after = pending.asked if pending else None
    first = now.date() + timedelta(days=1)
    return look_ahead(Ahead(first, days, before if before.targets else None, after, sources.zone_of))


def _hub(
    sources: Sources,
    latest: CommitRecord,
    outcomes: tuple[TargetOutcome, ...],
    force: InForce,
    asked: Mapping[Target, DesiredTarget],
    now: datetime,
) -> Hub:
    bundle = latest.bundle
    results = sources.rehearsed.results(bundle) if sources.rehearsed else ()
    trust = confidences(force, asked.__getitem__, results, now) if sources.rehearsed else []
    return Hub(
        latest=latest,
        outcomes=outcomes,
        versions=force.commits,
        findings=read_findings(sources.records, sources.findings, bundle),
        trust={(one["app"], one["account"], one["region"]): one for one in trust},
        results=results,
        entries=sources.ledger.latest(bundle, _ENTRIES),
        checkpoint=sources.ledger.last_checkpoint(bundle),
    )
