"""Restores that should have been verified by now, and were not: silence would look like success."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backup_apps.domain.alerts import Alert, one_line_subject
from backup_apps.domain.desired import Target
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.domain.wording import spoken_span


def last_clean(results: Sequence[Result]) -> Result | None:
    """The last restore of an app on a target that was verified, by whomever it was made."""
    clean = [one for one in results if one.verdict is Verdict.VERIFIED]
    return max(clean, key=lambda one: one.at, default=None)


def verification_overdue(
    bundle: str, app: str, target: Target, since: datetime, last: Result | None, now: datetime, max_age: timedelta
) -> Alert:
    """`since` is the last clean restore, or when one was first asked for."""
    age, limit = spoken_span(now - since), spoken_span(max_age)
    said = f"was last verified {age} ago" if last else f"was never verified, for {age}"
    lines = [
        f"No restore of {app} in {target} is known to work: it {said}, and maxAge is {limit}.",
        "",
        "Nothing came of its rehearsals, or none was made: the schedule, the recovery points or the member's role.",
        *([f"Last clean restore: {last.resource or last.type}, {last.at}"] if last else []),
        "",
        f"Next: backup-apps verify {app} --bundle {bundle} --history",
    ]
    document = {
        "type": "verification-overdue",
        "bundle": bundle,
        "app": app,
        **target._asdict(),
        "since": since.isoformat(),
        "max_age_seconds": round(max_age.total_seconds()),
    }
    subject = one_line_subject(f"{app}: no verified restore in {target} for {age}")
    return Alert(subject, "\n".join(lines), document, "critical", bundle)
