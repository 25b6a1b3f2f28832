"""The ways in which plans could back a resource up."""

from collections.abc import Iterable, Iterator

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.why.checks import Way
from backup_apps.domain.why.facts import PlanFacts


def ways_of(plans: Iterable[PlanFacts]) -> Iterator[Way]:
    """Those of bundles first."""
    for plan in sorted(plans, key=lambda one: (one.bundle is None, one.name)):
        yield from (Way(plan, selection, rule) for selection in plan.selections for rule in plan.rules)


def wanted_plans(desired: DesiredTarget, bundle: str) -> Iterator[PlanFacts]:
    """As they would be there."""
    for plan in desired.plans:
        rules = tuple(plan.backup_plan["Rules"])
        yield PlanFacts(name=plan.name, id="", bundle=bundle, app=plan.app, rules=rules, selections=plan.selections)
