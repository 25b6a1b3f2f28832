"""In which member account a resource, recovery point or job is, and what was seen of it there."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.why.subjects import Kind, Subject
from backup_apps.ports.bundles import PolicySource
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.look_at_resource import Looked, LookRequest
from backup_apps.usecases.trace_lineage import Sources

Look = Callable[[LookRequest], Looked]
"""In the member account. Raises UnreachableError where nobody may."""


class Asking(NamedTuple):
    """How it is found out."""

    sources: Sources
    look: Look
    source_of: Callable[[Version], PolicySource | None]
    """The files of a version, to be edited; None where they are not there any more."""


class Place(NamedTuple):
    """Where it is, which bundles have it as a target, what those that are synced there ask of it, and what was seen."""

    target: Target
    bundles: tuple[str, ...]
    versions: Mapping[str, Version]
    desired: Mapping[str, DesiredTarget]
    looked: Looked
    note: str | None = None


class NotFoundAnywhereError(ValueError):
    """No account that is known has it; the message says where it was looked for."""


def locate(asking: Asking, subject: Subject, only: Target | None) -> Place:
    """In the only target that is meant, else in the first that has it. Raises NotFoundAnywhereError."""
    records = asking.sources.records
    known = {target for bundle in records.bundles() for target in records.known_targets(bundle)}
    targets = (only,) if only else subject.among(known)
    places = (_looked(asking, subject, target) for target in targets)
    seen: list[Place] = []
    for place in places:
        if _has_it(place.looked, subject):
            return place
        seen.append(place)
    if len(seen) == 1 and subject.kind is Kind.RESOURCE:
        return seen[0]
    where = ", ".join(map(str, targets)) or "no target: no bundle was admitted yet"
    raise NotFoundAnywhereError(f"there is no {subject.kind} {subject.name} in {where}{_unread(seen)}; see --target")


def _unread(places: list[Place]) -> str:
    notes = [place.note for place in places if place.note]
    return f" ({'; '.join(notes)})" if notes else ""


def _looked(asking: Asking, subject: Subject, target: Target) -> Place:
    records = asking.sources.records
    bundles = tuple(one for one in records.bundles() if target in records.known_targets(one))
    synced = ((one, records.standing(one, target).synced) for one in bundles)
    versions = {one: commit.id for one, commit in synced if commit is not None}
    desired = {one: desired_in_force(asking.sources.documents, version, target) for one, version in versions.items()}
    request = LookRequest(**target._asdict(), kind=subject.kind, name=subject.name, desired=desired)
    place = Place(target, bundles, versions, desired, Looked())
    try:
        return place._replace(looked=asking.look(request))
    except UnreachableError as error:
        return place._replace(note=f"{target} can't be looked at: {error.message}")


def _has_it(looked: Looked, subject: Subject) -> bool:
    if subject.kind is not Kind.RESOURCE:
        return looked.subject is not None
    facts = looked.facts
    return facts is not None and (facts.tags is not None or facts.is_versioned is not None or bool(facts.points))
