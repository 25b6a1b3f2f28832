"""A constraint: one thing that AWS Backup would refuse, found offline, with its own reason."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import Target
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Policy


class Subject(NamedTuple):
    """The effective policy of a leaf on a target."""

    app: str
    target: Target
    policy: Policy
    catalog: Catalog


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
    check: Check


def numbered(number: str, source: str) -> Callable[[Check], Constraint]:
    """Make a check a constraint, whose messages end in its number."""

    def constraint(check: Check) -> Constraint:
        def check_and_number(subject: Subject) -> Iterator[Violation]:
            return (Violation(path, f"{message} ({number})") for path, message in check(subject))

        return Constraint(number, source, check_and_number)

    return constraint
