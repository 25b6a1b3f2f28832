"""A call in a member account, by CloudTrail: did it take live state away from what was synced? Or a job that failed.

Only what the call touched is told, so that each finding has the actor of its own call; the rest is for the events of
the other calls, and for the sweep.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.events import Touched, concerns, failed_job, touched
from backup_apps.ports.hub import Hub
from backup_apps.ports.members import Member, PlanVersions
from backup_apps.usecases.compare_target import known_plan_versions
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.hear_failed_job import hear_failed_job
from backup_apps.usecases.look_at_points import with_point
from backup_apps.usecases.look_at_target import Looked, look_at_target
from backup_apps.usecases.record_findings import record_and_show
from backup_apps.usecases.sweep_targets import ToSweep, to_sweep


class _Known(NamedTuple):
    """What is known of a bundle's target without a call there."""

    place: ToSweep
    desired: DesiredTarget
    versions: PlanVersions


def detect_drift(hub: Hub, event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Look again at the target that a call touched, for each bundle that it concerns. Raises TargetBusyError while a
    sync writes there: the event is to come again."""
    failed = failed_job(event)
    if failed is not None:
        return hear_failed_job(hub, failed)
    touch = touched(event, hub.own_roles)
    if touch is None:
        return []
    there = [known for one in to_sweep(hub.records, touch.target) for known in _known(hub, one)]
    named = _named(touch, there)
    concerned = _concerned(named, there)
    if not concerned and there and named.plan:
        named = _asked(hub, named, there[0].place)
        concerned = _concerned(named, there)
    return [result for known in concerned for result in _detect(hub, known, named)]


def _known(hub: Hub, one: ToSweep) -> Iterator[_Known]:
    synced = hub.records.standing(one.bundle, one.target).synced
    if synced is not None:
        versions = known_plan_versions(hub.documents, one.bundle, one.target)
        yield _Known(one, desired_in_force(hub.documents, synced.id, one.target), versions)


def _named(touch: Touched, there: list[_Known]) -> Touched:
    """A plan by its name too, also one that is gone, if it was read before."""
    for known in there:
        for version, content in known.versions.items():
            if touch.plan and version.partition("/")[0] == touch.plan and "BackupPlanName" in content:
                return touch.naming(str(content["BackupPlanName"]))
    return touch


def _asked(hub: Hub, touch: Touched, place: ToSweep) -> Touched:
    """A plan that nobody has read before, as one that was just made."""
    name = hub.members.for_planning(place.target, f"{place.bundle}-drift").plan_name(touch.plan or "")
    return touch.naming(name) if name else touch


def _concerned(touch: Touched, there: list[_Known]) -> list[_Known]:
    """Those who know what it names; of what nobody knows, those who tell of what no bundle manages."""
    known = [one for one in there if concerns(touch, one.desired, one.versions)]
    tellers = [one for one in there if one.place.unmanaged] if touch.makes_a_plan or _is_nobodys(touch) else []
    return known or tellers


def _is_nobodys(touch: Touched) -> bool:
    return touch.actor.call in ("DeleteBackupPlan", "TagResource", "UntagResource") and touch.plan is not None


def _detect(hub: Hub, known: _Known, touch: Touched) -> Iterator[dict[str, Any]]:
    bundle, target, unmanaged = known.place
    previous = [one for one in hub.findings.of_target(bundle, target) if touch.is_about(one.resource)]
    member = hub.members.for_planning(target, f"{bundle}-drift")
    looked = look_at_target(hub, bundle, target, member)
    if looked is not None:
        looked = _touched(_with_point(looked, member, touch).telling_unmanaged(unmanaged), touch)
        yield record_and_show(hub, looked, previous, touch.actor)


def _with_point(looked: Looked, member: Member, touch: Touched) -> Looked:
    return with_point(looked, member, touch.vault, touch.point) if touch.vault and touch.point else looked


def _touched(looked: Looked, touch: Touched) -> Looked:
    drifts = tuple(one for one in looked.look.drifts if touch.is_about(one.name) or touch.is_about(one.resource))
    return looked._replace(look=looked.look._replace(drifts=drifts))
