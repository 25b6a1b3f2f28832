"""The bundle in examples/acme as a hub might know it: some weeks in use, one change waiting for approval, one sync that
failed, a console edit that nobody put back, a restore that took too long."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backup_apps.domain.commits import Commit, CommitRecord, State, TargetOutcome, Waits
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.drift.findings import Actor, Direction, Finding, Kind
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.handling import Covered, Handling
from backup_apps.domain.ledger.entries import EMPTY, Checkpoint, Entry, Happening, Reason, chained, head_of
from backup_apps.domain.ledger.entries import Kind as Entered
from backup_apps.domain.page.ahead import Ahead, look_ahead
from backup_apps.domain.page.facts import Facts, Hub, Pending
from backup_apps.domain.page.tree import tree_of
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.provenance.record import Grant, Provenance
from backup_apps.domain.verification.results import FindingRecord, Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.offline_wiring import resolve_source
from backup_apps.wiring import zone_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme"
NOW = datetime(2026, 11, 26, 7, 40, tzinfo=UTC)
PROD, MEDIA = Target("111111111111", "eu-west-1"), Target("111111111111", "us-east-1")
DEV, DEV_US = Target("222222222222", "eu-west-1"), Target("222222222222", "us-east-1")
RTO = {"payments": 240, "media": 480, "fleet": 720}
"""Minutes."""
KEY = "arn:aws:kms:eu-west-1:999999999999:key/1b7c0c5e-6a34-4be5-9f6e-2b0a4c1d9e55"
PIPELINE = Provenance(
    issuer="https://token.actions.githubusercontent.com",
    subject="repo:acme/backup-policies:ref:refs/heads/main",
    jti="1",
    actor="mira.k",
    grant=Grant(apps=("*",), vaults=("*",)),
)


def facts(folder: Path) -> Facts:
    """`folder` takes the bundle as it is to become: payments kept for 35 days, and not for 70."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    payments = folder / "apps" / "prod" / "payments.yaml"
    payments.write_text(payments.read_text().replace("delete: 70d", "delete: 35d"))
    now, then = resolve_source(EXAMPLE), resolve_source(folder)
    assert now.state
    assert then.state
    asked = _wanting_cover(now.state)
    first = NOW.date() + timedelta(days=1)
    return Facts(
        bundle="acme",
        at=NOW,
        tree=tree_of(now.heirs),
        asked=asked.targets,
        leaves=[_promising(leaf) for leaf in governance_of(now).leaves],
        timeline=look_ahead(Ahead(first, 120, asked, then.state, zone_of)),
        pending=Pending("2026-11-26.1", State.WAITING_APPROVAL.value, "weakens", then.state),
        hub=_hub(),
    )


def _wanting_cover(state: DesiredState) -> DesiredState:
    wanted = {PROD: ("payments", ("DynamoDB", "RDS")), MEDIA: ("media", ("S3",))}
    targets = [
        one.model_copy(
            update={"handling": Handling(covered=(Covered(app=wanted[one.target][0], types=wanted[one.target][1]),))}
        )
        if one.target in wanted
        else one
        for one in state.targets
    ]
    return state.model_copy(update={"targets": tuple(targets)})


def _promising(leaf: LeafGovernance) -> LeafGovernance:
    verification = {"rto": RTO[leaf.app], "maxAge": 10080} if leaf.app in RTO else {}
    return leaf._replace(verification=verification)


def _commit(version: str, at: str, state: State) -> CommitRecord:
    return CommitRecord(
        bundle="acme", version=version, committed=at, object_version="v", state=state, provenance=PIPELINE
    )


