"""What is known around an incident: the policy that applied, who stands behind it, what still can be restored."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_MOST_FACTS, _MOST_CHANGES, _MOST_UNKNOWN = 12, 6, 3
"""Lines."""


class About(NamedTuple):
    """What an incident is about, one for each app and target: what its context is looked up by."""

    account: str | None = None
    region: str | None = None
    app: str | None = None
    resource: str | None = None
    """An ARN, or as people name it: a vault, a plan, `plan/rule`."""
    path: str | None = None
    """Of the policy, below `spec`."""
    version: str | None = None
    """Of the bundle."""
    point: str | None = None
    """The ARN of the recovery point, where it is about one."""
    plan: str | None = None
    """This and the following are names of AWS Backup."""
    rule: str | None = None
    selection: str | None = None
    vault: str | None = None
    arn: str | None = None
    """Of the resource that is backed up."""

    @property
    def place(self) -> str | None:
        return f"{self.account}/{self.region}" if self.account and self.region else None

    def to_json(self) -> dict[str, str]:
        return {name: value for name, value in self._asdict().items() if value is not None}


class Context(NamedTuple):
    """What could be found out around an incident."""

    facts: tuple[str, ...] = ()
    """Lines: the policy that applied with its place, commit and approver, the last good recovery point, the last
    verified restore. What is not known says so."""
    changes: tuple[str, ...] = ()
    """Lines: what changed in the last 24 hours and who did it."""
    document: Mapping[str, Any] = MappingProxyType({})
    """The same for machines."""
    unknown: tuple[str, ...] = ()
    """What could not be looked up, and why."""
    topics: tuple[str, ...] = ()
    """Where the apps that it is about are told, besides the hub's topic."""

    def lines(self) -> tuple[str, ...]:
        unknown = [f"Could not be found out: {one}" for one in self.unknown[:_MOST_UNKNOWN]]
        return (*self.facts[: _MOST_FACTS - len(unknown)], *unknown, *self.changes[:_MOST_CHANGES])

    def to_json(self) -> dict[str, Any]:
        unknown = {"unknown": list(self.unknown)} if self.unknown else {}
        return {**self.document, **unknown}
