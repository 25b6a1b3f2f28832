"""Start the restore of a rehearsal, or join the one that runs. The task goes on when the job's end is heard of.

Where it is restored in another account or region it is copied there first, and that is waited for in the same way.
"""

from backup_apps.domain.errors import AccessDeniedError, BackupAppsError
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.ports.verification import CopyJob, RestoreJob, Verifying

ENDED = ("COMPLETED", "FAILED", "ABORTED", "PARTIAL")

AT_ONCE = 20
"""Rehearsals in an account and region. Quotas on concurrent restores of a type begin at thirty, and people restore too.
https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"""


class SandboxFullError(BackupAppsError):
    """As many rehearsals restore there as may; try again later."""


def restore_point(verifying: Verifying, rehearsal: Rehearsal, token: str) -> Rehearsal:
    """Kept before it starts, so that whatever is cut off after that is found again. Events are best effort: called
    again when nothing was heard for long, this looks for itself."""
    kept = verifying.rehearsals.find(rehearsal.key)
    is_first = kept is None or kept.token is None or kept.rehearsal.needs_copy
    if kept is not None:
        known = {name: getattr(kept.rehearsal, name) for name in ("job", "copy_job", "copied")}
        rehearsal = rehearsal.model_copy(update={name: value for name, value in known.items() if value})
    verifying.rehearsals.keep(rehearsal, token)
    if not verifying.rehearsals.enter(rehearsal, AT_ONCE):
        verifying.rehearsals.keep(rehearsal)  # what was started has a place: nothing was, so nobody waits for its end
        raise SandboxFullError(f"{AT_ONCE} rehearsals restore in {rehearsal.place}")
    if rehearsal.needs_copy:
        return _copy(verifying, rehearsal, token)
    return _restore(verifying, rehearsal, token, is_first)


def _copy(verifying: Verifying, rehearsal: Rehearsal, token: str) -> Rehearsal:
    here = verifying.accounts.sandbox(rehearsal.target, rehearsal.run)
    job = rehearsal.copy_job or here.copy(rehearsal, verifying.accounts.copy_role(rehearsal.target))
    rehearsal = rehearsal.model_copy(update={"copy_job": job})
    verifying.rehearsals.keep(rehearsal, token)
    found = here.copy_job(job)
    if found.status in ENDED:
        rehearsal = copied(rehearsal, found)
        go_on(verifying, rehearsal, token)
    return rehearsal


def _restore(verifying: Verifying, rehearsal: Rehearsal, token: str, is_first: bool) -> Rehearsal:
    sandbox = verifying.accounts.sandbox(rehearsal.place, rehearsal.run)
    role = rehearsal.role or verifying.accounts.restore_role(rehearsal.place)
    try:
        job = rehearsal.job or sandbox.start(rehearsal, role)
    except AccessDeniedError:
        if is_first:
            verifying.rehearsals.keep(rehearsal)  # nothing was started, so nobody waits for its end
        raise
    rehearsal = rehearsal.model_copy(update={"job": job})
    verifying.rehearsals.keep(rehearsal, token)
    found = sandbox.job(job)
    if found.status in ENDED:
        rehearsal = ended(rehearsal, found)
        go_on(verifying, rehearsal, token)
    return rehearsal


def go_on(verifying: Verifying, rehearsal: Rehearsal, token: str) -> None:
    """With the next step: a rehearsal that was copied is restored then."""
    verifying.machine.resume(token, rehearsal.model_dump(mode="json", exclude_none=True))


def copied(rehearsal: Rehearsal, job: CopyJob) -> Rehearsal:
    """The rehearsal after its copy job, whose failure says nothing of the backup."""
    if job.status == "COMPLETED" and job.copy:
        return rehearsal.model_copy(update={"copied": job.copy})
    why = f": {job.message}" if job.message else ""
    return rehearsal.model_copy(update={"problem": f"the copy into the sandbox {job.status.lower()}{why}"})


def ended(rehearsal: Rehearsal, job: RestoreJob) -> Rehearsal:
    """The rehearsal after its restore job."""
    told = {"created": job.created, "seconds": job.seconds}
    if job.status != "COMPLETED":
        why = f": {job.message}" if job.message else ""
        told |= {"failed": True, "problem": f"the restore job {job.status.lower()}{why}"}
    return rehearsal.model_copy(update=told)
