"""Resources that no plan selects, in a target where an app wants all of their type to be backed up.

A resource is selected if a selection names it (by a pattern or by one of its tags), does not exclude it, and all of its
conditions hold; and it is backed up if its type is opted in, or its ARN is written out.

https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.constraints.selections import CONDITION_PREFIX
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.tagged import Tagged
from backup_apps.domain.handling import Covered
from backup_apps.domain.patterns import holds, is_like
from backup_apps.domain.selecting import on_target

EXAMPLES = 5
"""Of each reason, by ARN: ten thousand volumes are one incident."""
MOST_REASONS = 5
_OPERATORS = {
    "StringEquals": "equals",
    "StringNotEquals": "notEquals",
    "StringLike": "like",
    "StringNotLike": "notLike",
}
_MADE_TO_GO = ("awsbackup-restore-test", "backup-apps-verify-")
"""How the names begin of what restore tests and rehearsals make; no plan is to back it up."""


class Choice(NamedTuple):
    """A selection of a plan, on one target."""

    name: str
    patterns: tuple[str, ...]
    any_tag: tuple[tuple[str, str], ...]
    exclude: tuple[str, ...]
    conditions: tuple[tuple[str, str, str], ...]


class Failed(NamedTuple):
    """How far a resource came with a selection, and what it failed at."""

    passed: int
    why: str


class _Tally:
    def __init__(self) -> None:
        self.count = 0
        self.examples: list[str] = []

    def add(self, arn: str) -> None:
        self.count += 1
        insort(self.examples, arn)
        del self.examples[EXAMPLES:]


def choice_of(plan: str, selection: Mapping[str, Any], target: Target) -> Choice:
    """Of a `BackupSelection`."""

    def patterns(member: str) -> tuple[str, ...]:
        found = (on_target(arn, target) for arn in selection.get(member) or ())
        return tuple(one for one in found if one is not None)

    conditions = selection.get("Conditions") or {}
    return Choice(
        f"{plan}/{selection.get('SelectionName', '')}",
        patterns("Resources"),
        tuple((one["ConditionKey"], one["ConditionValue"]) for one in selection.get("ListOfTags") or ()),
        patterns("NotResources"),
        tuple(
            (_OPERATORS[operator], one["ConditionKey"].removeprefix(CONDITION_PREFIX), one["ConditionValue"])
            for operator in _OPERATORS
            for one in conditions.get(operator) or ()
        ),
    )


def failed_at(choice: Choice, resource: Tagged, opted_in: Mapping[str, bool]) -> Failed | None:
    """None where it is backed up."""
    named = [one for one in choice.patterns if is_like(one, resource.arn)]
    if not named and not any(resource.tags.get(key) == value for key, value in choice.any_tag):
        asked = " or ".join(f"{key}={value}" for key, value in choice.any_tag)
        no_tag = Failed(1, f"selection {choice.name} asks for the tag {asked}")
        return no_tag if asked else Failed(0, f"selection {choice.name} does not name it")
    if any(is_like(one, resource.arn) for one in choice.exclude):
        return Failed(2, f"selection {choice.name} excludes it")
    for operator, key, value in choice.conditions:
        if not holds(operator, resource.tags.get(key), value):
            words = {"equals": "=", "notEquals": " other than ", "like": " like ", "notLike": " not like "}
            return Failed(3, f"selection {choice.name} asks for the tag {key}{words[operator]}{value}")
    if not opted_in.get(resource.kind, True) and resource.arn not in named:
        return Failed(4, f"selection {choice.name} selects it, but {resource.kind} is not opted in in the region")
    return None


def cover_drift(
    resources: Iterable[Tagged], choices: Iterable[Choice], covered: Iterable[Covered], opted_in: Mapping[str, bool]
) -> Iterator[Drift]:
    """One for each type, however many resources; they are looked at one after the other and not kept."""
    choices, covered = sorted(choices), tuple(covered)
    tallies: dict[str, dict[str, _Tally]] = {}
    for resource in resources:
        why = _why(resource, choices, opted_in)
        if why and not _is_left_out(resource, covered):
            tallies.setdefault(resource.kind, {}).setdefault(why, _Tally()).add(resource.arn)
    for kind, by_reason in sorted(tallies.items()):
        yield _drift(kind, by_reason, tuple(sorted(one.app for one in covered if kind in one.types)))


def _why(resource: Tagged, choices: Iterable[Choice], opted_in: Mapping[str, bool]) -> str | None:
    """Of the selection that comes nearest to it; None where one selects it."""
    nearest = Failed(-1, "no plan selects anything here")
    for choice in choices:
        failed = failed_at(choice, resource, opted_in)
        if failed is None:
            return None
        nearest = max(nearest, failed, key=lambda one: one.passed)
    return nearest.why


def _is_left_out(resource: Tagged, covered: Iterable[Covered]) -> bool:
    name = resource.arn.rpartition("/")[2].rpartition(":")[2]
    is_to_go = name.startswith(_MADE_TO_GO) or _MADE_TO_GO[0] in resource.tags
    return is_to_go or any(is_like(pattern, resource.arn) for one in covered for pattern in one.exclude)


def _drift(kind: str, by_reason: Mapping[str, _Tally], apps: tuple[str, ...]) -> Drift:
    ordered = sorted(by_reason.items(), key=lambda one: (-one[1].count, one[0]))
    said = [f"{tally.count} {kind}: {why}; e.g. {', '.join(tally.examples)}" for why, tally in ordered[:MOST_REASONS]]
    more = sum(tally.count for _, tally in ordered[MOST_REASONS:])
    examples = sorted(arn for tally in by_reason.values() for arn in tally.examples)[:EXAMPLES]
    return Drift(
        Kind.COVER,
        kind,
        Direction.WEAKENS,
        None,
        {"resources": sum(tally.count for tally in by_reason.values()), "examples": examples},
        (*said, *([f"{more} {kind} for other reasons"] if more else [])),
        apps,
        "policy.cover.types",
        name=kind,
    )
