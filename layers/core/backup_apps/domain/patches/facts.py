"""A desired state as single facts, so that one can tell what an edit changes, and what a finding wants changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import DesiredState, DesiredTarget, DesiredVault, Target
from backup_apps.domain.drift.findings import Finding, Kind
from backup_apps.domain.normal_form import backup_plan, canonical_json

Fact = tuple[Target, str, str, str, str]
"""Target, what it is of (rule, plan, selection, vault, lock, vault-tag, test, region), its name, item and member."""
Facts = Mapping[Fact, Any]
_MISSING = object()


def facts_of(state: DesiredState) -> dict[Fact, Any]:
    return {fact: value for target in state.targets for fact, value in _facts(target)}


def moved(before: Facts, after: Facts) -> Iterator[tuple[Fact, Any]]:
    """The facts that are not as before, with what they are now; None where they are gone."""
    for fact in before.keys() | after.keys():
        if before.get(fact, _MISSING) != after.get(fact, _MISSING):
            yield fact, after.get(fact)


def wanted_by(finding: Finding) -> dict[Fact, Any]:
    """What would make its drift the desired state; None where something is to go. Empty where no fact says it."""
    here, live = finding.target, finding.live
    if finding.kind is Kind.RULE and isinstance(live, Mapping):
        plan, _, rule = finding.resource.rpartition("/")
        members = {**dict.fromkeys(finding.desired or (), None), **live}
        return {(here, "rule", plan, rule, member): value for member, value in members.items()}
    if finding.kind is Kind.LOCK and isinstance(live, Mapping) and "LockDate" not in live:
        members = {**dict.fromkeys(finding.desired or (), None), **live}
        return {(here, "lock", finding.resource, "", member): value for member, value in members.items()}
    if finding.kind is Kind.VAULT and " tag " in finding.resource:
        vault, _, tag = finding.resource.partition(" tag ")
        return {(here, "vault-tag", vault, tag, ""): live}
    if finding.kind is Kind.REGION_OPT_IN and isinstance(live, bool):
        kind, _, member = finding.resource.partition(" ")
        return {(here, "region", member or "optIn", kind, ""): live}
    return {}


def _facts(desired: DesiredTarget) -> Iterator[tuple[Fact, Any]]:
    here = desired.target
    for plan in desired.plans:
        content = backup_plan(plan.backup_plan)
        for rule in content.pop("Rules", ()):
            yield from (((here, "rule", plan.name, rule["RuleName"], member), rule[member]) for member in rule)
        yield (here, "plan", plan.name, plan.app, ""), canonical_json([content, plan.tags])
        for one in plan.selections:
            yield (here, "selection", plan.name, one["SelectionName"], ""), canonical_json(one)
    for test in desired.testing or ():
        yield (here, "test", test.name, test.app, ""), canonical_json(test.to_json())
    for vault in desired.vaults:
        yield from _of_vault(here, vault)
    for setting, name in (("ResourceTypeOptInPreference", "optIn"), ("ResourceTypeManagementPreference", "management")):
        for kind, value in (desired.region_settings or {}).get(setting, {}).items():
            yield (here, "region", name, kind, ""), value


def _of_vault(here: Target, vault: DesiredVault) -> Iterator[tuple[Fact, Any]]:
    rest = [vault.key_arn, vault.access_policy, vault.notifications]
    yield (here, "vault", vault.name, "", ""), canonical_json(rest)
    yield from (((here, "lock", vault.name, "", member), value) for member, value in (vault.lock or {}).items())
    yield from (((here, "vault-tag", vault.name, tag, ""), value) for tag, value in vault.tags.items())
