"""Puts beside the desired state of each target how the hub is to handle it."""

from collections.abc import Iterable
from typing import Any

from backup_apps.domain.adoption import adopted_names
from backup_apps.domain.constraints.overlaps import Found
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.guardrails.waivers import Waiver
from backup_apps.domain.handling import Adopted, Covered, Handling, Overlap, Paused, Waived
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.pauses import longest
from backup_apps.domain.selecting import on_target


def with_handling(
    state: DesiredState, leaves: Iterable[Leaf], overlaps: Iterable[Found], ratchet: Ratchet
) -> DesiredState:
    """The state with what leaves adopt and pause, what is waived for them, and where two of them overlap."""
    leaves = tuple(leaves)
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
    waived = _waived(leaves, ratchet)
    covered = _covered(leaves)
    if not (adopted or paused or twice or waived or covered):
        return state

    def handled(desired: DesiredTarget) -> DesiredTarget:
        names = {kind: tuple(sorted(found)) for kind, found in adopted.get(desired.target, {}).items()}
        handling = Handling(
            adopt=Adopted(**names),
            paused=tuple(sorted(paused.get(desired.target, ()), key=lambda one: one.app)),
            overlaps=tuple(twice.get(desired.target, ())),
            waived=waived.get(desired.target, ()),
            covered=tuple(sorted(covered.get(desired.target, ()), key=lambda one: one.app)),
        )
        return desired if handling == Handling() else desired.model_copy(update={"handling": handling})

    return state.model_copy(update={"targets": tuple(map(handled, state.targets))})


def _covered(leaves: Iterable[Leaf]) -> dict[Target, list[Covered]]:
    found: dict[Target, list[Covered]] = {}
    for leaf in leaves:
        cover = leaf.effective.policy.cover if leaf.effective.policy else None
        if cover and cover.types:
            exclude = (on_target(pattern, leaf.target) for pattern in cover.exclude)
            kept = tuple(sorted({one for one in exclude if one is not None}))
            one = Covered(app=leaf.app.name, types=tuple(sorted(set(cover.types))), exclude=kept)
            found.setdefault(leaf.target, []).append(one)
    return found


def _waived(leaves: Iterable[Leaf], ratchet: Ratchet) -> dict[Target, tuple[Waived, ...]]:
    """Each waiver once for all leaves of a target for which it says the same."""
    apps: dict[Target, dict[str, tuple[Waived, list[str]]]] = {}
    for leaf in leaves if any(ratchet.waivers) else ():
        for waiver, value in ratchet.honoured(leaf):
            one = _as_waived(waiver, value)
            _, sharing = apps.setdefault(leaf.target, {}).setdefault(one.model_dump_json(), (one, []))
            sharing.append(leaf.app.name)
    return {
        target: tuple(one.model_copy(update={"apps": tuple(sorted(found))}) for _, (one, found) in sorted(by.items()))
        for target, by in apps.items()
    }


def _as_waived(waiver: Waiver, value: Any) -> Waived:
    return Waived(
        guardrail=waiver.kind,
        subject=waiver.subject,
        value=value,
        owner=waiver.owner,
        reason=waiver.reason,
        expires=waiver.expires.isoformat(),
        apps=(),
    )
