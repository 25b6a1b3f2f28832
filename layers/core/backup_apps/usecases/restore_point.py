"""Start the restore of a rehearsal, or join the one that runs. The task goes on when the job's end is heard of."""

from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.ports.verification import RestoreJob, Verifying

ENDED = ("COMPLETED", "FAILED", "ABORTED")


def restore_point(verifying: Verifying, rehearsal: Rehearsal, token: str) -> Rehearsal:
    """Kept before it starts, so that whatever is cut off after that is found again. Events are best effort: called
    again when nothing was heard for long, this looks for itself."""
    kept = verifying.rehearsals.find(rehearsal.key)
    rehearsal = rehearsal.model_copy(update={"job": rehearsal.job or (kept.rehearsal.job if kept else None)})
    verifying.rehearsals.keep(rehearsal, token)
    sandbox = verifying.accounts.sandbox(rehearsal.target, rehearsal.run)
    role = rehearsal.role or verifying.accounts.restore_role(rehearsal.target)
    job = rehearsal.job or sandbox.start(rehearsal, role)
    rehearsal = rehearsal.model_copy(update={"job": job})
    verifying.rehearsals.keep(rehearsal, token)
    found = sandbox.job(job)
    if found.status in ENDED:
        rehearsal = ended(rehearsal, found)
        verifying.machine.resume(token, rehearsal.model_dump(mode="json", exclude_none=True))
    return rehearsal


def ended(rehearsal: Rehearsal, job: RestoreJob) -> Rehearsal:
    """The rehearsal after its restore job."""
    told = {"created": job.created, "seconds": job.seconds}
    if job.status != "COMPLETED":
        why = f": {job.message}" if job.message else ""
        told |= {"failed": True, "problem": f"the restore job {job.status.lower()}{why}"}
    return rehearsal.model_copy(update=told)
