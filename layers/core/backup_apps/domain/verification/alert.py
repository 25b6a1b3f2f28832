"""A restore that failed, for the person on call."""

from datetime import timedelta

from backup_apps.domain.alerts import Alert, one_line_subject
from backup_apps.domain.verification.results import Result
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.domain.wording import spoken_span


def verification_failure(bundle: str, result: Result) -> Alert:
    """What did not come back, from which recovery point, and what to do next."""
    what = result.resource or result.type
    wrong = [one for one in result.findings if one.verdict is Verdict.FAILED]
    place = f"{result.account}/{result.region}"
    lines = [
        f"{what} can't be trusted to restore: {wrong[0].message if wrong else result.verdict.value}.",
        "",
        *(f"{one.message} ({one.rule})" for one in wrong),
        "",
        f"Where: {place}, vault {result.vault or 'unknown'}",
        f"Recovery point: {result.recovery_point or 'none'}, of {result.point_created or 'unknown'}",
        f"Restored by: {result.trigger.value}, job {result.job or 'none'}"
        + (f", in {spoken_span(timedelta(seconds=result.seconds))}" if result.seconds is not None else ""),
        *([f"Still there: {result.created}"] if result.created and not result.cleaned else []),
        "",
        f"Next: {next_step(bundle, result)}",
    ]
    facts = {**result.to_json(), "resource_type": result.type}
    document = {**facts, "type": "verification-failed", "bundle": bundle}
    subject = one_line_subject(f"{result.app or what}: restore failed verification in {place}")
    return Alert(subject, "\n".join(lines), document, "critical", bundle)


def next_step(bundle: str, result: Result) -> str:
    """The next command to run."""
    if result.app is None:
        look = f"aws backup describe-restore-job --restore-job-id {result.job} --region {result.region}"
        return f"{look} (in account {result.account}), and compare {result.created} with {result.resource}"
    return f"backup-apps verify {result.app} --bundle {bundle} --history"
