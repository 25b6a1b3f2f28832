"""A planned version goes ahead by itself, or waits for people: what the deployment's approval policy says."""

from datetime import timedelta
from typing import Any

from backup_apps.domain.approvals.happenings import approval_requested
from backup_apps.domain.approvals.policy import ApprovalPolicy, read_approval_policy
from backup_apps.domain.approvals.request import ApprovalRequest, Standing, people_needed
from backup_apps.domain.cards.approvals import approval_waiting
from backup_apps.domain.commits import State, Version
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.provenance.record import Provenance
from backup_apps.ports.hub import Hub
from backup_apps.usecases.governed import is_overtaken
from backup_apps.usecases.wake_approval import supersede, wake


def request_approval(
    hub: Hub, version: Version, class_: Class, digest: str, token: str, seconds: int
) -> dict[str, Any]:
    """Wake the waiting execution if nobody has to be asked, or was already; else ask, and leave it waiting.

    `token` wakes it; `seconds` is how long it waits. The step may be tried again, each time with another token.
    """
    policy = read_approval_policy(hub.approval_policy())
    if policy.goes_ahead(class_):
        hub.waits.go_on(token, {"approvers": []})
        return {"standing": "by-itself"}
    request = _request(hub, policy, version, class_, digest, seconds)
    _record(hub, request)
    kept = hub.approvals.ask(request.model_copy(update={"token": token}))
    # By a commit that was admitted before this one asked, and so found nothing that waits.
    if kept.standing is Standing.WAITING and is_overtaken(hub.records, version):
        kept = supersede(hub, kept)
    if kept.standing is Standing.WAITING:
        _tell(hub, policy, kept)
    else:
        wake(hub, kept)
    return {"standing": kept.standing.value}


def _request(
    hub: Hub, policy: ApprovalPolicy, version: Version, class_: Class, digest: str, seconds: int
) -> ApprovalRequest:
    record = hub.records.find(version)
    provenance = record.provenance if record else None
    proposer = policy.user_behind(provenance)
    now = hub.clock()
    return ApprovalRequest(
        bundle=version.bundle,
        version=version.version,
        digest=digest,
        class_=class_,
        proposer=proposer,
        pipeline=_pipeline(provenance),
        needed=people_needed(class_, proposer),
        requested=now.isoformat(timespec="seconds"),
        expires=(now + timedelta(seconds=seconds)).isoformat(timespec="seconds"),
    )


def _pipeline(provenance: Provenance | None) -> str:
    if provenance is None:
        return "unknown"
    return f"{provenance.subject} ({provenance.issuer})" + (f", {provenance.actor}" if provenance.actor else "")


def _record(hub: Hub, request: ApprovalRequest) -> None:
    """Before anybody can decide, so that nothing is said to wait which somebody has decided on."""
    hub.ledger.record(request.bundle, [approval_requested(request)])
    outcomes = hub.records.outcomes(request.id)
    waiting = [
        one.model_copy(update={"state": State.WAITING_APPROVAL}) for one in outcomes if one.state is State.PLANNED
    ]
    hub.records.set_outcomes(request.id, waiting)


def _tell(hub: Hub, policy: ApprovalPolicy, request: ApprovalRequest) -> None:
    """The state comes last: it says that there is something to decide on.

    It stays `syncing` where the version was planned again after a part of it was written: that part is no drift.
    """
    alert = approval_waiting(request, bool(policy.approver_roles)).alert()
    hub.alerts.publish(alert)
    hub.ledger.record(request.bundle, [happenings.alerted(request.id, alert, request.digest)])
    hub.records.set_state(request.id, State.WAITING_APPROVAL, after=State.PLANNED)
