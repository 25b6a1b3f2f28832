"""The plan of one target: what a sync would write there."""

import json
from typing import Any

from backup_apps.domain.commits import TargetOutcome, Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import ConflictError, TargetBusyError
from backup_apps.domain.state_documents import changes_key, desired_key
from backup_apps.ports import Hub
from backup_apps.usecases.compare_target import assessed, compare, known_plan_versions, remember_plan_versions
from backup_apps.usecases.overlapping_resources import overlaps_with_resources


def plan_target(hub: Hub, version: Version, target: Target) -> dict[str, Any]:
    """Write the target's change set. Raises ConflictError if something there is not the bundle's to change."""
    if hub.records.is_held(version.bundle, target, hub.clock()):
        raise TargetBusyError(f"an earlier sync of {version.bundle} is still writing in {target}")
    desired = DesiredTarget.model_validate_json(hub.documents.read(desired_key(version, target)))
    known = known_plan_versions(hub.documents, version.bundle, target)
    member = hub.members.for_planning(target, f"{version.bundle}-{version.version}")
    comparison = compare(member, desired, version.bundle, known)
    comparison = comparison.telling(overlaps_with_resources(member, desired))
    change_set, live = comparison
    remember_plan_versions(hub.documents, version.bundle, live, known, desired.adopted.plans)
    hub.documents.write(changes_key(version, target), json.dumps(assessed(comparison).to_json(), indent=2))
    if change_set.conflicts:
        raise ConflictError(change_set.conflicts)
    outcome = TargetOutcome(account=target.account, region=target.region, changes=len(change_set.writes))
    return outcome.model_dump(mode="json", include={"account", "region", "changes"})
