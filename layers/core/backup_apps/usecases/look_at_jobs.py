"""Jobs of a target, beside what its configuration says."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from backup_apps.domain.drift.findings import JOB_KINDS, Drift, Finding
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.state_documents import seen_jobs_key
from backup_apps.ports.members import Member
from backup_apps.ports.storage import Documents
from backup_apps.usecases.look_at_target import Looked

if TYPE_CHECKING:
    from backup_apps.domain.drift.jobs import LiveJob, Place
    from backup_apps.domain.drift.silence import Memory


def with_jobs(
    documents: Documents, looked: Looked, member: Member, previous: Iterable[Finding]
) -> tuple[Looked, Collection[str]]:
    """With how the last ones ended and which did not come; and the vaults that they filled. `previous`: what was found
    before."""
    from backup_apps.domain.drift.jobs import LOOKED_BACK, job_drift, last_jobs, places_of, unsettled

    look, places = looked.look, places_of(looked.desired, looked.live)
    jobs = [job for job in member.jobs(look.at - LOOKED_BACK) if job.plan in places]
    last = last_jobs(jobs, places)
    waiting = unsettled((one for one in previous if one.is_open), last, places, look.at)
    found = (*job_drift(last, places), *_missed(documents, looked, member, places, jobs))
    look = look._replace(drifts=(*look.drifts, *found), scope=look.scope | JOB_KINDS, unseen=look.unseen | waiting)
    return looked._replace(look=look), frozenset(job.vault for job in last if not job.destination)


def _missed(
    documents: Documents, looked: Looked, member: Member, places: "Mapping[str, Place]", jobs: "Sequence[LiveJob]"
) -> Iterable[Drift]:
    """What AWS's index of tags does not know is not missed: nobody can tell whether it is still there."""
    from zoneinfo import ZoneInfo

    from backup_apps.domain.drift.silence import missed, remembered, without

    look, plans = looked.look, looked.live.plans
    known = _known(documents, looked)
    memories = remembered(known, plans, places, jobs, look.at)
    drifts = tuple(missed(memories, plans, places, ZoneInfo, look.at))
    sought = {one.item for one in drifts}
    there = member.tagged(sought) if sought else frozenset()
    memories = without(memories, sought - there)
    if memories != known:
        kept = {name: one.model_dump(mode="json") for name, one in memories.items()}
        documents.write(seen_jobs_key(look.bundle, look.target), json.dumps(kept, sort_keys=True))
    return [one for one in drifts if one.item in there]


def _known(documents: Documents, looked: Looked) -> "dict[str, Memory]":
    from backup_apps.domain.drift.silence import Memory

    try:
        kept = json.loads(documents.read(seen_jobs_key(looked.look.bundle, looked.look.target)))
    except NotFoundError:
        return {}
    return {name: Memory.model_validate(one) for name, one in kept.items()}
