"""The plan of one target: what a sync would write there."""

import json
from typing import Any

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import ConflictError, NotGrantedError, TargetBusyError, UnknownCommitError
from backup_apps.domain.provenance.reach import beyond
from backup_apps.domain.provenance.record import Provenance
from backup_apps.domain.prunes import check_prunes
from backup_apps.domain.state_documents import changes_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.compare_target import assessed, compare, known_plan_versions, remember_plan_versions
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.overlapping_resources import overlaps_with_resources


def plan_target(hub: Hub, version: Version, target: Target) -> dict[str, Any]:
    """Write the target's change set. Raises ConflictError if something there is not the bundle's to change, and
    NotGrantedError if it is not for the commit's pipeline to change, TooManyPrunesError if more would be deleted than
    the hub deletes at once."""
    if hub.records.is_held(version.bundle, target, hub.clock()):
        raise TargetBusyError(f"an earlier sync of {version.bundle} is still writing in {target}")
    provenance = _provenance(hub, version)
    desired = desired_in_force(hub.documents, version, target)
    known = known_plan_versions(hub.documents, version.bundle, target)
    member = hub.members.for_planning(target, f"{version.bundle}-{version.version}")
    comparison = compare(member, desired, version.bundle, known)
    comparison = comparison.telling(overlaps_with_resources(member, desired))
    change_set, live = comparison
    remember_plan_versions(hub.documents, version.bundle, live, known, desired.adopted.plans)
    hub.documents.write(changes_key(version, target), json.dumps(assessed(comparison).to_json(), indent=2))
    if change_set.conflicts:
        raise ConflictError(change_set.conflicts)
    touched = beyond(provenance.grant, change_set)
    if touched:
        raise NotGrantedError(f"{provenance.subject} ({provenance.issuer})", touched)
    check_prunes(change_set, hub.max_prunes, hub.documents.location(changes_key(version, target)))
    outcome = TargetOutcome(account=target.account, region=target.region, changes=len(change_set.writes))
    if outcome.changes or not _is_synced(hub, version, target):
        hub.records.set_outcome(version, outcome)
    return outcome.model_dump(mode="json", include={"account", "region", "changes"})


def _is_synced(hub: Hub, version: Version, target: Target) -> bool:
    """Whether this very version reached the target, before it was planned again because others had moved."""
    known = hub.records.outcome(version, target)
    return known is not None and known.state is State.SYNCED


def _provenance(hub: Hub, version: Version) -> Provenance:
    """That of the commit. One that was recorded without it, by an earlier release, is granted nothing."""
    record = hub.records.find(version)
    if record is None or record.provenance is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} has no known provenance; push a new version")
    return record.provenance
