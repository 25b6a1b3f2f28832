"""Why a resource is protected, or is not, and by which line; of a recovery point or a job, the same of its resource."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.commits import CommitRecord, State, Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import NeverInForceError, UnreachableError
from backup_apps.domain.lineage.lineage import Asked, Lineage, Seen
from backup_apps.domain.why.answer import Remedy, Step, Why
from backup_apps.domain.why.checks import Check, Judged, Name, Way
from backup_apps.domain.why.commands import commands_for
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.domain.why.judgement import judge
from backup_apps.domain.why.subjects import Kind, Subject, SubjectFacts
from backup_apps.ports.bundles import PolicySource
from backup_apps.usecases.governed import desired_in_force
from backup_apps.usecases.look_at_resource import Looked, LookRequest
from backup_apps.usecases.offer_edit import is_only_to_be_synced, offer_edit, offer_target
from backup_apps.usecases.trace_lineage import Sources, trace_lineage
from backup_apps.usecases.version_at import Books, version_at

SAID_BY_FILES = frozenset(
    {
        *(Name.PLAN, Name.SELECTED, Name.EXCLUDED, Name.CONDITIONS),
        *(Name.OPT_IN, Name.VAULT, Name.VAULT_POLICY, Name.LOCK),
    }
)
"""Conditions that policy files decide, with what is there."""
OF_THE_PAST = "the account of then can't be looked at: recovery points and jobs are those that are known now"


Look = Callable[[LookRequest], Looked]
"""In the member account. Raises UnreachableError where nobody may."""


class Asking(NamedTuple):
    """How it is found out."""

    sources: Sources
    look: Look
    source_of: Callable[[Version], PolicySource | None]
    """The files of a version, to be edited; None where they are not there any more."""


class Place(NamedTuple):
    """Where it is, and what was seen there."""

    target: Target
    desired: Mapping[str, DesiredTarget]
    looked: Looked
    note: str | None = None


class NotFoundAnywhereError(ValueError):
    """No account that is known has it; the message says where it was looked for."""


def why_resource(
    asking: Asking, subject: Subject, now: datetime, then: datetime | None = None, only: Target | None = None
) -> Why:
    """`then`: as of that moment, by the ledger. Raises NotFoundAnywhereError."""
    place = _place(asking, subject, only)
    found = _told_by(place.looked.subject or SubjectFacts(), then)
    facts = place.looked.facts
    name = found.resource or subject.name
    if then is not None:
        _is_whole(asking.sources, place, then)
        notes = tuple(filter(None, (OF_THE_PAST, place.note)))
        lineage = _lineage(asking, place, found, None, then, then, is_past=True)
        return Why(subject.name, then.isoformat(), lineage, None, None, notes)
    judged = _judged(asking.sources, place)
    moment = found.moment if subject.kind is not Kind.RESOURCE else None
    past = datetime.fromisoformat(moment) if moment else None
    lineage = _lineage(asking, place, found.model_copy(update={"resource": name}), judged, now, past)
    known = facts or MemberFacts(**place.target._asdict(), resource=name)
    remedy = _remedy(asking, place, judged, known) if judged and judged.failed else None
    return Why(subject.name, now.isoformat(), lineage, judged, remedy, tuple(filter(None, (place.note,))))


# ---------------------------------------------------------------- where it is


def _place(asking: Asking, subject: Subject, only: Target | None) -> Place:
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
    desired = dict(_desired(asking.sources, target))
    request = LookRequest(**target._asdict(), kind=subject.kind, name=subject.name, desired=desired)
    try:
        return Place(target, desired, asking.look(request))
    except UnreachableError as error:
        return Place(target, desired, Looked(), f"{target} can't be looked at: {error.message}")


def _desired(sources: Sources, target: Target) -> Iterator[tuple[str, DesiredTarget]]:
    for bundle in sources.records.bundles():
        commit = sources.records.standing(bundle, target).synced
        if commit is not None:
            yield bundle, desired_in_force(sources.documents, commit.id, target)


def _has_it(looked: Looked, subject: Subject) -> bool:
    if subject.kind is not Kind.RESOURCE:
        return looked.subject is not None
    facts = looked.facts
    return facts is not None and (facts.tags is not None or facts.is_versioned is not None or bool(facts.points))


# ---------------------------------------------------------------- whether it is protected


def _judged(sources: Sources, place: Place) -> Judged | None:
    """None where the account can't be looked at."""
    bundles = _having(sources, place.target)
    if not bundles:
        return Judged((Check(Name.TARGET, False, f"no bundle has {place.target} among its targets"),))
    has_it = Check(Name.TARGET, True, f"{place.target} is a target of {', '.join(bundles)}")
    if not place.desired:
        return Judged((has_it, _not_synced(sources, bundles[0], place.target)))
    if place.looked.facts is None:
        return None
    said = ", ".join(f"{bundle} {_version(sources, bundle, place.target)}" for bundle in place.desired)
    judged = judge(place.looked.facts, place.desired.values())
    return judged._replace(checks=(has_it, Check(Name.SYNCED, True, f"{said} is synced there"), *judged.checks))


def _having(sources: Sources, target: Target) -> tuple[str, ...]:
    return tuple(one for one in sources.records.bundles() if target in sources.records.known_targets(one))


