"""A backup or a copy of a member account failed: told at once, and not by the next sweep.

The event says that something failed, and the jobs themselves say what: it may come twice, late, after a later job that
went well, and does not tell which plan began it.
https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

from collections.abc import Iterator
from typing import Any

from backup_apps.domain.drift.events import FailedJob
from backup_apps.ports.hub import Hub
from backup_apps.usecases.look_at_target import look_at_target
from backup_apps.usecases.record_findings import record_and_show
from backup_apps.usecases.sweep_targets import to_sweep


def hear_failed_job(hub: Hub, failed: FailedJob) -> list[dict[str, Any]]:
    """By the bundle whose plan began it; a job of nobody's plan is nobody's finding. Raises TargetBusyError while a
    sync writes there: the event is to come again."""
    bundles = [one.bundle for one in to_sweep(hub.records, failed.target)]
    return [result for bundle in bundles for result in _hear(hub, bundle, failed)]


def _hear(hub: Hub, bundle: str, failed: FailedJob) -> Iterator[dict[str, Any]]:
    from backup_apps.domain.drift.jobs import LOOKED_BACK, job_drift, last_jobs, places_of

    previous = hub.findings.of_target(bundle, failed.target)
    member = hub.members.for_planning(failed.target, f"{bundle}-drift")
    looked = look_at_target(hub, bundle, failed.target, member)
    if looked is None:
        return
    places = places_of(looked.desired, looked.live)
    # All that failed with it: where a role is gone a hundred jobs fail, and that is one incident.
    last = last_jobs(member.jobs(failed.since or looked.look.at - LOOKED_BACK), places)
    drifts = tuple(job_drift(last, places))
    if drifts:
        look = looked.look._replace(drifts=drifts, scope=frozenset())  # what it does not see stays as it is
        yield record_and_show(hub, looked._replace(look=look), previous)
