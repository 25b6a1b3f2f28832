"""What two leaves of a target back up twice, by the names of the resources."""

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.handling import Overlap, Sought
from backup_apps.domain.patterns import EVERYTHING
from backup_apps.ports.members import FoundResources, Member

LISTED = 20
"""Resources of an overlap that are named."""
LOOKED_UP = 10
"""Overlaps of a target whose resources are looked up; whoever has more of them learns enough from these."""


def overlaps_with_resources(member: Member, desired: DesiredTarget) -> tuple[Overlap, ...]:
    """The overlaps of a target. AWS is asked only where there are some, once for what several have in common."""
    overlaps = desired.handling.overlaps if desired.handling else ()
    found: dict[Sought, FoundResources] = {}
    for overlap in overlaps:
        sought = overlap.sought
        if sought not in found and len(found) < LOOKED_UP:
            found[sought] = _named(sought) or member.resources(sought, LISTED)
    return tuple(
        overlap.model_copy(update=found[overlap.sought]._asdict()) if overlap.sought in found else overlap
        for overlap in overlaps
    )


def _named(sought: Sought) -> FoundResources | None:
    """A pattern that is the ARN of one resource."""
    if sought.pattern.endswith(EVERYTHING) or sought.conditions:
        return None
    return FoundResources((sought.pattern,), False)
