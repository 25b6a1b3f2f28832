"""What of a target is not as it was approved and synced, read now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import SWEPT_KINDS, Drift, Kind
from backup_apps.domain.drift.keys import (
    Aliases,
    KeyState,
    alias_drift,
    key_drift,
    keys_of,
    rotating,
    unseen,
    with_live_keys,
)
from backup_apps.domain.drift.life import Look
from backup_apps.domain.errors import AccessDeniedError, NotFoundError, TargetBusyError
from backup_apps.domain.state_documents import rotating_keys_key
from backup_apps.usecases.compare_target import known_plan_versions, remember_plan_versions, with_keys
from backup_apps.usecases.governed import desired_in_force, governance_in_force
from backup_apps.usecases.memories import recall, remember

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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

    def seeing(self, drifts: Iterable[Drift], scope: frozenset[Kind]) -> Looked:
        """With what drifted of kinds that were looked at besides."""
        look = self.look
        return self._replace(look=look._replace(drifts=(*look.drifts, *drifts), scope=look.scope | scope))

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
    written = desired_in_force(hub.documents, standing.synced.id, target)
    resolved, aliases = _resolved(written, member)
    live = member.read(resolved, bundle, known)
    desired = with_live_keys(resolved, live)
    drifts = configuration_drift(desired, live, bundle)
    if standing.under_way and drifts:
        later, _ = _resolved(desired_in_force(hub.documents, standing.under_way.id, target), member)
        drifts = _unexplained(drifts, with_live_keys(later, live), live, bundle)
    if _standing(hub, bundle, target, is_ours) != standing:
        raise TargetBusyError(f"a sync of {bundle} wrote in {target} meanwhile")
    if not is_ours:
        remember_plan_versions(hub.documents, bundle, live, known, desired.adopted.plans)
    keys = () if is_ours else tuple(member.key_state(arn) for arn in keys_of(desired))
    drifts += (*alias_drift(written, aliases.gone), *_of_keys(hub.documents, bundle, desired, keys))
    paused = desired.handling.paused if desired.handling else ()
    waived = desired.handling.waived if desired.handling else ()
    scope = frozenset(Kind) - SWEPT_KINDS
    look = Look(bundle, standing.synced.version, target, at, drifts, scope, paused, waived, unseen(keys, aliases))
    return Looked(look, standing.synced, desired, live)


def _resolved(desired: DesiredTarget, member: Member) -> tuple[DesiredTarget, Aliases]:
    """With the keys behind aliases. One that leads to none is no reason to look away from the rest."""
    arns, gone, unread = {}, set(), set()
    for alias in desired.key_aliases:
        try:
            arns[alias] = member.key_arn(alias)
        except NotFoundError:
            gone.add(alias)
        except AccessDeniedError:
            unread.add(alias)
    return with_keys(desired, arns), Aliases(frozenset(gone), frozenset(unread))


def _of_keys(documents: Documents, bundle: str, desired: DesiredTarget, keys: Sequence[KeyState]) -> tuple[Drift, ...]:
    """Which keys rotate is remembered, so that it shows when one does no more."""
    known = known_rotating_keys(documents, bundle, desired.target)
    if rotating(keys, known) != known:
        remember(documents, rotating_keys_key(bundle, desired.target), rotating(keys, known))
    return tuple(key_drift(desired, keys, known))


def known_rotating_keys(documents: Documents, bundle: str, target: Target) -> tuple[str, ...]:
    """Keys that were seen to rotate, in order; none before the first look."""
    return tuple(recall(documents, rotating_keys_key(bundle, target)) or ())


def apps_that_heal(documents: Documents, looked: Looked) -> frozenset[str]:
    """The leaves that say `selfHeal` there; none where the version is of a release that did not record it."""
    from backup_apps.domain.drift.healing import healing_apps

    try:
        governance = governance_in_force(documents, looked.commit.id)
    except NotFoundError:
        return frozenset()
    return healing_apps(governance, looked.look.target)


def _standing(hub: Hub, bundle: str, target: Target, is_ours: bool) -> Standing:
    if not is_ours and hub.records.is_held(bundle, target, hub.clock()):
        raise TargetBusyError(f"a sync of {bundle} is writing in {target}")
    return hub.records.standing(bundle, target)


def _unexplained(drifts: tuple[Drift, ...], desired: DesiredTarget, live: LiveTarget, bundle: str) -> tuple[Drift, ...]:
    """A later version has begun to write: what is as that one asks has not drifted."""
    from backup_apps.domain.drift.configuration import configuration_drift

    amiss = {drift.identity for drift in configuration_drift(desired, live, bundle)}
    return tuple(drift for drift in drifts if drift.identity in amiss)
