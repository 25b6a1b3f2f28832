"""Every card there is, with names and texts that a test gives."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backup_apps.domain.approvals.request import ApprovalRequest, Caller, Decision
from backup_apps.domain.cards import approvals, bundles, drift, locks, verification
from backup_apps.domain.cards.card import Card
from backup_apps.domain.closing_locks import HOURS_BEFORE, Closing
from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Actor, Direction, Finding, Kind
from backup_apps.domain.live import LiveLock, LiveVault
from backup_apps.domain.places import Finding as Wrong
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.verification.results import FindingRecord, Result, Trigger
from backup_apps.domain.verification.verdict import Verdict

NOW = datetime(2026, 1, 19, 2, 0, tzinfo=UTC)
HERE = Target("111111111111", "eu-west-1")


def finding(kind: Kind, text: str, number: int = 0, **members: Any) -> Finding:
    known: dict[str, Any] = {"account": HERE.account, "region": HERE.region, "since": NOW.isoformat()}
    known |= {"bundle": "acme", "version": "v1", "kind": kind, "direction": Direction.WEAKENS, "app": "shop"}
    known |= {"resource": f"shop-daily/nightly {text}{number}", "path": f"policy.plans.{text}", "reasons": (text, text)}
    known |= {"desired": {"a": text}, "live": text, "actor": Actor(text, "UpdateBackupPlan", NOW.isoformat())}
    return Finding(**(known | members))


def result(text: str, rule: str, many: int, **members: Any) -> Result:
    wrong = tuple(FindingRecord(verdict=Verdict.FAILED, rule=rule, message=text) for _ in range(many))
    known: dict[str, Any] = {"app": "shop", **HERE._asdict(), "trigger": Trigger.RESTORE, "run": "run", "type": "S3"}
    known |= {"at": NOW.isoformat(), "resource": text, "recovery_point": text, "vault": text, "created": text}
    return Result(**(known | {"job": "job-1", "verdict": Verdict.FAILED, "findings": wrong} | members))


def cards(text: str = "it", many: int = 3) -> Mapping[str, Card]:
    """By what happened. `text` stands wherever somebody else chooses the words; `many` of whatever may be many."""
    version = Version("acme", "v1")
    record = CommitRecord(
        bundle="acme", version="v1", committed=NOW.isoformat(), object_version="o", state=State.FAILED, error=text
    )
    accounts = [f"{number:012}" for number in range(many)]
    failed = [TargetOutcome(account=one, region="eu-west-1", state=State.FAILED, error=text) for one in accounts]
    synced = [one.model_copy(update={"state": State.SYNCED, "error": None}) for one in failed]
    request = ApprovalRequest(
        bundle="acme",
        version="v1",
        digest="d" * 64,
        class_=Class.WEAKENS,
        proposer=text,
        pipeline=text,
        needed=1,
        requested=NOW.isoformat(),
        expires=NOW.isoformat(),
    )
    caller = Caller("999999999999", "AWSReservedSSO_approver", "AROA", text)
    vault = LiveVault(
        name="acme-primary",
        arn=f"arn:aws:backup:eu-west-1:111111111111:backup-vault:{text}",
        recovery_points=many,
        lock=LiveLock(min_days=7, max_days=70, lock_date=NOW.isoformat()),
    )
    closing = [Closing(vault, NOW + timedelta(minutes=hours * 59), hours) for hours in HOURS_BEFORE]
    week = timedelta(days=7)
    wrong = [Wrong("apps/shop.yaml", n, 1, f"policy.{text}", text) for n in range(many)]
    return {
        "rejected": bundles.rejection(version, wrong, text),
        "sync failed": bundles.sync_failure(record, failed),
        "canaries": bundles.canaries_not_well(version, {f"shop-{n}": text for n in range(many)}, many),
        "approval waiting": approvals.approval_waiting(request, has_approvers=False),
        "approval ended": approvals.not_let_pass(record, synced),
        "approval refused": approvals.approval_refused(request, caller, Decision.APPROVE, text),
        "drift": drift.drift_card([finding(Kind.RULE, text, n, app=f"app-{n}") for n in range(many)], ()),
        "every drift": drift.drift_card([finding(kind, text) for kind in Kind], ()),
        "healing stopped": drift.stopped_card(finding(Kind.RULE, text)),
        "backup failed": drift.drift_card([finding(Kind.JOB_FAILED, text, n) for n in range(many)], ()),
        "backup missing": drift.drift_card([finding(Kind.JOB_MISSING, text, n) for n in range(many)], ()),
        "restore failed": verification.verification_failure("acme", result(text, "V001", 1)),
        "restore of nobody's failed": verification.verification_failure("_hub", result(text, "V001", 1, app=None)),
        "verification failed": verification.verification_failure("acme", result(text, "V101", many)),
        "verification overdue": verification.verification_overdue(
            "acme", "shop", HERE, NOW - 2 * week, result(text, "V101", 0), NOW, week
        ),
        **{f"lock, {one.hours} h": locks.lock_closing("acme", "v1", HERE, ["shop"], one, NOW) for one in closing},
    }
