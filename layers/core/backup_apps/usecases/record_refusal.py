"""A version that nobody let pass: rejected, out of time, or overtaken by a later one. Nothing of it was written."""

from typing import Any

from backup_apps.domain.approvals.happenings import approval_ended
from backup_apps.domain.approvals.request import Standing
from backup_apps.domain.commits import State, Version, status
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.ports.hub import Hub
from backup_apps.usecases.wake_approval import REJECTED, SUPERSEDED

_OUT_OF_TIME = "nobody decided in time, so nothing was written; push it as a new version to ask again"


def record_refusal(hub: Hub, version: Version, error: str, cause: str) -> dict[str, Any]:
    """Record how the wait ended; `error` is the name under which the state machine caught it."""
    known = hub.records.find(version)
    if known is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} was never admitted")
    state = State.SUPERSEDED if error == SUPERSEDED else State.REJECTED
    reason = cause if error in (REJECTED, SUPERSEDED) else _OUT_OF_TIME
    if error not in (REJECTED, SUPERSEDED):
        _expire(hub, version)
    ended = [
        one if one.state is State.FAILED else one.model_copy(update={"state": state, "error": reason})
        for one in hub.records.outcomes(version)
    ]
    happened = happenings.ended(version, state, ended, reason)
    happened += [happenings.superseded(version, None)] if state is State.SUPERSEDED else []
    hub.ledger.record(version.bundle, happened)
    hub.records.set_outcomes(version, ended)
    hub.records.set_state(version, state, reason)
    return status(known.model_copy(update={"state": state, "error": reason}), ended)


def _expire(hub: Hub, version: Version) -> None:
    request = hub.approvals.find(version)
    if request is not None and request.standing is Standing.WAITING:
        expired = request.model_copy(update={"standing": Standing.EXPIRED})
        hub.ledger.record(version.bundle, [approval_ended(expired)])
        hub.approvals.save(expired)
