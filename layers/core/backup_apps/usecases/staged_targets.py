"""What apps ask of the way in which a version reaches each of its targets."""

from collections.abc import Collection, Iterable

from backup_apps.domain.commits import TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.staging.settings import Staging
from backup_apps.ports.hub import Hub
from backup_apps.usecases.governed import governance_in_force

Asked = dict[Target, tuple[Staging, ...]]


def is_staged(
    hub: Hub, version: Version, governance: Governance, outcomes: Iterable[TargetOutcome], to_sync: Collection[Target]
) -> bool:
    """Whether any target that is to be synced may have to wait."""
    return bool(to_sync) and not staging_of(hub, version, governance, outcomes).keys().isdisjoint(to_sync)


def staging_of(hub: Hub, version: Version, governance: Governance, outcomes: Iterable[TargetOutcome]) -> Asked:
    """By target. For one that is retired, the windows that the last version there gave it; it is nobody's canary, but
    waits for those of the apps that it was of."""
    staged = governance.staged
    canaries = {one.app: one.canary for asked in staged.values() for one in asked}
    for target in (one.target for one in outcomes if one.retired):
        asked = (one._replace(canary=canaries.get(one.app)) for one in _before(hub, version, target))
        kept = tuple(one for one in asked if one.canary or one.windows)
        staged |= {target: kept} if kept else {}
    return staged


def _before(hub: Hub, version: Version, target: Target) -> tuple[Staging, ...]:
    synced = hub.records.standing(version.bundle, target).synced
    if synced is None or synced.id == version:
        return ()
    try:
        return governance_in_force(hub.documents, synced.id).staged.get(target, ())
    except NotFoundError:  # of a release that stored none
        return ()