def _hub() -> Hub:
    latest = _commit("2026-11-26.1", "2026-11-26T07:12:05+00:00", State.WAITING_APPROVAL)
    older = _commit("2026-11-19.2", "2026-11-19T09:30:11+00:00", State.PARTLY_FAILED)
    before = _commit("2026-11-04.1", "2026-11-04T14:02:45+00:00", State.SYNCED)
    entries = tuple(reversed(list(ledger())))
    return Hub(
        latest=latest,
        outcomes=tuple(_outcomes()),
        versions={one: Commit(**_bare(before if one == DEV_US else older)) for one in (PROD, MEDIA, DEV, DEV_US)},
        findings=_findings(),
        trust=_trust(),
        results=tuple(sorted(_results(), key=lambda one: one.at)),
        entries=entries,
        checkpoint=_checkpoint(entries[3]),
    )


def _bare(record: CommitRecord) -> dict[str, Any]:
    return record.model_dump(include=set(Commit.model_fields))


def _outcomes() -> Iterator[TargetOutcome]:
    denied = "CreateBackupSelection: the role acme-backup can't be assumed by AWS Backup"
    waits = Waits(why="waits for an approval")
    yield TargetOutcome(**PROD._asdict(), state=State.WAITING_APPROVAL, changes=1, waits=waits)
    for one in (MEDIA, DEV):
        yield TargetOutcome(**one._asdict(), state=State.SYNCED, changes=0, writes=0)
    yield TargetOutcome(**DEV_US._asdict(), state=State.FAILED, changes=1, error=denied)


def _trust() -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        ("payments", *PROD): {"percent": 97, "reasons": []},
        ("fleet", *PROD): {"percent": 62, "reasons": ["the last restore of a volume is 19 days old"]},
        ("media", *MEDIA): {"percent": 25, "reasons": ["the key was changed since the last restore"]},
    }


def _findings() -> tuple[Finding, ...]:
    actor = Actor("arn:aws:sts::222222222222:assumed-role/Admin/jo", "UpdateBackupPlan", "2026-11-25T16:44:10Z")
    return (
        _finding(Kind.RULE, DEV, "sandbox-daily/nightly", "sandbox", ["kept for 7 days, and not for 14"], actor),
        _finding(
            Kind.COVER, PROD, "RDS", "payments", ["arn:aws:rds:eu-west-1:111111111111:db:ledger-replica has no tag app"]
        ),
        _finding(
            Kind.KEY_ROTATION, MEDIA, "alias/acme-backup", None, ["the key does not rotate"], way=Direction.NEUTRAL
        ),
    )


def _finding(
    kind: Kind,
    target: Target,
    resource: str,
    app: str | None,
    reasons: list[str],
    actor: Actor | None = None,
    way: Direction = Direction.WEAKENS,
) -> Finding:
    return Finding(
        bundle="acme",
        version="2026-11-19.2",
        kind=kind,
        direction=way,
        **target._asdict(),
        resource=resource,
        app=app,
        reasons=tuple(reasons),
        actor=actor,
        since="2026-11-25T16:45:02+00:00",
    )


def _results() -> Iterator[Result]:
    kinds = {
        "payments": ("DynamoDB", PROD, "dynamodb", "table/payments-orders"),
        "fleet": ("EBS", PROD, "ec2", "volume/vol-0a1b2c"),
    }
    kinds["media"] = ("S3", MEDIA, "s3", "acme-media-uploads")
    for number, (app, (type_, target, service, name)) in enumerate(kinds.items()):
        for week in range(12 if app == "payments" else 8):
            at = NOW - timedelta(days=7 * week + (19 if app == "fleet" else 1), hours=number)
            base = {"payments": 2100, "fleet": 5400, "media": 12600}[app]
            late = app == "payments" and week == 2
            yield Result(
                app=app,
                **target._asdict(),
                trigger=Trigger.SCHEDULE,
                run=f"{app}-{week}",
                at=at.isoformat(timespec="seconds"),
                type=type_,
                resource=f"arn:aws:{service}:{target.region}:{target.account}:{name}",
                seconds=16_200 if late else base + 97 * ((week * 7 + number) % 11),
                verdict=_verdict(app, week, late),
                findings=_found(app, week, late),
            )


