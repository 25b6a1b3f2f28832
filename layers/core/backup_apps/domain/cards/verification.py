"""Cards of restores: one failed, what was restored is not what was backed up, or none was verified for too long."""

from datetime import datetime, timedelta

from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.desired import Target
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.domain.wording import spoken_span

RESTORE_FAILED = "V001"
"""AWS Backup tried to restore and could not."""


def verification_failure(bundle: str, result: Result) -> Card:
    """What did not come back, from which recovery point, and what to do next."""
    what, place = result.resource or result.type, f"{result.account}/{result.region}"
    wrong = [one for one in result.findings if one.verdict is Verdict.FAILED]
    failed = any(one.rule == RESTORE_FAILED for one in wrong)
    said = "restore failed" if failed else "restore failed verification"
    cause = wrong[0].message if wrong else result.verdict.value
    return Card(
        type="restore-failed" if failed else "verification-failed",
        severity=Severity.CRITICAL,
        bundle=bundle,
        subject=f"{result.app or what}: {said} in {place}",
        head=(
            f"The restore of {what} in {place} failed." if failed else f"{what} can't be trusted to restore: {cause}.",
            *([f"Cause: {cause}"] if failed else ()),
        ),
        about=(
            About(
                result.account,
                result.region,
                result.app,
                what or None,
                point=result.recovery_point,
                vault=result.vault,
                arn=result.resource,
            ),
        ),
        blocks=(tuple(_restored(result)), *((f"{one.message} ({one.rule})",) for one in wrong)),
        next=_next_steps(bundle, result),
        remarks=_remarks(result),
        document={**result.to_json(), "resource_type": result.type},
        bulk="findings",
    )


def _restored(result: Result) -> list[str]:
    took = f", in {spoken_span(timedelta(seconds=result.seconds))}" if result.seconds is not None else ""
    return [
        f"Recovery point: {result.recovery_point or 'none'}, of {result.point_created or 'unknown'}",
        f"Vault: {result.vault or 'unknown'}",
        f"Restored by: {result.trigger.value}, job {result.job or 'none'}{took}",
        *([f"Still there: {result.created}"] if result.created and not result.cleaned else []),
    ]


def _next_steps(bundle: str, result: Result) -> tuple[str, ...]:
    if result.app is None:
        return (f"aws backup describe-restore-job --restore-job-id {result.job} --region {result.region}",)
    place = f"{result.account}/{result.region}"
    return (
        f"backup-apps verify {result.app} --bundle {bundle} --history",
        f"backup-apps verify {result.app} --bundle {bundle} --target {place}  # restores again, beside it",
        *([f"backup-apps why {result.resource}  # and all that applies to it"] if result.resource else []),
    )


def _remarks(result: Result) -> tuple[str, ...]:
    if result.app is not None:
        return ()
    compared = f", and compare {result.created} with {result.resource}" if result.created else ""
    return (f"In account {result.account}{compared}.",)


def verification_overdue(
    bundle: str, app: str, target: Target, since: datetime, last: Result | None, now: datetime, max_age: timedelta
) -> Card:
    """`since` is the last clean restore, or when one was first asked for."""
    age, limit = spoken_span(now - since), spoken_span(max_age)
    said = f"was last verified {age} ago" if last else f"was never verified, for {age}"
    return Card(
        type="verification-overdue",
        severity=Severity.CRITICAL,
        bundle=bundle,
        subject=f"{app}: no verified restore in {target} for {age}",
        head=(
            f"No restore of {app} in {target} is known to work: it {said}, and maxAge is {limit}.",
            "Cause: nothing came of its rehearsals, or none was made: the schedule, the recovery points or the "
            "member's role.",
        ),
        about=(About(*target, app, path="policy.verification"),),
        blocks=((f"Last clean restore: {last.resource or last.type}, {last.at}",),) if last else (),
        next=(
            f"backup-apps verify {app} --bundle {bundle} --history",
            f"backup-apps verify {app} --bundle {bundle} --target {target}  # rehearses it now",
        ),
        document={
            "app": app,
            **target._asdict(),
            "since": since.isoformat(),
            "max_age_seconds": round(max_age.total_seconds()),
        },
    )
