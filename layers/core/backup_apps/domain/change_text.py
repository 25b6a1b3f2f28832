"""Change sets as text for people, by app and target, what matters first.

Each change has its class, then `+` comes, `~` changes from what to what, `-` goes, `=` stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.change_fields import fields_of
from backup_apps.domain.changes import Change, Keep
from backup_apps.domain.protection.classes import WORST_FIRST, Assessment, Class, Reason, join
from backup_apps.domain.protection.whole import joined_class

if TYPE_CHECKING:
    from backup_apps.domain.desired import Target
    from backup_apps.domain.handling import Overlap
    from backup_apps.domain.protection.assessed import AssessedChangeSet
    from backup_apps.domain.protection.policy_changes import PolicyChange, Reached

SHARED = "vaults and region"
"""The group of what leaves share and no app owns."""
SIGNS = {"create": "+", "update": "~", "prune": "-", "keep": "="}

_COUNTED = {"create": "to create", "update": "to update", "prune": "to delete", "keep": "kept"}
_WIDTH = max(len(one) for one in Class)
_APPS_NAMED = 5


class Group(NamedTuple):
    """The changes of one app on one target, worst first."""

    target: Target
    app: str
    changes: tuple[tuple[Change, Assessment], ...]

    @property
    def class_(self) -> Class:
        return join(assessment.class_ for _, assessment in self.changes)


def render_changes(change_sets: Iterable[AssessedChangeSet], policy: Sequence[PolicyChange] = ()) -> str:
    """The text of any number of targets, with totals at its end."""
    change_sets = sorted(change_sets, key=lambda one: one.target)
    blocks = ["\n".join(block) for block in _blocks(change_sets, policy)]
    return "\n\n".join([*blocks, "\n".join(totals(change_sets, policy))]) + "\n"


def _blocks(change_sets: Sequence[AssessedChangeSet], policy: Sequence[PolicyChange]) -> Iterator[list[str]]:
    for one in change_sets:
        if one.change_set.conflicts:
            yield [f"{one.target}  conflicts", *(f"  ! {each}" for each in one.change_set.conflicts)]
        if one.change_set.overlaps:
            overlaps = one.change_set.overlaps
            yield [f"{one.target}  backed up twice", *(line for each in overlaps for line in _overlap(each))]
    promises = [["policy", *(line for one in policy for line in _policy_lines(one))]] if policy else []
    worst_promise = join(one.class_ for one in policy)
    groups = groups_of(change_sets)
    first = [group for group in groups if group.class_.rank > worst_promise.rank]
    yield from map(_group_lines, first)
    yield from promises
    yield from map(_group_lines, groups[len(first) :])


def _overlap(overlap: Overlap) -> Iterator[str]:
    yield f"  ? {overlap.first} and {overlap.second}: {overlap.sought}, {overlap.schedule}"
    yield from (f"      {resource}" for resource in overlap.resources)
    if overlap.more:
        yield "      and more"


def groups_of(change_sets: Iterable[AssessedChangeSet]) -> list[Group]:
    """All changes by app and target, the groups with the worst first."""
    groups = [group for one in change_sets for group in _groups_of_target(one)]
    return sorted(groups, key=lambda group: (-group.class_.rank, group.target, group.app != SHARED, group.app))


def _groups_of_target(change_set: AssessedChangeSet) -> Iterator[Group]:
    def app_of(one: tuple[Change, Assessment]) -> str:
        return one[0].app or SHARED

    for app, changes in groupby(sorted(change_set.assessed, key=app_of), key=app_of):
        yield Group(change_set.target, app, tuple(sorted(changes, key=lambda one: -one[1].class_.rank)))


def _group_lines(group: Group) -> list[str]:
    return [
        f"{group.target}  {group.app}",
        *(line for change, assessment in group.changes for line in _change_lines(change, assessment)),
    ]


def _change_lines(change: Change, assessment: Assessment) -> Iterator[str]:
    yield f"  {assessment.class_:<{_WIDTH}} {headline(change)}"
    yield from (f"      {line}" for line in details_of(change, assessment))


def details_of(change: Change, assessment: Assessment) -> Iterator[str]:
    """What the change says, and what is said about it; what is kept says all of it in its headline."""
    if not isinstance(change, Keep):
        yield from fields_of(change)
        yield from said_of(assessment)


def headline(change: Change) -> str:
    """`~ plan shop-daily`."""
    kept = f": {change.reason}" if isinstance(change, Keep) else ""
    return f"{SIGNS[change.action]} {change.title}{kept}"


def said_of(assessment: Assessment) -> Iterator[str]:
    """The reasons; of what needs a person also what it reaches and what it leaves behind."""
    yield from map(reason_line, assessment.reasons)
    if assessment.class_.needs_a_person:
        yield from (f"reaches: {one}" for one in assessment.reaches)
        yield from (f"not retroactive: {one}" for one in assessment.not_retroactive)
        yield from (f"left behind: {one}" for one in assessment.orphans)


def reason_line(reason: Reason) -> str:
    return f"{reason.class_}: {reason.message} ({reason.number})"


def _policy_lines(change: PolicyChange) -> Iterator[str]:
    yield f"  {change.class_:<{_WIDTH}} {change.path}"
    yield from (f"      {reason_line(reason)}" for reason in change.reasons)
    if change.apps:
        yield f"      apps: {apps_named(change.apps)}"


def apps_named(apps: Sequence[Reached]) -> str:
    """`payments (2 targets), fleet and 40 more`."""
    named = [f"{one.app} ({_count(len(one.targets), 'target')})" if one.targets else one.app for one in apps]
    more = f" and {len(named) - _APPS_NAMED} more" if len(named) > _APPS_NAMED else ""
    return ", ".join(named[:_APPS_NAMED]) + more


def totals(change_sets: Sequence[AssessedChangeSet], policy: Sequence[PolicyChange]) -> list[str]:
    """How many of what, and the class of all together."""
    counts = Counter[str](change.action for one in change_sets for change in one.change_set.changes)
    parts = [f"{counts[action]} {label}" for action, label in _COUNTED.items() if counts[action]]
    conflicts = sum(len(one.change_set.conflicts) for one in change_sets)
    parts += [f"{conflicts} in conflict"] if conflicts else []
    parts += [f"{len(policy)} of policy"] if policy else []
    if not parts:
        return [f"No changes: {len(change_sets)} targets are what the bundle asks."]
    touched = sum(1 for one in change_sets if one.change_set.writes)
    classes = Counter(assessment.class_ for one in change_sets for assessment in one.assessments)
    classes.update(one.class_ for one in policy)
    told = ", ".join(f"{classes[one]} {one}" for one in WORST_FIRST if classes[one])
    return [
        f"{', '.join(parts)}, in {touched} of {len(change_sets)} targets.",
        *([f"In all: {joined_class(change_sets, policy)} ({told})."] if told else []),
    ]


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"
