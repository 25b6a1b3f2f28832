"""Recovery points as AWS Backup tells of them, and what made them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class LivePoint(NamedTuple):
    """A recovery point that can be restored, as its vault lists it."""

    arn: str
    vault: str
    resource: str
    lifecycle: Mapping[str, Any]
    """In normal form."""
    key_arn: str | None = None
    plan: str = ""
    """The id of the plan that made it; empty where somebody made it on demand."""
    version: str = ""
    rule: str = ""
    """The id of the rule, which only AWS Backup gives."""
    is_copy: bool = False
    type: str = ""
    """Of the resource."""
    created: datetime | None = None
    completed: datetime | None = None
    """None where AWS does not say."""


class MadeBy(NamedTuple):
    """A rule as it was in some version of a plan."""

    plan: str
    rule: str
    lifecycle: Mapping[str, Any]
