"""Whether somebody may decide on a request, and how it stands afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.approvals.policy import SSO_PATH, ApprovalPolicy
from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Decision, Standing, Vote


class Refused(NamedTuple):
    """The decision does not count; nothing is changed by it."""

    reason: str


class Role(NamedTuple):
    """A role as it is now in the hub's account. A role that is made anew under its name has another unique id."""

    arn: str
    id: str


class Ballot(NamedTuple):
    """What somebody says, about which change set."""

    decision: Decision
    digest: str
    reason: str | None = None


def caller_of(identity: Mapping[str, Any]) -> Caller | None:
    """The caller of a function URL with AWS_IAM (`requestContext.authorizer.iam`); None for all but a role's session.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
    """
    resource = str(identity.get("userArn", "")).rpartition(":")[2].split("/")
    role_id, _, session = str(identity.get("userId") or identity.get("callerId") or "").partition(":")
    if len(resource) != 3 or resource[0] != "assumed-role" or not session or resource[2] != session:
        return None
    return Caller(str(identity.get("accountId", "")), resource[1], role_id, session)


def vote(
    request: ApprovalRequest,
    ballot: Ballot,
    caller: Caller | None,
    role: Role | None,
    policy: ApprovalPolicy,
    now: datetime,
) -> ApprovalRequest | Refused:
    """The request after the decision. The same person saying the same again changes nothing."""
    refusal = _stranger(caller, role, policy) or _stale(request, ballot, now)
    if refusal or caller is None or role is None:
        return Refused(refusal or "")
    if request.standing is not Standing.WAITING:
        return request
    mine = Vote(
        user=caller.user,
        role=role.arn,
        role_id=role.id,
        decision=ballot.decision,
        at=now.isoformat(timespec="seconds"),
        reason=ballot.reason,
    )
    if ballot.decision is Decision.REJECT:
        return request.model_copy(update={"votes": (*request.votes, mine), "standing": Standing.REJECTED})
    return _approve(request, mine)


def _stranger(caller: Caller | None, role: Role | None, policy: ApprovalPolicy) -> str | None:
    """Why the caller is nobody who may decide."""
    if caller is None:
        return "only a person may decide: call with a role of IAM Identity Center, not as a user, root or a service"
    known = role is not None and role.id == caller.role_id and f":role{SSO_PATH}" in role.arn
    if role is None or not known or not policy.is_approver(role.arn):
        configured = ", ".join(policy.approver_roles) or "none: set approverRoles in the parameter ApprovalPolicy"
        return f"{caller.role} is no approver's role here; configured are {configured}"
    return None


def _stale(request: ApprovalRequest, ballot: Ballot, now: datetime) -> str | None:
    """Why there is nothing to decide any more, or not on this."""
    if ballot.digest != request.digest:
        return (
            f"this is about change set {ballot.digest[:12]}, and {request.bundle} {request.version} now waits with "
            f"{request.digest[:12]}: it was planned again; read it, then decide on that"
        )
    if request.standing is not Standing.WAITING and not _repeats(request, ballot):
        return f"{request.bundle} {request.version} is {request.standing.value} already"
    if request.standing is Standing.WAITING and request.is_over(now):
        return f"the time to decide on {request.bundle} {request.version} ran out at {request.expires}; push it again"
    return None


def _repeats(request: ApprovalRequest, ballot: Ballot) -> bool:
    """Whether what is said again was decided so: then it only wakes what may still wait."""
    decided = {Decision.APPROVE: Standing.APPROVED, Decision.REJECT: Standing.REJECTED}
    return request.standing is decided[ballot.decision]


def _approve(request: ApprovalRequest, mine: Vote) -> ApprovalRequest | Refused:
    if request.proposer is not None and mine.user.casefold() == request.proposer.casefold():
        return Refused(f"{mine.user} proposed {request.bundle} {request.version} and can't approve it; ask another")
    if mine.user.casefold() in map(str.casefold, request.approvers):
        return request
    votes = (*request.votes, mine)
    enough = len(request.approvers) + 1 >= request.needed
    standing = Standing.APPROVED if enough else Standing.WAITING
    return request.model_copy(update={"votes": votes, "standing": standing})
