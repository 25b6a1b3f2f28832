"""The parts of a policy that constraints look at, each with its path, in the order of their keys."""

from collections.abc import Iterable, Iterator, Mapping

from backup_apps.domain.desired import Target
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Copy, Lock, Plan, Policy, Retention, Rule, Selection, TagConditions, Vault
from backup_apps.domain.rendering import copy_destination, vault_arn

_OPERATORS = {"equals": "equals", "notEquals": "not_equals", "like": "like", "notLike": "not_like"}

PlanPart = tuple[Path, Plan]
RulePart = tuple[Path, Rule]
CopyPart = tuple[Path, Copy, Rule, str]
"""A copy with its rule, and the ARN of the vault that it goes to: empty where it names none."""
RetentionPart = tuple[Path, Retention]
"""The retention of a rule or of one of its copies."""
SelectionPart = tuple[Path, Selection]
VaultPart = tuple[Path, Vault]
LockPart = tuple[Path, Lock]
TagsPart = tuple[Path, Mapping[str, str]]
TagValuesPart = tuple[Path, str | tuple[str, ...]]


def plans(policy: Policy) -> list[PlanPart]:
    return [(("plans", key), plan) for key, plan in sorted(policy.plans.items())]


def rules(plans: Iterable[PlanPart]) -> list[RulePart]:
    return [((*path, "rules", key), rule) for path, plan in plans for key, rule in sorted(plan.rules.items())]


def copies(rules: Iterable[RulePart], target: Target) -> list[CopyPart]:
    return [
        ((*path, "copies", key), copy, rule, copy_destination(copy, target))
        for path, rule in rules
        for key, copy in sorted(rule.copies.items())
    ]


def retentions(rules: Iterable[RulePart], copies: Iterable[CopyPart]) -> list[RetentionPart]:
    found = [((*path, "retention"), rule.retention) for path, rule in rules]
    return found + [((*path, "retention"), copy.retention) for path, copy, _, _ in copies]


def selections(plans: Iterable[PlanPart]) -> list[SelectionPart]:
    return [
        ((*path, "selections", key), selection)
        for path, plan in plans
        for key, selection in sorted(plan.selections.items())
    ]


def vaults(policy: Policy) -> list[VaultPart]:
    return [(("vaults", key), vault) for key, vault in sorted(policy.vaults.items())]


def locks(vaults: Iterable[VaultPart]) -> list[LockPart]:
    return [((*path, "lock"), vault.lock) for path, vault in vaults if vault.lock]


def by_arn(vaults: Iterable[VaultPart], target: Target) -> dict[str, VaultPart]:
    """Of vaults of one name the first."""
    found: dict[str, VaultPart] = {}
    for part in vaults:
        found.setdefault(vault_arn(target.region, target.account, part[1].name), part)
    return found


def tags(rules: Iterable[RulePart], vaults: Iterable[VaultPart]) -> list[TagsPart]:
    """What rules put on recovery points, and vaults bear."""
    found = [((*path, "tags"), rule.tags) for path, rule in rules if rule.tags]
    return found + [((*path, "tags"), vault.tags) for path, vault in vaults if vault.tags]


def tag_values(selections: Iterable[SelectionPart]) -> list[TagValuesPart]:
    """Each tag by which something is selected, with the value or values that are sought."""
    return [found for path, selection in selections for found in _tag_values(path, selection)]


def _tag_values(path: Path, selection: Selection) -> Iterator[TagValuesPart]:
    for key, any_of in sorted(selection.any_tag.items()):
        yield (*path, "anyTag", key), any_of
    for operator, operands in _operands(selection.all_tags):
        yield from (((*path, "allTags", operator, key), values) for key, values in sorted(operands.items()))


def conditions(selection: Selection) -> list[tuple[str, str, str]]:
    """Operator, tag key and value of each condition of `allTags`."""
    return [
        (operator, key, value)
        for operator, operands in _operands(selection.all_tags)
        for key, written in sorted(operands.items())
        for value in ((written,) if isinstance(written, str) else written)
    ]


def _operands(tags: TagConditions) -> list[tuple[str, Mapping[str, str | tuple[str, ...]]]]:
    """What each operator that is written holds."""
    if not tags.model_fields_set:
        return []
    return [(operator, getattr(tags, field)) for operator, field in _OPERATORS.items()]
