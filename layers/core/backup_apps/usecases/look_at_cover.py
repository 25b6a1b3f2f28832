"""Resources of a target that no plan selects, beside what its configuration says: only where an app asks for it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import COVER_KINDS
from backup_apps.domain.live import LiveTarget
from backup_apps.ports.hub import Hub
from backup_apps.ports.members import Member
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.look_at_target import Looked

if TYPE_CHECKING:
    from backup_apps.domain.drift.cover import Choice

Selections = Iterator[tuple[str, Mapping[str, Any]]]
"""Each with the name of its plan."""


def with_cover(hub: Hub, looked: Looked, member: Member) -> Looked:
    """Of all plans of the target: the bundle's as they are live, those of other bundles as they were synced, and those
    of nobody as they are read now."""
    covered = looked.desired.covered
    if not covered:
        return looked.seeing((), COVER_KINDS)
    from backup_apps.domain.drift.cover import cover_drift

    kinds = sorted({kind for one in covered for kind in one.types})
    opted_in = looked.live.region_settings.get("ResourceTypeOptInPreference", {})
    choices = _choices(hub, looked, member)
    return looked.seeing(cover_drift(member.of_types(kinds), choices, covered, opted_in), COVER_KINDS)


def _choices(hub: Hub, looked: Looked, member: Member) -> Iterator["Choice"]:
    from backup_apps.domain.drift.cover import choice_of

    target = looked.look.target
    every: Iterable[Selections] = (
        _live(looked.desired, looked.live),
        _of_other_bundles(hub, looked.look.bundle, target),
        _of_nobody(looked.live, member),
    )
    return (choice_of(plan, one, target) for selections in every for plan, one in selections)


def _live(desired: DesiredTarget, live: LiveTarget) -> Selections:
    """One that was not read is the one that was asked for."""
    wanted = {(plan.name, one["SelectionName"]): one for plan in desired.plans for one in plan.selections}
    for plan in live.plans:
        for one in plan.selections:
            yield plan.name, one.content or wanted.get((plan.name, one.name), {})


def _of_other_bundles(hub: Hub, bundle: str, target: Target) -> Selections:
    for other in hub.records.bundles():
        commit = hub.records.standing(other, target).synced if other != bundle else None
        if commit is not None:
            desired = desired_in_force(hub.documents, commit.id, target)
            yield from ((plan.name, one) for plan in desired.plans for one in plan.selections)


def _of_nobody(live: LiveTarget, member: Member) -> Selections:
    for plan in live.plans:
        if plan.content is None:
            yield from ((plan.name, one) for one in member.selections(plan.id))
