"""The difference of one target, for somebody who looks: nothing is written, on either side."""

from typing import Any

from backup_apps.domain.desired import DesiredTarget
from backup_apps.ports.hub import Hub
from backup_apps.usecases.compare_target import assessed, compare, known_plan_versions
from backup_apps.usecases.overlapping_resources import overlaps_with_resources


def diff_target(hub: Hub, bundle: str, desired: DesiredTarget) -> dict[str, Any]:
    """The change set that a sync would carry out, with its conflicts and what each change does to protection."""
    known = known_plan_versions(hub.documents, bundle, desired.target)
    member = hub.members.for_planning(desired.target, f"{bundle}-diff")
    comparison = compare(member, desired, bundle, known)
    return assessed(comparison.telling(overlaps_with_resources(member, desired))).to_json()
