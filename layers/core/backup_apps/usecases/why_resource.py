"""Why a resource is protected, or is not, and by which line; of a recovery point or a job, the same of its resource."""

from datetime import datetime

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import NeverInForceError
from backup_apps.domain.lineage.lineage import Asked, Lineage, Seen
from backup_apps.domain.why.answer import Why
from backup_apps.domain.why.checks import Check, Judged, Name, Way
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.domain.why.judgement import judge
from backup_apps.domain.why.subjects import Kind, Subject, SubjectFacts
from backup_apps.usecases.locate_resource import Asking, Place, locate
from backup_apps.usecases.offer_remedy import offer_remedy
from backup_apps.usecases.trace_lineage import Sources, trace_lineage
from backup_apps.usecases.version_at import Books, version_at

OF_THE_PAST = "the account of then can't be looked at: recovery points and jobs are those that are known now"


def why_resource(
    asking: Asking, subject: Subject, now: datetime, then: datetime | None = None, only: Target | None = None
) -> Why:
    """`then`: as of that moment, by the ledger. Raises NotFoundAnywhereError."""
    place = locate(asking, subject, only)
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
    remedy = offer_remedy(asking, place, judged, known) if judged and judged.failed else None
    return Why(subject.name, now.isoformat(), lineage, judged, remedy, tuple(filter(None, (place.note,))))


def _judged(sources: Sources, place: Place) -> Judged | None:
    """None where the account can't be looked at."""
    if not place.bundles:
        return Judged((Check(Name.TARGET, False, f"no bundle has {place.target} among its targets"),))
    has_it = Check(Name.TARGET, True, f"{place.target} is a target of {', '.join(place.bundles)}")
    if not place.desired:
        return Judged((has_it, _not_synced(sources, place.bundles[0], place.target)))
    if place.looked.facts is None:
        return None
    said = ", ".join(f"{bundle} {version.version}" for bundle, version in place.versions.items())
    judged = judge(place.looked.facts, place.desired.values())
    return judged._replace(checks=(has_it, Check(Name.SYNCED, True, f"{said} is synced there"), *judged.checks))


def _not_synced(sources: Sources, bundle: str, target: Target) -> Check:
    last = sources.records.latest(bundle)
    how = f"; the last, {last.version}, is {last.state.value}" if last else ""
    return Check(Name.SYNCED, False, f"no version of {bundle} was synced in {target} yet{how}")


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
