"""A lineage for people: one fact a line, so that it can stand in a card. What is not known says so."""

from collections.abc import Iterable
from datetime import UTC, datetime

from backup_apps.domain.lineage.lineage import (
    Approval,
    Change,
    Committed,
    Job,
    Line,
    Lineage,
    Plan,
    Point,
    Verification,
)
from backup_apps.domain.wording import spoken_moment

NOT_KNOWN = "not known"
MOST_CHANGES = 5
_WIDTH = 19
_LONGEST = 200
_CLAIMS = ("repository", "project_path", "ref", "sha", "run_id", "pipeline_id")


def lineage_lines(lineage: Lineage) -> tuple[str, ...]:
    """The chain from the line to the last verification, then what changed."""
    return (*chain_lines(lineage), *change_lines(lineage.changes))


def chain_lines(lineage: Lineage) -> tuple[str, ...]:
    """Without what changed."""
    return tuple(
        _labelled("" if index else label, said)
        for label, values in (
            ("policy", _policy(lineage.policy)),
            ("commit", [_commit(lineage.commit)]),
            ("approved by", _approval(lineage.approval)),
            ("plan", [_plan(lineage.plan)]),
            ("job", [_job(lineage.job)]),
            ("recovery point", [_point(lineage.point)]),
            ("deleted", [_deletion(lineage.point)]),
            ("last good point", [_good(lineage)]),
            ("last verified", [_verified(lineage)]),
            ("last verification", [_verification(lineage.verification)]),
        )
        for index, said in enumerate(values)
    )


def change_lines(changes: Iterable[Change] | None) -> tuple[str, ...]:
    """What changed in the 24 hours before, and who did it."""
    if changes is None:
        return (_labelled("changed in 24 h", NOT_KNOWN),)
    told = [f"{_moment(one.at)} {one.what}{_by(one)}" for one in changes]
    left = len(told) - MOST_CHANGES
    said = [*told[:MOST_CHANGES], *([f"and {left} more"] if left > 0 else [])] or ["nothing, by the ledger"]
    return tuple(
        _labelled(label, one) for label, one in zip(("changed in 24 h", *[""] * len(said)), said, strict=False)
    )


def _labelled(label: str, said: str) -> str:
    head = f"{label}:" if label else ""
    text = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
    return f"{head:<{_WIDTH}}{text}"


def _by(change: Change) -> str:
    return "" if change.who in ("hub", change.what.rpartition("by ")[2]) else f", by {change.who}"


def _policy(lines: tuple[Line, ...] | None) -> list[str]:
    return [f"{line}  {_key(line)}{_value(line)}  ({line.app})" for line in lines or ()] or [NOT_KNOWN]


def _key(line: Line) -> str:
    return line.path.removeprefix("policy.")


def _value(line: Line) -> str:
    return f": {line.value}" if isinstance(line.value, str | int | float) else ""


def _commit(commit: Committed | None) -> str:
    if commit is None:
        return NOT_KNOWN
    return f"{commit.version} of {_moment(commit.committed)}, pushed by {_pusher(commit)}"


def _pusher(commit: Committed) -> str:
    if commit.provenance is None:
        return NOT_KNOWN
    known = commit.provenance
    claims = [f"{name} {known.claims[name]}" for name in _CLAIMS if name in known.claims]
    person = f"{known.actor}, as " if known.actor else ""
    return f"{person}{known.subject} ({', '.join([*claims, known.issuer])})"


def _approval(approval: Approval | None) -> list[str]:
    if approval is None:
        return [NOT_KNOWN]
    said = [f"{one.user}, {_moment(one.at)}{f': {one.reason}' if one.reason else ''}" for one in approval.approvers]
    return said or [f"nobody had to{f' ({approval.class_})' if approval.class_ else ''}"]


def _plan(plan: Plan | None) -> str:
    if plan is None:
        return NOT_KNOWN
    version = f", version {plan.version}" if plan.version else ""
    return f"{plan.name}{version}, rule {plan.rule or NOT_KNOWN}"


def _job(job: Job | None) -> str:
    if job is None:
        return NOT_KNOWN
    begun = f", begun {_moment(job.created)}" if job.created else ""
    return f"{job.kind} {job.id} {job.state}{begun}{f': {job.message}' if job.message else ''}"


def _point(point: Point | None) -> str:
    if point is None:
        return NOT_KNOWN
    status = f" {point.status}" if point.status and point.status != "COMPLETED" else ""
    return f"{point.arn}{status}, of {_moment(point.created)}, in vault {point.vault}"


def _deletion(point: Point | None) -> str:
    if point is None or not (point.deleted or point.is_kept):
        return NOT_KNOWN
    return _moment(point.deleted) if point.deleted else "never"


def _good(lineage: Lineage) -> str:
    good = lineage.last_good
    is_said = good is not None and lineage.point is not None and good.arn == lineage.point.arn
    return "that one" if is_said else _point(good)


def _verified(lineage: Lineage) -> str:
    if lineage.verified is None:
        return "never" if lineage.verification else NOT_KNOWN
    return _of(lineage.verified)


def _verification(last: Verification | None) -> str:
    if last is None:
        return NOT_KNOWN
    return f"{last.verdict} {_of(last)}{f': {last.message}' if last.message else ''}"


def _of(one: Verification) -> str:
    return f"{_moment(one.at)}{f', of {one.resource}' if one.resource else ''}"


def _moment(at: str) -> str:
    return spoken_moment(datetime.fromisoformat(at).astimezone(UTC))
