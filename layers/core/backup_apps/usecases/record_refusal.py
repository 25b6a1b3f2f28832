"""A version that nobody let pass: rejected, out of time, or overtaken by a later one.

What of it was not written by then is not written any more.
"""

from collections.abc import Sequence
from typing import Any

from backup_apps.domain.approvals.happenings import approval_ended
from backup_apps.domain.approvals.request import Standing
from backup_apps.domain.cards.approvals import not_let_pass
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version, left_behind, status
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import Reason
from backup_apps.ports.hub import Hub
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.wake_approval import REJECTED, SUPERSEDED

_OUT_OF_TIME = "nobody decided in time; push it as a new version to ask again"


def record_refusal(hub: Hub, version: Version, error: str, cause: str) -> dict[str, Any]:
    """Record how the wait ended; `error` is the name under which the state machine caught it. On-call is told where
    nobody decided, and where a part of the version was written before it was planned again."""
    known = hub.records.find(version)
    if known is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} was never admitted")
    state = State.SUPERSEDED if error == SUPERSEDED else State.REJECTED
    reason = cause if error in (REJECTED, SUPERSEDED) else _OUT_OF_TIME
    if reason == _OUT_OF_TIME:
        _expire(hub, version)
    outcomes = sorted(hub.records.outcomes(version), key=lambda one: one.target)
    ended = [one if one.state is State.FAILED else left_behind(one, state, reason) for one in outcomes]
    outcome = known.model_copy(update={"state": _whole(ended, state), "error": reason})
    _record(hub, known, outcome, ended)
    checkpoint_ledger(hub, version.bundle, Reason.SYNC)
    return status(outcome, ended)


def _record(hub: Hub, known: CommitRecord, outcome: CommitRecord, ended: Sequence[TargetOutcome]) -> None:
    """The state comes last, since it makes a repeat of the event silent."""
    happened = happenings.ended(outcome.id, outcome.state, ended, outcome.error)
    happened += [happenings.superseded(outcome.id, None)] if outcome.state is State.SUPERSEDED else []
    if outcome != known and (outcome.state is State.PARTLY_FAILED or outcome.error == _OUT_OF_TIME):
        alert = not_let_pass(outcome, ended).alert()
        hub.alerts.publish(alert)
        happened.append(happenings.alerted(outcome.id, alert))
    hub.ledger.record(outcome.bundle, happened)
    hub.records.set_outcomes(outcome.id, ended)
    hub.records.set_state(outcome.id, outcome.state, outcome.error)


def _whole(ended: Sequence[TargetOutcome], state: State) -> State:
    is_written = any(one.state is State.SYNCED for one in ended)
    return State.PARTLY_FAILED if is_written and state is State.REJECTED else state


def _expire(hub: Hub, version: Version) -> None:
    """Again where somebody votes at that very moment: the execution waits no longer, whatever they say."""
    while (request := hub.approvals.find(version)) is not None and request.standing is Standing.WAITING:
        expired = request.model_copy(update={"standing": Standing.EXPIRED})
        hub.ledger.record(version.bundle, [approval_ended(expired)])
        if hub.approvals.save(expired):
            return