def _verdict(app: str, week: int, late: bool) -> Verdict:
    if late:
        return Verdict.FAILED
    return Verdict.INCONCLUSIVE if app == "media" and week == 1 else Verdict.VERIFIED


def _found(app: str, week: int, late: bool) -> tuple[FindingRecord, ...]:
    if late:
        message = "it took 4h 30m to restore, and the rto is 4h"
        return (FindingRecord(verdict=Verdict.FAILED, rule="rto", message=message),)
    if app == "media" and week == 1:
        message = "there is no manifest to compare the objects with"
        return (FindingRecord(verdict=Verdict.INCONCLUSIVE, rule="objects", message=message),)
    return ()


def ledger() -> Iterator[Entry]:
    """What `happenings` would have recorded, a day after another."""
    told: list[tuple[str, Entered, dict[str, Any]]] = [
        (
            "2026-11-19T09:30:14.020+00:00",
            Entered.COMMIT,
            {"version": "2026-11-19.2", "targets": 4, "provenance": PIPELINE.model_dump(mode="json")},
        ),
        (
            "2026-11-19T09:30:31.400+00:00",
            Entered.PLAN,
            {"version": "2026-11-19.2", "changes": 3, "targets": 4, "class": "strengthens", "failed": []},
        ),
        (
            "2026-11-19T09:30:40.110+00:00",
            Entered.SYNC,
            {"version": "2026-11-19.2", **PROD._asdict(), "state": "synced", "writes": 2},
        ),
        (
            "2026-11-19T09:30:41.730+00:00",
            Entered.SYNC,
            {
                "version": "2026-11-19.2",
                **DEV_US._asdict(),
                "state": "failed",
                "error": "the role acme-backup can't be assumed",
            },
        ),
        (
            "2026-11-19T09:30:44.002+00:00",
            Entered.OUTCOME,
            {"version": "2026-11-19.2", "state": "partly-failed", "targets": {"synced": 3, "failed": 1}},
        ),
        (
            "2026-11-19T09:30:45.110+00:00",
            Entered.ALERT,
            {
                "version": "2026-11-19.2",
                "severity": "critical",
                "subject": "acme 2026-11-19.2 was not synced everywhere",
            },
        ),
        (
            "2026-11-25T05:11:09.800+00:00",
            Entered.VERIFICATION,
            {**PROD._asdict(), "resource": "table/payments-orders", "verdict": "verified", "findings": []},
        ),
        (
            "2026-11-25T16:45:02.300+00:00",
            Entered.DRIFT,
            {
                **DEV._asdict(),
                "kind": "rule",
                "resource": "sandbox-daily/nightly",
                "direction": "weakens",
                "state": "open",
                "actor": {"arn": "arn:aws:sts::222222222222:assumed-role/Admin/jo"},
            },
        ),
        (
            "2026-11-25T16:45:03.100+00:00",
            Entered.ALERT,
            {"severity": "warning", "subject": "sandbox keeps backups for 7 days, and not for 14"},
        ),
        (
            "2026-11-26T07:12:09.640+00:00",
            Entered.COMMIT,
            {"version": "2026-11-26.1", "targets": 4, "provenance": PIPELINE.model_dump(mode="json")},
        ),
        (
            "2026-11-26T07:12:24.015+00:00",
            Entered.PLAN,
            {"version": "2026-11-26.1", "changes": 1, "targets": 4, "class": "weakens", "failed": []},
        ),
    ]
    head = EMPTY
    for number, (at, kind, known) in enumerate(told):
        for entry in chained("acme", head, [Happening(kind, f"{kind}-{number}", known)], at):
            yield entry
            head = head_of(entry)


def _checkpoint(entry: Entry) -> Checkpoint:
    return Checkpoint(
        bundle="acme",
        sequence=entry.sequence,
        hash=entry.hash,
        at="2026-11-25T16:46:00.000+00:00",
        reason=Reason.SYNC,
        key=KEY,
        signature="00",
    )
