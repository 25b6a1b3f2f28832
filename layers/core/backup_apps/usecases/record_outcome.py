"""The end of a sync: recorded, and told to somebody if a target did not get there."""

from typing import Any

from backup_apps.domain.cards.bundles import sync_failure
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version, join_outcomes, status
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import Reason
from backup_apps.ports.hub import Hub
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.record_refusal import record_refusal
from backup_apps.usecases.requests import Refusal

_FAILURES = (State.FAILED, State.PARTLY_FAILED)
_ENDED = (State.SYNCED, State.SUPERSEDED)


def record_outcome(
    hub: Hub, version: Version, error: str | None = None, refusal: Refusal | None = None
) -> dict[str, Any]:
    """Record how it ended; a target that did not end, failed. `error` says why the sync as a whole broke off, `refusal`
    why it was not let pass."""
    if refusal is not None:
        return record_refusal(hub, version, refusal.error, refusal.cause)
    known = hub.records.find(version)
    if known is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} was never admitted")
    ended = [_end(one, error) for one in sorted(hub.records.outcomes(version), key=lambda one: one.target)]
    state = join_outcomes(ended) if ended or error is None else State.FAILED
    outcome = CommitRecord(**known.model_dump(exclude={"state", "error"}), state=state, error=error)
    happened = happenings.ended(version, state, ended, error)
    if state is State.SUPERSEDED:
        happened.append(happenings.superseded(version, _latest(hub, version)))
    if state in _FAILURES and known != outcome:
        # Before the record, which makes a repeat of the event silent: no alert is lost.
        alert = sync_failure(outcome, ended).alert()
        hub.alerts.publish(alert)
        happened.append(happenings.alerted(version, alert))
    hub.ledger.record(version.bundle, happened)
    hub.records.set_outcomes(version, ended)
    hub.records.set_state(version, state, error)
    checkpoint_ledger(hub, version.bundle, Reason.SYNC)
    return status(outcome, ended)


def _latest(hub: Hub, version: Version) -> str | None:
    latest = hub.records.latest_admitted(version.bundle)
    return latest.version if latest else None


def _end(outcome: TargetOutcome, error: str | None) -> TargetOutcome:
    """A target without changes is synced as it is, now that the version was let pass. If the sync broke off, it may not
    have been, and what it promises is not in force there."""
    if outcome.state in _ENDED and outcome.error is None:
        return outcome
    if outcome.error is None and error is None and outcome.changes == 0 and not outcome.retired:
        return outcome.model_copy(update={"state": State.SYNCED, "writes": outcome.writes or 0, "waits": None})
    reason = outcome.error or error or "its sync never ended"
    return outcome.model_copy(update={"state": State.FAILED, "error": reason, "waits": None})
