"""Cards of approvals: a version waits, ended without one, or somebody decided who may not."""

from collections.abc import Iterable

from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Decision
from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome

_LISTED = 20


def approval_waiting(request: ApprovalRequest, has_approvers: bool) -> Card:
    """A version waits: what it does to protection, who proposed it, how long it waits, how to decide."""
    people = "one approval" if request.needed == 1 else f"{request.needed} approvals"
    nobody = ["Nobody can approve it: the hub's ApprovalPolicy names no approver role."] if not has_approvers else []
    return Card(
        type="approval-waiting",
        severity=Severity.WARNING,
        bundle=request.bundle,
        subject=f"{request.bundle} {request.version} waits for approval: {request.class_.value}",
        head=(
            f"Bundle {request.bundle}, version {request.version} waits for {people}.",
            f"Cause: it {_does(request)}.",
        ),
        blocks=(
            (
                f"Proposed by {request.proposer or 'somebody unknown'}, through {request.pipeline}.",
                f"Change set {request.digest[:12]}. It waits until {request.expires}; then nothing of it is written.",
                *nobody,
            ),
        ),
        next=(
            f"backup-apps approve {request.bundle} {request.version}  # shows what it changes, then asks",
            f"backup-apps reject {request.bundle} {request.version} --reason REASON",
        ),
        document={
            **request.model_dump(mode="json", include={"bundle", "version", "digest", "proposer", "needed", "expires"}),
            "class": request.class_.value,
        },
    )


def not_let_pass(record: CommitRecord, outcomes: Iterable[TargetOutcome]) -> Card:
    """A version that waited ended without an approval, perhaps when a part of it was written already."""
    written = [one for one in outcomes if one.state is State.SYNCED]
    named = [str(one.target) for one in written]
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    already = f"Written already: {', '.join(named[:_LISTED])}{more}. The rest"
    return Card(
        type="approval-ended",
        severity=Severity.ERROR if written else Severity.WARNING,
        bundle=record.bundle,
        subject=f"{record.bundle} {record.version} was not let pass" + (", and is partly written" if written else ""),
        head=(
            f"Bundle {record.bundle}, version {record.version} was not let pass: {record.error}.",
            f"{already if written else 'Nothing of it was written, and it'} will not be.",
        ),
        about=tuple(About(*one.target, version=record.version) for one in written),
        next=(
            f"backup-apps status {record.bundle} --version {record.version}",
            *(["backup-apps push DIR --rollback-to VERSION  # takes back what was written"] if written else []),
        ),
        document={
            **record.model_dump(mode="json", include={"bundle", "version", "state", "error"}),
            "written": named[:_LISTED],
        },
    )


def approval_refused(request: ApprovalRequest, caller: Caller | None, decision: Decision, reason: str) -> Card:
    """Somebody tried to decide who may not, or on what no longer waits."""
    who = f"{caller.user} ({caller.role} of {caller.account})" if caller else "somebody without a role's session"
    return Card(
        type="approval-refused",
        severity=Severity.ERROR,
        bundle=request.bundle,
        subject=f"{request.bundle} {request.version}: a decision was refused",
        head=(
            f"{who} tried to {decision.value} bundle {request.bundle}, version {request.version}, and was refused.",
            f"Cause: {reason}.",
        ),
        next=(f"backup-apps history {request.bundle}",),
        remarks=(f"If nobody expected this, look for {who} in CloudTrail.",),
        document={
            "version": request.version,
            "decision": decision.value,
            "reason": reason,
            "caller": caller._asdict() if caller else None,
        },
    )


def _does(request: ApprovalRequest) -> str:
    does = {"irreversible": "does what can't be undone", "weakens": "weakens protection"}
    return does.get(request.class_.value, f"{request.class_.value}, and nothing goes ahead by itself here")
