"""Take away what a rehearsal restored, and nothing else, however the rehearsal ended."""

from backup_apps.domain.errors import BackupAppsError, InvalidError, LimitError, NotFoundError
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.ports.verification import Sandbox, Verifying
from backup_apps.usecases.restore_point import ENDED, ended


class StillThereError(BackupAppsError):
    """What is to go is not gone yet, or not even restored; try again later."""


def clean_up_restore(verifying: Verifying, rehearsal: Rehearsal) -> Rehearsal:
    """By its name, which only the rehearsal gives; a restore that still runs is waited for.

    What is known is kept before anything goes: whoever takes this up finds the remains, and judges them no more.
    """
    if not rehearsal.trigger.is_ours or rehearsal.point is None:
        return rehearsal
    sandbox = verifying.accounts.sandbox(rehearsal.place, rehearsal.run)
    job = _job(verifying, sandbox, rehearsal)
    if job is not None:
        found = sandbox.job(job)
        if found.status not in ENDED:
            raise StillThereError(f"restore job {job} is {found.status}")
        if rehearsal.problem is None:
            rehearsal = ended(rehearsal, found)
        rehearsal = rehearsal.model_copy(update={"job": job, "created": found.created})
    verifying.rehearsals.keep(rehearsal)
    if not sandbox.remove(rehearsal.type, rehearsal.name):
        raise StillThereError(f"{rehearsal.name} is not gone yet")
    cleaned = rehearsal.model_copy(update={"cleaned": True})
    verifying.rehearsals.keep(cleaned)
    return cleaned


def _job(verifying: Verifying, sandbox: Sandbox, rehearsal: Rehearsal) -> str | None:
    """The restore job. Where nobody knows whether it started, it is asked for once more: that joins the one that is
    there; without one the restore is made and taken away. Raises AccessDeniedError, of which nobody knows more."""
    kept = verifying.rehearsals.find(rehearsal.key)
    known = rehearsal.job or (kept.rehearsal.job if kept else None)
    if known is not None or kept is None or kept.token is None or rehearsal.needs_copy:
        return known
    try:
        return sandbox.start(rehearsal, rehearsal.role or verifying.accounts.restore_role(rehearsal.place))
    except (InvalidError, LimitError, NotFoundError):  # nor did it start before
        return None
