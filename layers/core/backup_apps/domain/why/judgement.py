"""Which way of backing a resource up comes nearest, and what it fails at."""

from collections.abc import Iterable, Iterator

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.why.checks import Check, Judged, Name, Way
from backup_apps.domain.why.facts import MemberFacts
from backup_apps.domain.why.foundation_checks import foundation_checks
from backup_apps.domain.why.selection_checks import selection_checks
from backup_apps.domain.why.ways import wanted_plans, ways_of


def judge(facts: MemberFacts, desired: Iterable[DesiredTarget] = ()) -> Judged:
    """`desired`: what was synced there; what of it is missing comes before what is there and does not suffice."""
    ways = [Judged((_there(way), *_checks(way, facts)), way) for way in ways_of(facts.plans)]
    missing = [judged for one in desired for judged in _missing(one, facts)]
    if not ways and not missing:
        return Judged((Check(Name.PLAN, False, f"no plan selects anything in {facts.target}"),))
    nearest = max(ways, key=_nearness, default=None)
    if nearest and nearest.is_protected:
        return nearest
    return missing[0] if missing else max(ways, key=_nearness)


def _checks(way: Way, facts: MemberFacts) -> tuple[Check, ...]:
    return (*selection_checks(way, facts), *foundation_checks(way, facts))


def _there(way: Way) -> Check:
    return Check(Name.PLAN, True, f"plan {way.plan.name} is there")


def _nearness(judged: Judged) -> tuple[bool, int, bool]:
    return judged.is_protected, judged.passed, bool(judged.way and judged.way.plan.bundle)


def _missing(desired: DesiredTarget, facts: MemberFacts) -> Iterator[Judged]:
    """Of what would take it, were it there: the plan or the selection is gone."""
    there = {(plan.name, one.get("SelectionName")) for plan in facts.plans for one in plan.selections}
    names = {plan.name for plan in facts.plans}
    for way in ways_of(wanted_plans(desired, "")):
        is_missing = (way.plan.name, way.selection.get("SelectionName")) not in there
        if is_missing and all(check.holds is not False for check in selection_checks(way, facts)):
            what = f"selection {way.name}" if way.plan.name in names else f"plan {way.plan.name}"
            yield Judged((Check(Name.PLAN, False, f"{what} was synced, and is not there any more"),), way)
