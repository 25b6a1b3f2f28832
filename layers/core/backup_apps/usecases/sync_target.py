"""The sync of one target: its change set carried out, once, and only while it is still what was planned."""

import json
from datetime import datetime
from typing import Any

from backup_apps.domain.changes import ChangeSet, Write, change_set_from
from backup_apps.domain.commits import State, TargetOutcome, Version, left_behind
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import ConflictError, MovedError, TargetBusyError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.whole import digest_of_target
from backup_apps.domain.sessions import SyncSession
from backup_apps.domain.state_documents import changes_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.apply_on_the_books import Run, apply_on_the_books
from backup_apps.usecases.compare_target import compare, known_plan_versions
from backup_apps.usecases.governed import desired_in_force, is_overtaken


def sync_target(
    hub: Hub,
    version: Version,
    target: Target,
    digest: str | None,
    holder: str,
    until: datetime,
    closes: datetime | None = None,
) -> dict[str, Any]:
    """Carry out what was planned and is not done yet: a repeat writes nothing, an interrupted sync is carried on.

    `digest` is of the changes that were let pass: nothing else is carried out. `holder` names this run, which holds the
    target against other syncs of the bundle until it ends, or until `until`, when it would be killed. Raises MovedError
    if live state needs a change that was not planned. From `closes` on nothing is begun; what was begun is finished.
    """
    if not hub.records.hold(version.bundle, target, holder, hub.clock(), until):
        raise TargetBusyError(f"another sync of {version.bundle} is still writing in {target}")
    try:
        known = hub.records.outcome(version, target) or TargetOutcome(**target._asdict())
        if closes is not None and hub.clock() >= closes and known.state is not State.SYNCING:
            return {**target._asdict(), "state": State.PLANNED.value, "writes": 0}
        return _sync(hub, version, known, digest, holder)
    finally:
        hub.records.release(version.bundle, target, holder)


def _sync(hub: Hub, version: Version, known: TargetOutcome, digest: str | None, holder: str) -> dict[str, Any]:
    target = known.target
    if is_overtaken(hub.records, version):
        return _ended(hub, version, left_behind(known, State.SUPERSEDED), 0)
    hub.records.set_state(version, State.SYNCING)
    if not known.retired:
        # A commit that took it away may have forgotten it after this one was admitted; while it is held, nobody does.
        hub.records.remember_target(version.bundle, target)
    planned = change_set_from(json.loads(hub.documents.read(changes_key(version, target))))
    if digest_of_target(planned) != digest:
        raise MovedError("the change set is not the one that was let pass: it was planned again since")
    desired = desired_in_force(hub.documents, version, target)
    plan_versions = known_plan_versions(hub.documents, version.bundle, target)
    member = hub.members.for_syncing(desired, SyncSession(version, _approvers(hub, version)))
    now, live = compare(member, desired, version.bundle, plan_versions)
    _check_still_planned(planned, now)
    if now.writes:
        _begin(hub, version, target)
    found = _carried_out(planned, now) if known.state is State.SYNCING else ()
    writes = apply_on_the_books(hub.ledger, Run(version, target, holder), member, now.writes, live, found)
    if known.retired:
        hub.records.forget_target(version.bundle, target)
    return _ended(hub, version, _synced(known, len(found) + writes), writes)


def _approvers(hub: Hub, version: Version) -> str | None:
    """Who let the change set pass, where somebody had to: the member account's trail names them, too."""
    request = hub.approvals.find(version)
    return " ".join(request.approvers) if request and request.approvers else None


def _begin(hub: Hub, version: Version, target: Target) -> None:
    """Before the first write: from now on live state may hold a part of this version, and a run that is killed is
    carried on whatever its window says."""
    hub.records.set_outcome(version, TargetOutcome(**target._asdict(), state=State.SYNCING, begun=True))


def _check_still_planned(planned: ChangeSet, now: ChangeSet) -> None:
    if now.conflicts:
        raise ConflictError(now.conflicts)
    unplanned = [change.title for change in now.writes if change not in planned.writes]
    if unplanned:
        raise MovedError(f"live state changed since it was planned ({', '.join(unplanned)}); push again to plan anew")


def _carried_out(planned: ChangeSet, now: ChangeSet) -> tuple[Write, ...]:
    """By a run before, of which nobody heard how it ended: it may have been killed before it recorded its calls."""
    return tuple(change for change in planned.writes if change not in now.writes)


def _synced(known: TargetOutcome, writes: int) -> TargetOutcome:
    """With all that this version wrote there, in killed runs and earlier rounds too: a repeat changes nothing of it."""
    total = (known.writes or 0) + writes
    return known.model_copy(update={"state": State.SYNCED, "writes": total, "error": None, "waits": None})


def _ended(hub: Hub, version: Version, outcome: TargetOutcome, writes: int) -> dict[str, Any]:
    """The ledger first: from then on the version is in force there. The end of the version finds it told."""
    hub.ledger.record(version.bundle, [happenings.target_ended(version, outcome)])
    hub.records.set_outcome(version, outcome)
    return {**outcome.target._asdict(), "state": outcome.state.value, "writes": writes}
