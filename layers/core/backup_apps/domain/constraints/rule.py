"""A constraint: one thing that AWS Backup would refuse, found offline, with its own reason."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.constraints import parts
from backup_apps.domain.desired import Target
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Policy


class Subject:
    """The effective policy of a leaf on a target, and its parts, each with its path, in the order of their keys.

    Dozens of constraints look at the same parts, so they are read once.
    """

    def __init__(self, app: str, target: Target, policy: Policy, catalog: Catalog) -> None:
        self.app, self.target, self.policy, self.catalog = app, target, policy, catalog
        self.plans = parts.plans(policy)
        self.rules = parts.rules(self.plans)
        self.copies = parts.copies(self.rules, target)
        self.retentions = parts.retentions(self.rules, self.copies)
        self.selections = parts.selections(self.plans)
        self.tag_values = parts.tag_values(self.selections)
        self.vaults = parts.vaults(policy)
        self.locks = parts.locks(self.vaults)
        self.tags = parts.tags(self.rules, self.vaults)
        self.by_arn = parts.by_arn(self.vaults, target)


class Violation(NamedTuple):
    """What is wrong, and at which path from `policy` down: ("plans", "daily", "rules", "nightly", "schedule").

    A path that nobody wrote (a missing key) stands for its nearest part that somebody did.
    """

    path: Path
    message: str


Check = Callable[[Subject], Iterator[Violation]]


class Constraint(NamedTuple):
    """A numbered rule; `source` is the page that says so."""

    number: str
    source: str
    find: Check
    """What is wrong with a subject, without the number."""
    elsewhere: Path | None = None
    """The other part of the policy in which it asks whether something is declared."""

    def check(self, subject: Subject) -> Iterator[Violation]:
        """What is wrong with a subject."""
        return map(self.numbered, self.find(subject))

    def numbered(self, violation: Violation) -> Violation:
        return Violation(violation.path, f"{violation.message} ({self.number})")


def numbered(number: str, source: str, elsewhere: Path | None = None) -> Callable[[Check], Constraint]:
    """Make a check a constraint, whose messages end in its number."""
    return lambda check: Constraint(number, source, check, elsewhere)
