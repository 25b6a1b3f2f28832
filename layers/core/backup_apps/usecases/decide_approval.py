"""A person approves or rejects what waits. Whoever may not is refused, on the record and aloud."""

from typing import Any

from backup_apps.domain.approvals import happenings as approvals
from backup_apps.domain.approvals.policy import ApprovalPolicy, read_approval_policy
from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Standing
from backup_apps.domain.approvals.verdict import Ballot, Refused, vote
from backup_apps.domain.cards.approvals import approval_refused
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import NotApprovedError, UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.ports.hub import Hub
from backup_apps.usecases.wake_approval import wake

_TRIES = 5


def decide_approval(hub: Hub, version: Version, ballot: Ballot, caller: Caller | None) -> dict[str, Any]:
    """How the request stands afterwards. Raises NotApprovedError where the decision does not count."""
    policy = read_approval_policy(hub.approval_policy())
    for _ in range(_TRIES):
        request = find_request(hub, version)
        decided = _vote(hub, policy, request, ballot, caller)
        if decided == request or hub.approvals.save(decided):
            return _carry_out(hub, decided)
    raise UnknownCommitError(f"{version.bundle} {version.version} is being decided on by others; try again")


def find_request(hub: Hub, version: Version) -> ApprovalRequest:
    """Raises UnknownCommitError where nothing waits."""
    request = hub.approvals.find(version)
    if request is None:
        raise UnknownCommitError(f"nothing of {version.bundle} {version.version} waits for approval")
    return request


def _vote(
    hub: Hub, policy: ApprovalPolicy, request: ApprovalRequest, ballot: Ballot, caller: Caller | None
) -> ApprovalRequest:
    role = hub.roles.find(caller.role) if caller else None
    decided = vote(request, ballot, caller, role, policy, hub.clock())
    if isinstance(decided, Refused):
        alert = approval_refused(request, caller, ballot.decision, decided.reason).alert()
        hub.alerts.publish(alert)
        refused = approvals.approval_refused(request, caller, ballot, decided.reason, hub.clock())
        hub.ledger.record(request.bundle, [refused, happenings.alerted(request.id, alert, refused.id)])
        raise NotApprovedError(decided.reason)
    return decided


def _carry_out(hub: Hub, request: ApprovalRequest) -> dict[str, Any]:
    """Recorded first, then the execution is woken; a repeat of the decision does both again, to no harm."""
    hub.ledger.record(request.bundle, [approvals.voted(request, cast) for cast in request.votes])
    if request.standing is Standing.WAITING:
        return shown(request)
    return {**shown(request), "woken": wake(hub, request)}


def shown(request: ApprovalRequest) -> dict[str, Any]:
    """The request for those who decide: without what wakes the execution."""
    document = request.model_dump(mode="json", exclude={"token", "revision", "class_"})
    return {**document, "class": request.class_.value}
