"""Puts beside the desired state of each target how the hub is to handle it."""

from collections.abc import Iterable

from backup_apps.domain.adoption import adopted_names
from backup_apps.domain.constraints.overlaps import Found
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.handling import Adopted, Handling, Overlap, Paused
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.pauses import longest


def with_handling(state: DesiredState, leaves: Iterable[Leaf], overlaps: Iterable[Found]) -> DesiredState:
    """The state with what leaves adopt and pause, and where two of them overlap."""
    adopted: dict[Target, dict[str, set[str]]] = {}
    paused: dict[Target, list[Paused]] = {}
    twice: dict[Target, list[Overlap]] = {}
    for leaf in leaves:
        if "adopt" in leaf.app.spec.entries:
            kinds = adopted.setdefault(leaf.target, {})
            for kind, names in adopted_names(leaf).items():
                kinds.setdefault(kind, set()).update(names)
        pause = longest(leaf.heir.pauses)
        if pause:
            paused.setdefault(leaf.target, []).append(
                Paused(app=leaf.app.name, until=pause.until.isoformat(), owner=pause.owner, reason=pause.reason)
            )
    for found in overlaps:
        twice.setdefault(found.subject.target, []).append(found.overlap)
    if not (adopted or paused or twice):
        return state

    def handled(desired: DesiredTarget) -> DesiredTarget:
        names = {kind: tuple(sorted(found)) for kind, found in adopted.get(desired.target, {}).items()}
        handling = Handling(
            adopt=Adopted(**names),
            paused=tuple(sorted(paused.get(desired.target, ()), key=lambda one: one.app)),
            overlaps=tuple(twice.get(desired.target, ())),
        )
        return desired if handling == Handling() else desired.model_copy(update={"handling": handling})

    return state.model_copy(update={"targets": tuple(map(handled, state.targets))})
