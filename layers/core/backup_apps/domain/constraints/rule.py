"""A constraint: one thing that AWS Backup would refuse, found offline, with its own reason."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import Target
from backup_apps.domain.documents import Policy
from backup_apps.domain.places import Path


class Subject(NamedTuple):
    """The effective policy of a leaf on a target."""

    app: str
    target: Target
    policy: Policy
    catalog: Catalog


class Violation(NamedTuple):
    """What is wrong, and at which path from `policy` down: ("plans", "daily", "rules", "nightly", "retention", "delete").

    A path that nobody wrote (a missing key) stands for its nearest part that somebody did.
    """

    path: Path
    message: str


class Constraint(NamedTuple):
    """A numbered rule; `source` is the page that says so."""

    number: str
    source: str
    check: Callable[[Subject], Iterator[Violation]]
