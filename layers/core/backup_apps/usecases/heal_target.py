"""Puts back what weakened in a target, to the last version that was approved and synced there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backup_apps.domain.drift.findings import Drift, Finding, State, identity_of
from backup_apps.domain.drift.life import pause_of
from backup_apps.domain.errors import TargetBusyError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.sessions import SyncSession
from backup_apps.usecases.apply_on_the_books import Run, apply_on_the_books
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.look_at_target import Looked, apps_that_heal, look_at_target
from backup_apps.usecases.record_findings import amend

if TYPE_CHECKING:
    from backup_apps.domain.desired import Target
    from backup_apps.ports.hub import Hub
    from backup_apps.ports.members import SyncingMember


def heal_target(hub: Hub, bundle: str, target: Target, holder: str, until: datetime) -> dict[str, Any]:
    """Decided anew by what is live now, so a repeat writes nothing; nor is anything put back beside a later version
    that has begun to write and did not end well. `holder` holds the target against syncs until it ends.

    Raises TargetBusyError while a sync writes there.
    """
    if not hub.records.hold(bundle, target, holder, hub.clock(), until):
        raise TargetBusyError(f"a sync of {bundle} is writing in {target}")
    try:
        standing = hub.records.standing(bundle, target)
        if standing.synced is None or standing.under_way is not None:
            return _result(bundle, target, 0, 0)
        desired = desired_in_force(hub.documents, standing.synced.id, target)
        member = hub.members.for_syncing(desired, SyncSession(standing.synced.id))
        looked = look_at_target(hub, bundle, target, member, is_ours=True)
        return _heal(hub, looked, member, holder) if looked else _result(bundle, target, 0, 0)
    finally:
        hub.records.release(bundle, target, holder)


def _heal(hub: Hub, looked: Looked, member: SyncingMember, holder: str) -> dict[str, Any]:
    from backup_apps.domain.drift.healing import healing_writes, is_healable, must_stop

    look = looked.look
    known = {one.id: one for one in hub.findings.of_target(look.bundle, look.target)}
    apps = apps_that_heal(hub.documents, looked)
    wanted = [one for one in look.drifts if is_healable(one, apps) and not pause_of(one, look)]
    pairs = [(drift, known[one]) for drift in wanted if (one := _id(looked, drift)) in known]
    stopping = [finding for _, finding in pairs if must_stop(finding, look.at) and not finding.stopped]
    for finding in stopping:
        _stop(hub, finding)
    healed = [(drift, finding) for drift, finding in pairs if not must_stop(finding, look.at)]
    writes = healing_writes([drift for drift, _ in healed], looked.desired, looked.live, look.bundle)
    run = Run(looked.commit.id, look.target, holder)
    count = apply_on_the_books(hub.ledger, run, member, writes, looked.live) if writes else 0
    _record(hub, [finding for _, finding in healed] if writes else [], look.now, holder)
    if stopping or writes:
        hub.pages.publish(look.bundle)
    return _result(look.bundle, look.target, len(healed) if writes else 0, count)


def _id(looked: Looked, drift: Drift) -> str:
    return identity_of(looked.look.bundle, looked.look.target, drift.kind, drift.resource)


def _stop(hub: Hub, finding: Finding) -> None:
    from backup_apps.domain.cards.drift import stopped_card
    from backup_apps.usecases.tell_card import tell_card

    alert = tell_card(hub, stopped_card(finding))
    hub.ledger.record(finding.bundle, [happenings.alerted(None, alert, f"{finding.id}@{finding.since}")])
    amend(hub.findings, finding, lambda one: one.model_copy(update={"stopped": True}))


def _record(hub: Hub, healed: Sequence[Finding], now: str, holder: str) -> None:
    for finding in healed:
        hub.ledger.record(finding.bundle, [happenings.healed(finding, holder)])
        amend(hub.findings, finding, lambda one: _healed(one, now))


def _healed(finding: Finding, now: str) -> Finding:
    from backup_apps.domain.drift.healing import recent

    heals = (*recent(finding.heals, datetime.fromisoformat(now)), now)
    return finding.model_copy(update={"state": State.HEALED, "heals": heals})


def _result(bundle: str, target: Target, healed: int, writes: int) -> dict[str, Any]:
    return {"bundle": bundle, "account": target.account, "region": target.region, "healed": healed, "writes": writes}
