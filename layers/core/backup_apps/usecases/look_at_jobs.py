"""Jobs of a target, beside what its configuration says."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from backup_apps.domain.drift.findings import JOB_KINDS, Finding
from backup_apps.domain.state_documents import seen_jobs_key
from backup_apps.ports.hub import Hub
from backup_apps.ports.members import Member
from backup_apps.ports.storage import Documents
from backup_apps.usecases.look_at_target import Looked
from backup_apps.usecases.memories import recall, remember

if TYPE_CHECKING:
    from backup_apps.domain.drift.jobs import LiveJob, Place
    from backup_apps.domain.drift.silence import Memory, Silence


def with_jobs(hub: Hub, looked: Looked, member: Member, previous: Iterable[Finding]) -> tuple[Looked, Collection[str]]:
    """With how the last ones ended and which did not come; and the vaults that they filled. `previous`: what was found
    before."""
    from backup_apps.domain.drift.jobs import job_drift, last_jobs, places_of, unsettled
    from backup_apps.domain.drift.silence import jobs_since

    look, places = looked.look, places_of(looked.desired, looked.live)
    known = _known(hub.documents, looked)
    jobs = [job for job in member.jobs(jobs_since(known, look.at)) if job.plan in places]
    last = last_jobs(jobs, places)
    waiting = unsettled((one for one in previous if one.is_open), last, places, look.at)
    silence = _missed(hub, looked, member, known, places, jobs)
    drifts, unseen = (*job_drift(last, places), *silence.drifts), waiting | silence.unread
    look = look._replace(drifts=(*look.drifts, *drifts), scope=look.scope | JOB_KINDS, unseen=look.unseen | unseen)
    return looked._replace(look=look), frozenset(job.vault for job in last if not job.destination)


def _missed(
    hub: Hub,
    looked: Looked,
    member: Member,
    known: "dict[str, Memory]",
    places: "Mapping[str, Place]",
    jobs: "Sequence[LiveJob]",
) -> "Silence":
    """What AWS's index of tags does not know is not missed: nobody can tell whether it is still there."""
    from backup_apps.domain.drift.silence import missed, remembered, uncopied, without

    look, plans = looked.look, looked.live.plans
    memories = remembered(known, plans, places, jobs, look.at)
    silence = missed(memories, plans, places, hub.zone_of, look.at)
    sought = {one.item for one in silence.drifts}
    there = member.tagged(sought) if sought else frozenset()
    memories = without(memories, sought - there)
    if memories != known:
        kept = {name: one.model_dump(mode="json") for name, one in memories.items()}
        remember(hub.documents, seen_jobs_key(look.bundle, look.target), kept)
    late = (one for one in silence.drifts if one.item in there)
    return silence._replace(drifts=(*late, *uncopied(memories, plans, places, look.at)))


def _known(documents: Documents, looked: Looked) -> "dict[str, Memory]":
    from backup_apps.domain.drift.silence import Memory

    kept = recall(documents, seen_jobs_key(looked.look.bundle, looked.look.target))
    return {name: Memory.model_validate(one) for name, one in (kept or {}).items()}
