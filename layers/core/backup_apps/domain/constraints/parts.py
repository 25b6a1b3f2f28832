"""The parts of a policy that constraints look at, each with its path, in the order of their keys."""

from collections.abc import Iterable
from typing import NamedTuple

from backup_apps.domain.places import Path
from backup_apps.domain.policy import Copy, Plan, Policy, Retention, Rule, Selection, Vault


class RulePart(NamedTuple):
    path: Path
    rule: Rule


class CopyPart(NamedTuple):
    path: Path
    copy: Copy
    rule: Rule


class RetentionPart(NamedTuple):
    """The retention of a rule or of one of its copies."""

    path: Path
    retention: Retention


def plans(policy: Policy) -> list[tuple[Path, Plan]]:
    return [(("plans", key), plan) for key, plan in sorted(policy.plans.items())]


def rules(plans: Iterable[tuple[Path, Plan]]) -> list[RulePart]:
    return [RulePart((*path, "rules", key), rule) for path, plan in plans for key, rule in sorted(plan.rules.items())]


def copies(rules: Iterable[RulePart]) -> list[CopyPart]:
    return [
        CopyPart((*path, "copies", key), copy, rule)
        for path, rule in rules
        for key, copy in sorted(rule.copies.items())
    ]


def retentions(rules: Iterable[RulePart]) -> list[RetentionPart]:
    """Of each rule, and then of each of its copies."""
    found: list[RetentionPart] = []
    for path, rule in rules:
        found.append(RetentionPart((*path, "retention"), rule.retention))
        for key, copy in sorted(rule.copies.items()):
            found.append(RetentionPart((*path, "copies", key, "retention"), copy.retention))
    return found


def selections(plans: Iterable[tuple[Path, Plan]]) -> list[tuple[Path, Selection]]:
    return [
        ((*path, "selections", key), selection)
        for path, plan in plans
        for key, selection in sorted(plan.selections.items())
    ]


def vaults(policy: Policy) -> list[tuple[Path, Vault]]:
    return [(("vaults", key), vault) for key, vault in sorted(policy.vaults.items())]
