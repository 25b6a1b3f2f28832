"""Jobs of a target, beside what its configuration says."""

from collections.abc import Collection, Iterable

from backup_apps.domain.drift.findings import JOB_KINDS, Finding
from backup_apps.ports.members import Member
from backup_apps.usecases.look_at_target import Looked


def with_jobs(looked: Looked, member: Member, previous: Iterable[Finding]) -> tuple[Looked, Collection[str]]:
    """With how the last ones ended; and the vaults that they filled. `previous`: what was found before."""
    from backup_apps.domain.drift.jobs import LOOKED_BACK, job_drift, last_jobs, places_of, unsettled

    look, places = looked.look, places_of(looked.desired, looked.live)
    last = last_jobs(member.jobs(look.at - LOOKED_BACK), places)
    waiting = unsettled((one for one in previous if one.is_open), last, places, look.at)
    look = look._replace(
        drifts=(*look.drifts, *job_drift(last, places)),
        scope=look.scope | JOB_KINDS,
        unseen=look.unseen | waiting,
    )
    return looked._replace(look=look), frozenset(job.vault for job in last if not job.destination)
