"""What a selection selects on a target, as terms that can be compared: which of two selects all that the other does.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

from collections.abc import Iterable, Iterator
from itertools import chain, combinations
from typing import NamedTuple

from backup_apps.domain.constraints.parts import conditions
from backup_apps.domain.desired import Target
from backup_apps.domain.patterns import EVERYTHING
from backup_apps.domain.policy import Selection

Condition = tuple[str, str, str]
"""Operator of `allTags`, tag key and value."""

NO_CONDITIONS: frozenset[Condition] = frozenset()
_MANY = 6
"""Of so many conditions all subsets are looked at; of more, each alone and all of them."""


class Term(NamedTuple):
    """The resources that fit a pattern and meet every condition: one of the alternatives of which a selection is made.

    A pattern is an ARN, or what ARNs begin with and `*`.
    """

    pattern: str
    conditions: frozenset[Condition]


def terms(selection: Selection, target: Target) -> Iterator[Term]:
    """The alternatives of a selection, which has either `anyTag` or the others; those that can select nothing on the
    target are left out."""
    if selection.any_tag:
        for key, values in selection.any_tag.items():
            yield from (Term(EVERYTHING, frozenset({("equals", key, value)})) for value in values)
        return
    tags = selection.all_tags
    is_conditional = tags.equals or tags.not_equals or tags.like or tags.not_like
    every = frozenset(conditions(selection)) if is_conditional else NO_CONDITIONS
    for arn in selection.resources or ((EVERYTHING,) if every else ()):
        pattern = on_target(arn, target)
        if pattern is not None:
            yield Term(pattern, every)


def on_target(arn: str, target: Target) -> str | None:
    """A pattern with the account and region of the target where it says any; None where it names others."""
    if arn == EVERYTHING:
        return arn
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    for index, here in ((3, target.region), (4, target.account)):
        if parts[index] not in (EVERYTHING, "", here):
            return None
        parts[index] = here if parts[index] == EVERYTHING else parts[index]
    return ":".join(parts)


def fewer_conditions(held: frozenset[Condition]) -> Iterator[frozenset[Condition]]:
    """The conditions that are met wherever these are: parts of them."""
    sizes: Iterable[int] = range(len(held) + 1) if len(held) <= _MANY else (0, 1, len(held))
    return (frozenset(part) for part in chain.from_iterable(combinations(sorted(held), size) for size in sizes))
