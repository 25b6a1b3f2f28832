"""A restore or a copy ended: the rehearsal that waits for it goes on; what somebody else restored is verified, and told
of where it failed."""

from backup_apps.domain.verification.rehearsal import Rehearsal, is_of_a_rehearsal
from backup_apps.domain.verification.results import Trigger
from backup_apps.ports.verification import Kept, Verifying
from backup_apps.usecases.restore_point import ENDED, copied, ended, go_on
from backup_apps.usecases.start_verifications import begin
from backup_apps.usecases.verification_requests import Event


def hear_restore(verifying: Verifying, event: Event) -> str:
    """What was done about it, in a word. Heard twice, or late, it does nothing again.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """
    if "copyJobId" in event.detail:
        return _hear_copy(verifying, str(event.detail["copyJobId"]))
    job, status = str(event.detail["restoreJobId"]), event.detail.get("status")
    if status not in ENDED:
        return "passed over"
    created = str(event.detail.get("createdResourceArn", ""))
    kept = next((one for one in verifying.rehearsals.unfinished() if _is_of(one, job, created)), None)
    if kept is not None:
        return _go_on(verifying, kept, job)
    if is_of_a_rehearsal(created) or _is_begun(verifying, event):
        return "passed over"
    trigger = Trigger.RESTORE_TESTING if event.detail.get("restoreTestingPlanArn") else Trigger.RESTORE
    run = f"restore-{job}"[:80]
    document = {"run": run, "trigger": trigger.value, "account": event.account, "region": event.region, "job": job}
    begin(verifying, document)
    return "started"


def _is_begun(verifying: Verifying, event: Event) -> bool:
    """Whether a rehearsal of the recovery point is just being started: its step looks itself how the job ended."""
    begun = (one.rehearsal for one in verifying.rehearsals.unfinished() if one.rehearsal.job is None)
    return any(one.trigger.is_ours and _point_of(one) in event.resources for one in begun)


def _point_of(rehearsal: Rehearsal) -> str | None:
    return rehearsal.copied or (rehearsal.point.arn if rehearsal.point else None)


def _is_of(kept: Kept, job: str, created: str) -> bool:
    return kept.rehearsal.trigger.is_ours and (kept.rehearsal.job == job or created.endswith(kept.rehearsal.name))


def _go_on(verifying: Verifying, kept: Kept, job: str) -> str:
    """What the job says itself counts: events may come in any order."""
    rehearsal = kept.rehearsal
    found = verifying.accounts.sandbox(rehearsal.place, rehearsal.run).job(job)
    if kept.token is not None and found.status in ENDED:
        go_on(verifying, ended(rehearsal.model_copy(update={"job": job}), found), kept.token)
    return "resumed"


def _hear_copy(verifying: Verifying, job: str) -> str:
    """Copies of rehearsals; those that plans make are nothing to us."""
    kept = next((one for one in verifying.rehearsals.unfinished() if one.rehearsal.copy_job == job), None)
    if kept is None:
        return "passed over"
    rehearsal = kept.rehearsal
    found = verifying.accounts.sandbox(rehearsal.target, rehearsal.run).copy_job(job)
    if kept.token is not None and found.status in ENDED and rehearsal.needs_copy:
        go_on(verifying, copied(rehearsal, found), kept.token)
    return "resumed"
