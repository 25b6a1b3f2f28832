"""The execution that waits for a decision goes on, or gives up."""

from backup_apps.domain.approvals.happenings import approval_ended
from backup_apps.domain.approvals.request import ApprovalRequest, Decision, Standing
from backup_apps.domain.commits import Commit
from backup_apps.ports.hub import Hub

REJECTED, SUPERSEDED = "ApprovalRejected", "ApprovalSuperseded"
"""The names of the errors that the state machine tells apart."""


def wake(hub: Hub, request: ApprovalRequest) -> bool:
    """Whether something waited. A wait that is over already is no error: somebody was faster, or its time ran out."""
    if request.standing is Standing.APPROVED:
        return hub.waits.go_on(request.token, {"approvers": list(request.approvers)})
    if request.standing is Standing.REJECTED:
        by = next(vote for vote in reversed(request.votes) if vote.decision is Decision.REJECT)
        return hub.waits.give_up(request.token, REJECTED, f"rejected by {by.user}: {by.reason or 'no reason given'}")
    if request.standing is Standing.SUPERSEDED:
        return hub.waits.give_up(request.token, SUPERSEDED, f"a later version of {request.bundle} was committed")
    return False


def supersede(hub: Hub, request: ApprovalRequest) -> ApprovalRequest:
    """How the request stands once it does not wait any more, whoever votes on it at the same time.

    Woken first, then saved: what is saved as superseded is looked for by nobody who might wake it.
    """
    while request.standing is Standing.WAITING:
        superseded = request.model_copy(update={"standing": Standing.SUPERSEDED})
        hub.ledger.record(request.bundle, [approval_ended(superseded)])
        wake(hub, superseded)
        request = superseded if hub.approvals.save(superseded) else hub.approvals.find(request.id) or superseded
    return request


def supersede_waiting(hub: Hub, commit: Commit) -> None:
    """Versions that wait for a decision wait for nothing once a later one is committed."""
    for request in hub.approvals.waiting(commit.bundle):
        known = hub.records.find(request.id)
        if known is not None and known.order < commit.order:
            supersede(hub, request)
