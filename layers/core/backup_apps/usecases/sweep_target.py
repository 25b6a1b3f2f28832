"""The sweep of one target: what no event told, or what an event was lost of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backup_apps.domain.drift.accepting import ended_waivers
from backup_apps.domain.drift.findings import WAIVER_KINDS
from backup_apps.usecases.look_at_cover import with_cover
from backup_apps.usecases.look_at_jobs import with_jobs
from backup_apps.usecases.look_at_points import with_points
from backup_apps.usecases.look_at_principals import with_principals
from backup_apps.usecases.look_at_rehearsals import seen_schedules, tests_due, with_rehearsals
from backup_apps.usecases.look_at_target import look_at_target
from backup_apps.usecases.record_findings import record_findings
from backup_apps.usecases.tell_locks import tell_locks

if TYPE_CHECKING:
    from backup_apps.domain.desired import Target
    from backup_apps.ports.hub import Hub

_CUT = "there are more recovery points than can be looked at in 12 minutes: the next sweeps go on with other vaults"


def sweep_target(hub: Hub, bundle: str, target: Target, unmanaged: bool, *, tells: bool = True) -> dict[str, Any]:
    """What opened and ended; `error` where recovery points were left for the next sweep. `unmanaged`: whether the
    bundle tells of what no bundle manages there. `tells`: whether people are told now, or at the end of the sweep.
    Raises TargetBusyError while a sync writes there."""
    previous = hub.findings.of_target(bundle, target)
    member = hub.members.for_planning(target, f"{bundle}-sweep")
    looked = look_at_target(hub, bundle, target, member)
    if looked is None:
        return {"bundle": bundle, "account": target.account, "region": target.region, "opened": 0}
    looked = with_principals(hub, looked)
    looked, filled = with_jobs(hub, looked, member, previous)
    schedules = seen_schedules(hub.documents, looked)
    tests = tests_due(schedules, looked)
    looked, is_whole = with_points(hub.clock, looked, member, previous, filled, tests.watching if tests else iter)
    looked = looked.seeing(ended_waivers(looked.look.waived, looked.look.at.date()), WAIVER_KINDS)
    looked = with_cover(hub, looked, member)
    if is_whole or not tests:
        looked = with_rehearsals(hub, looked, schedules, tests)
    tell_locks(hub, looked)
    result = record_findings(hub, looked.telling_unmanaged(unmanaged), previous, tells=tells)
    return result if is_whole else result | {"error": _CUT}
