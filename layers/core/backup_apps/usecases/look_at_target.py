"""What of a target is not as it was approved and synced, read now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import Drift, Kind
from backup_apps.domain.drift.keys import key_drift, keys_of, rotating
from backup_apps.domain.drift.life import Look
from backup_apps.domain.drift.live_points import POINT_KINDS
from backup_apps.domain.errors import NotFoundError, TargetBusyError
from backup_apps.domain.protection.governance import Governance, governance_from
from backup_apps.domain.state_documents import desired_key, governance_key, rotating_keys_key
from backup_apps.usecases.compare_target import known_plan_versions, remember_plan_versions, with_key_arns

if TYPE_CHECKING:
    from backup_apps.domain.commits import Commit, Standing
    from backup_apps.domain.live import LiveTarget
    from backup_apps.ports.hub import Hub
    from backup_apps.ports.members import Member
    from backup_apps.ports.storage import Documents


class Looked(NamedTuple):
    """What was seen, and what it was held against."""

    look: Look
    commit: Commit
    desired: DesiredTarget
    live: LiveTarget

    def telling_unmanaged(self, tells: bool) -> Looked:
        """With what no bundle manages, or without: of all bundles of a target one tells of it."""
        drifts = tuple(drift for drift in self.look.drifts if tells or drift.kind is not Kind.UNMANAGED_PLAN)
        return self._replace(look=self.look._replace(drifts=drifts))


def look_at_target(hub: Hub, bundle: str, target: Target, member: Member, is_ours: bool = False) -> Looked | None:
    """None for a target that no version has reached. Raises TargetBusyError while a sync or a heal writes there, or did
    while this read: what it saw half done is no drift. `is_ours`: the caller itself holds the target."""
    from backup_apps.domain.drift.configuration import configuration_drift  # the judgement is loaded when it is needed

    standing = _standing(hub, bundle, target, is_ours)
    if standing.synced is None:
        return None
    at = hub.clock()
    known = known_plan_versions(hub.documents, bundle, target)
    desired = with_key_arns(desired_of(hub, standing.synced, target), member)
    live = member.read(desired, bundle, known)
    drifts = configuration_drift(desired, live, bundle)
    if standing.under_way and drifts:
        drifts = _unexplained(drifts, with_key_arns(desired_of(hub, standing.under_way, target), member), live, bundle)
    if _standing(hub, bundle, target, is_ours) != standing:
        raise TargetBusyError(f"a sync of {bundle} wrote in {target} meanwhile")
    if not is_ours:
        remember_plan_versions(hub.documents, bundle, live, known, desired.adopted.plans)
        drifts += _of_keys(hub.documents, bundle, desired, member)
    paused = desired.handling.paused if desired.handling else ()
    look = Look(bundle, standing.synced.version, target, at, drifts, frozenset(Kind) - POINT_KINDS, paused)
    return Looked(look, standing.synced, desired, live)


def _of_keys(documents: Documents, bundle: str, desired: DesiredTarget, member: Member) -> tuple[Drift, ...]:
    """Which keys rotate is remembered, so that it shows when one does no more."""
    keys = [member.key_state(arn) for arn in keys_of(desired)]
    known = known_rotating_keys(documents, bundle, desired.target)
    if rotating(keys, known) != known:
        documents.write(rotating_keys_key(bundle, desired.target), json.dumps(rotating(keys, known)))
    return tuple(key_drift(desired, keys, known))


def known_rotating_keys(documents: Documents, bundle: str, target: Target) -> tuple[str, ...]:
    """Keys that were seen to rotate, in order; none before the first look."""
    try:
        return tuple(json.loads(documents.read(rotating_keys_key(bundle, target))))
    except NotFoundError:
        return ()


def governance_at(hub: Hub, commit: Commit) -> Governance:
    """What the version promises; nothing where it was admitted by a release that did not record it."""
    try:
        return governance_from(json.loads(hub.documents.read(governance_key(commit.id))))
    except NotFoundError:
        return Governance()


def _standing(hub: Hub, bundle: str, target: Target, is_ours: bool) -> Standing:
    if not is_ours and hub.records.is_held(bundle, target, hub.clock()):
        raise TargetBusyError(f"a sync of {bundle} is writing in {target}")
    return hub.records.standing(bundle, target)


def desired_of(hub: Hub, commit: Commit, target: Target) -> DesiredTarget:
    return DesiredTarget.model_validate_json(hub.documents.read(desired_key(commit.id, target)))


def _unexplained(drifts: tuple[Drift, ...], desired: DesiredTarget, live: LiveTarget, bundle: str) -> tuple[Drift, ...]:
    """A later version has begun to write: what is as that one asks has not drifted."""
    from backup_apps.domain.drift.configuration import configuration_drift

    amiss = {drift.identity for drift in configuration_drift(desired, live, bundle)}
    return tuple(drift for drift in drifts if drift.identity in amiss)
