"""Targets and what their apps ask for, written shortly."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Direction, Finding, Kind, State
from backup_apps.domain.staging.candidates import Candidate, Progress
from backup_apps.domain.staging.rollout import Rollout
from backup_apps.domain.staging.settings import Canary, Staging
from backup_apps.domain.staging.stage import Stage
from backup_apps.domain.staging.stages import next_stage

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = (Target(one * 12, "eu-west-1") for one in "123")
ACME = Staging("acme", Canary(30, ("1*",)))
START = Rollout()


def pending(target: Target, *staging: Staging, retired: bool = False) -> Candidate:
    return Candidate(target, staging, retired=retired)


def done(target: Target, *staging: Staging) -> Candidate:
    return Candidate(target, staging, Progress.DONE)


def failed(target: Target, *staging: Staging, error: str = "the role is missing") -> Candidate:
    return Candidate(target, staging, Progress.FAILED, error)


def finding(
    target: Target, since: datetime, direction: Direction = Direction.WEAKENS, state: State = State.OPEN
) -> Finding:
    return Finding(
        bundle="acme",
        version="2",
        kind=Kind.RULE,
        direction=direction,
        account=target.account,
        region=target.region,
        resource="web-daily/nightly",
        reasons=("retention gets shorter: 7d, not 35d (C110)",),
        since=since.isoformat(),
        state=state,
    )


def stage(
    *candidates: Candidate,
    rollout: Rollout = START,
    findings: tuple[Finding, ...] = (),
    round_: int = 1,
    now: datetime = NOON,
) -> Stage:
    return next_stage(candidates, rollout, findings, round_, now, ZoneInfo)
