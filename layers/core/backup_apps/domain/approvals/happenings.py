"""What the ledger keeps of approvals: requests, decisions, refusals, and the end of the time."""

from datetime import datetime
from typing import Any

from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Vote
from backup_apps.domain.approvals.verdict import Ballot
from backup_apps.domain.ledger.entries import Happening, Kind


def approval_requested(request: ApprovalRequest) -> Happening:
    facts = _of(request) | {
        "decision": "requested",
        "class": request.class_.value,
        "needed": request.needed,
        "expires": request.expires,
        "proposer": request.proposer,
    }
    return Happening(Kind.APPROVAL, f"{_path(request)}/requested", facts)


def voted(request: ApprovalRequest, vote: Vote) -> Happening:
    facts = _of(request) | {
        "decision": vote.decision.value,
        "by": vote.user,
        "role": vote.role,
        "role_id": vote.role_id,
        "reason": vote.reason,
        "cast": vote.at,
    }
    return Happening(Kind.APPROVAL, f"{_path(request)}/{vote.decision.value}/{vote.user.casefold()}", facts)


def approval_refused(
    request: ApprovalRequest, caller: Caller | None, ballot: Ballot, reason: str, now: datetime
) -> Happening:
    """Each attempt is one of its own."""
    by = caller.user if caller else "unknown"
    facts = _of(request) | {
        "decision": "refused",
        "tried": ballot.decision.value,
        "on_digest": ballot.digest,
        "by": by,
        "role": caller.role if caller else None,
        "reason": reason,
    }
    identity = f"{_path(request)}/refused/{by}/{now.isoformat()}"
    return Happening(Kind.APPROVAL, identity, facts)


def approval_ended(request: ApprovalRequest) -> Happening:
    """By itself: the time ran out, or a later version came."""
    return Happening(
        Kind.APPROVAL,
        f"{_path(request)}/{request.standing.value}",
        _of(request) | {"decision": request.standing.value},
    )


def _of(request: ApprovalRequest) -> dict[str, Any]:
    return {"version": request.version, "digest": request.digest}


def _path(request: ApprovalRequest) -> str:
    return f"approval/{request.bundle}/{request.version}/{request.digest[:16]}"