def _version(sources: Sources, bundle: str, target: Target) -> str:
    commit = sources.records.standing(bundle, target).synced
    return commit.version if commit else "none"


def _not_synced(sources: Sources, bundle: str, target: Target) -> Check:
    last = sources.records.latest(bundle)
    how = f"; the last, {last.version}, is {last.state.value}" if last else ""
    return Check(Name.SYNCED, False, f"no version of {bundle} was synced in {target} yet{how}")


# ---------------------------------------------------------------- by which line


def _told_by(found: SubjectFacts, at: datetime | None) -> SubjectFacts:
    """Without what came later than the moment that is asked about."""
    later = {
        name: None
        for name, one in (("point", found.point), ("job", found.job))
        if at and one is not None and one.created and datetime.fromisoformat(one.created) > at
    }
    return found.model_copy(update=later)


def _lineage(
    asking: Asking,
    place: Place,
    found: SubjectFacts,
    judged: Judged | None,
    at: datetime,
    then: datetime | None,
    *,
    is_past: bool = False,
) -> Lineage | None:
    way = judged.way if judged else None
    bundle = _bundle(place, found, way)
    if bundle is None:
        return None
    facts = place.looked.facts
    named = _named(found, way)
    asked = Asked(bundle, place.target, None, found.resource, *named, tags=facts.tags if facts else None)
    good = facts.points[0] if facts and facts.points and not is_past else None
    return trace_lineage(
        asking.sources, asked, at, Seen(found.plan, found.job, found.point, good), then, is_past=is_past
    )


def _named(found: SubjectFacts, way: Way | None) -> tuple[str | None, str | None, str | None]:
    """Plan, rule and selection: those that made what is asked about, else those that come nearest."""
    if found.plan is not None:
        is_way = way is not None and way.plan.name == found.plan.name
        return found.plan.name, found.plan.rule, str(way.selection["SelectionName"]) if way and is_way else None
    return (way.plan.name, way.rule_name, str(way.selection.get("SelectionName"))) if way else (None, None, None)


def _bundle(place: Place, found: SubjectFacts, way: Way | None) -> str | None:
    """Whose plan it is; else the only one there."""
    for name in (found.plan.name if found.plan else None, way.plan.name if way else None):
        for bundle, one in place.desired.items():
            if any(plan.name == name for plan in one.plans):
                return bundle
    return next(iter(place.desired)) if len(place.desired) == 1 else None


def _is_whole(sources: Sources, place: Place, then: datetime) -> None:
    """Raises LedgerBrokenError where the ledger or an archive is not what was recorded."""
    for bundle in place.desired:
        try:
            version_at(Books(sources.ledger, sources.archives, sources.documents), bundle, then, place.target)
        except NeverInForceError:
            continue


# ---------------------------------------------------------------- what would mend it


def _remedy(asking: Asking, place: Place, judged: Judged, facts: MemberFacts) -> Remedy | None:
    failed, way = judged.failed, judged.way
    if failed is None:
        return None
    if failed.name is Name.TARGET:
        return _target_edit(asking, facts)
    if failed.name is Name.SYNCED:
        return _to_sync(asking.sources, _having(asking.sources, place.target)[0])
    if way is None:
        return None
    return _by_files(asking, place, judged, facts, way) or commands_for(failed.name, way, facts)


def _by_files(asking: Asking, place: Place, judged: Judged, facts: MemberFacts, way: Way) -> Remedy | None:
    """What the files already say is synced again; else an edit of them."""
    bundle = _owner(place, way)
    if bundle is None or judged.failed is None or judged.failed.name not in SAID_BY_FILES:
        return None
    version = Version(bundle, _version(asking.sources, bundle, place.target))
    again = Step(f"backup-apps push {bundle} --rollback-to {version.version}")
    if judged.failed.name in (Name.PLAN, Name.VAULT):
        return again
    source = asking.source_of(version)
    if source is None:
        return None
    if is_only_to_be_synced(source, version, judged, facts):
        return again
    return offer_edit(source, version, judged, facts)


def _owner(place: Place, way: Way) -> str | None:
    plans = ((bundle, plan.name) for bundle, one in place.desired.items() for plan in one.plans)
    return next((bundle for bundle, name in plans if name == way.plan.name), None)


def _target_edit(asking: Asking, facts: MemberFacts) -> Remedy | None:
    for bundle in asking.sources.records.bundles():
        commit = asking.sources.records.latest_admitted(bundle)
        source = asking.source_of(commit.id) if commit else None
        edit = offer_target(source, commit.id, facts) if source is not None and commit else None
        if edit is not None:
            return edit
    return None


def _to_sync(sources: Sources, bundle: str) -> Step | None:
    last: CommitRecord | None = sources.records.latest(bundle)
    if last is None:
        return None
    if last.state is State.WAITING_APPROVAL:
        return Step(f"backup-apps approve {bundle} {last.version}")
    if last.state in (State.FAILED, State.PARTLY_FAILED):
        return Step(f"backup-apps push {bundle} --rollback-to {last.version}")
    return Step(f"backup-apps status {bundle} --version {last.version} --wait")
