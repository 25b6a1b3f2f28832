"""The end of a sync: recorded, and told to somebody if a target did not get there."""

from collections.abc import Sequence
from typing import Any

from backup_apps.domain.alerts import sync_failure
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version, join_outcomes, status
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import Reason
from backup_apps.ports import Hub
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.record_refusal import record_refusal
from backup_apps.usecases.requests import Refusal

_FAILURES = (State.FAILED, State.PARTLY_FAILED)
_ENDED = (State.SYNCED, State.SUPERSEDED)


def record_outcome(
    hub: Hub,
    version: Version,
    outcomes: Sequence[TargetOutcome],
    error: str | None = None,
    refusal: Refusal | None = None,
) -> dict[str, Any]:
    """Record how each target ended; one that did not end, failed. `error` says why the sync as a whole broke off,
    `refusal` why it was not let pass."""
    if refusal is not None:
        return record_refusal(hub, version, refusal.error, refusal.cause)
    known = hub.records.find(version)
    if known is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} was never admitted")
    ended = _ended(hub.records.outcomes(version), outcomes, error)
    state = join_outcomes(ended) if ended or error is None else State.FAILED
    outcome = CommitRecord(**known.model_dump(exclude={"state", "error"}), state=state, error=error)
    happened = happenings.ended(version, state, ended, error)
    if state is State.SUPERSEDED:
        happened.append(happenings.superseded(version, _latest(hub, version)))
    if state in _FAILURES and known != outcome:
        # Before the record, which makes a repeat of the event silent: no alert is lost.
        alert = sync_failure(outcome, ended)
        hub.alerts.publish(alert)
        happened.append(happenings.alerted(version, alert))
    hub.ledger.record(version.bundle, happened)
    hub.records.set_outcomes(version, ended)
    hub.records.set_state(version, state, error)
    for one in ended:
        if one.retired and one.state is State.SYNCED:
            hub.records.forget_target(version.bundle, one.target)
    checkpoint_ledger(hub, version.bundle, Reason.SYNC)
    return status(outcome, ended)


def _latest(hub: Hub, version: Version) -> str | None:
    latest = hub.records.latest_admitted(version.bundle)
    return latest.version if latest else None


def _ended(
    recorded: Sequence[TargetOutcome], reported: Sequence[TargetOutcome], error: str | None
) -> list[TargetOutcome]:
    """What is reported wins; a target that nobody reports keeps its recorded failure, or takes that of the whole."""
    by_target = {one.target: one for one in reported}
    known = {one.target: one for one in recorded}
    return [_end(known.get(target), by_target.get(target), error) for target in sorted(known.keys() | by_target.keys())]


def _end(recorded: TargetOutcome | None, reported: TargetOutcome | None, error: str | None) -> TargetOutcome:
    if recorded is not None and reported is not None:
        changes = recorded.changes if reported.changes is None else reported.changes
        kept = {"retired": recorded.retired, "looked_up": recorded.looked_up}
        reported = reported.model_copy(update={**kept, "changes": changes})
    outcome = reported or recorded
    assert outcome is not None
    if outcome.state in _ENDED and outcome.error is None:
        return outcome
    reason = outcome.error or error or "its sync never ended"
    return outcome.model_copy(update={"state": State.FAILED, "error": reason})
