"""What on-call and approvers are told of approvals."""

from collections.abc import Iterable

from backup_apps.domain.alerts import Alert, one_line_subject
from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Decision
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome

_LISTED = 20


def approval_waiting(request: ApprovalRequest, has_approvers: bool) -> Alert:
    """A version waits: what it does to protection, who proposed it, how long it waits, how to decide."""
    people = "one approval" if request.needed == 1 else f"{request.needed} approvals"
    lines = [
        f"Bundle {request.bundle}, version {request.version} waits for {people}: it {_does(request)}.",
        "",
        f"Proposed by {request.proposer or 'somebody unknown'}, through {request.pipeline}.",
        f"Change set {request.digest[:12]}. It waits until {request.expires}; then nothing of it is written.",
        *([] if has_approvers else ["Nobody can approve it: the hub's ApprovalPolicy names no approver role."]),
        "",
        f"Next: backup-apps approve {request.bundle} {request.version}    (shows what it changes, then asks)",
        f"      backup-apps reject {request.bundle} {request.version} --reason ...",
    ]
    document = {
        "type": "approval-waiting",
        **request.model_dump(mode="json", include={"bundle", "version", "digest", "proposer", "needed", "expires"}),
        "class": request.class_.value,
    }
    subject = f"{request.bundle} {request.version} waits for approval: {request.class_.value}"
    return Alert(one_line_subject(subject), "\n".join(lines), document, "warning", request.bundle)


def not_let_pass(record: CommitRecord, outcomes: Iterable[TargetOutcome]) -> Alert:
    """A version that waited ended without an approval, perhaps when a part of it was written already."""
    written = [str(one.target) for one in outcomes if one.state is State.SYNCED]
    more = f" and {len(written) - _LISTED} more" if len(written) > _LISTED else ""
    already = f"Written already: {', '.join(written[:_LISTED])}{more}. The rest"
    ahead = already if written else "Nothing of it was written, and it"
    lines = [
        f"Bundle {record.bundle}, version {record.version} was not let pass: {record.error}.",
        f"{ahead} will not be.",
        "",
        f"Next: backup-apps status {record.bundle} --version {record.version}",
        *(["      backup-apps push DIR --rollback-to ...    (takes back what was written)"] if written else []),
    ]
    document = {
        "type": "approval-ended",
        **record.model_dump(mode="json", include={"bundle", "version", "state", "error"}),
        "written": written[:_LISTED],
    }
    subject = f"{record.bundle} {record.version} was not let pass" + (", and is partly written" if written else "")
    severity = "error" if written else "warning"
    return Alert(one_line_subject(subject), "\n".join(lines), document, severity, record.bundle)


def approval_refused(request: ApprovalRequest, caller: Caller | None, decision: Decision, reason: str) -> Alert:
    """Somebody tried to decide who may not, or on what no longer waits."""
    who = f"{caller.user} ({caller.role} of {caller.account})" if caller else "somebody without a role's session"
    lines = [
        f"{who} tried to {decision.value} bundle {request.bundle}, version {request.version}, and was refused.",
        f"Cause: {reason}.",
        "",
        f"Next: backup-apps history {request.bundle}; if nobody expected this, look for {who} in CloudTrail.",
    ]
    document = {
        "type": "approval-refused",
        "bundle": request.bundle,
        "version": request.version,
        "decision": decision.value,
        "reason": reason,
        "caller": caller._asdict() if caller else None,
    }
    subject = f"{request.bundle} {request.version}: a decision was refused"
    return Alert(one_line_subject(subject), "\n".join(lines), document, "error", request.bundle)


def _does(request: ApprovalRequest) -> str:
    does = {"irreversible": "does what can't be undone", "weakens": "weakens protection"}
    return does.get(request.class_.value, f"{request.class_.value}, and nothing goes ahead by itself here")
