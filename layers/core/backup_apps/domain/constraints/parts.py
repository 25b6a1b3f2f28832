"""The parts of a policy that constraints look at, each with its path, in the order of their keys."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import NamedTuple, TypeVar

from backup_apps.domain.places import Path
from backup_apps.domain.policy import Copy, Plan, Policy, Retention, Rule, Selection, Vault

Part = TypeVar("Part")


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


def _remembered(read: Callable[[Policy], Iterator[Part]]) -> Callable[[Policy], tuple[Part, ...]]:
    """Remembers the parts of the policy asked about last: dozens of constraints look at the same ones in a row."""
    last: list[tuple[Policy | None, tuple[Part, ...]]] = [(None, ())]

    @wraps(read)
    def parts(policy: Policy) -> tuple[Part, ...]:
        remembered = last[0]
        if remembered[0] is not policy:
            remembered = last[0] = policy, tuple(read(policy))
        return remembered[1]

    return parts


@_remembered
def plans(policy: Policy) -> Iterator[tuple[Path, Plan]]:
    return ((("plans", key), plan) for key, plan in sorted(policy.plans.items()))


@_remembered
def rules(policy: Policy) -> Iterator[RulePart]:
    for path, plan in plans(policy):
        for key, rule in sorted(plan.rules.items()):
            yield RulePart((*path, "rules", key), rule)


@_remembered
def copies(policy: Policy) -> Iterator[CopyPart]:
    for path, rule in rules(policy):
        for key, copy in sorted(rule.copies.items()):
            yield CopyPart((*path, "copies", key), copy, rule)


@_remembered
def retentions(policy: Policy) -> Iterator[RetentionPart]:
    for path, rule in rules(policy):
        yield RetentionPart((*path, "retention"), rule.retention)
        for key, copy in sorted(rule.copies.items()):
            yield RetentionPart((*path, "copies", key, "retention"), copy.retention)


@_remembered
def selections(policy: Policy) -> Iterator[tuple[Path, Selection]]:
    for path, plan in plans(policy):
        for key, selection in sorted(plan.selections.items()):
            yield (*path, "selections", key), selection


@_remembered
def vaults(policy: Policy) -> Iterator[tuple[Path, Vault]]:
    return ((("vaults", key), vault) for key, vault in sorted(policy.vaults.items()))
