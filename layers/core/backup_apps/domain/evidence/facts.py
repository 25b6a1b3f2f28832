"""What evidence is drawn from, and how facts join to a verdict.

A verdict is on a statement, as it is worded, and on nothing else: whether an organisation complies with a framework is
for its auditor to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from backup_apps.domain.commits import TargetOutcome
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.ledger.entries import Entry
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.results import Result


class Evidence(NamedTuple):
    """Of one bundle, as the hub knew it at a moment."""

    bundle: str
    at: datetime
    """When it was read; ledger entries have times of their own."""
    version: str
    """The last that was admitted."""
    outcomes: tuple[TargetOutcome, ...]
    """How far each of its targets came."""
    desired: tuple[DesiredTarget, ...]
    """What is in force on each target."""
    leaves: tuple[LeafGovernance, ...]
    """What the apps in force promise."""
    findings: tuple[Finding, ...]
    """Drift that is open."""
    results: tuple[Result, ...]
    """Of verifications, all of them."""
    entries: tuple[Entry, ...]
    """The ledger, as it is exported beside."""
    broken: tuple[str, ...]
    """Why the ledger is not whole, or its end not signed."""

    @property
    def now(self) -> str:
        return self.at.isoformat(timespec="seconds")

    @property
    def vaults(self) -> Iterator[tuple[DesiredTarget, DesiredVault]]:
        return ((target, vault) for target in self.desired for vault in target.vaults)

    @property
    def rules(self) -> Iterator[tuple[DesiredTarget, DesiredPlan, Mapping[str, Any]]]:
        for target in self.desired:
            for plan in target.plans:
                yield from ((target, plan, rule) for rule in plan.backup_plan["Rules"])


class Fact(NamedTuple):
    """One thing that was found, and whether it is as the statement says."""

    subject: str
    says: str
    holds: bool
    as_of: str
    """ISO 8601 in UTC."""
    entry: Entry | None = None
    """Where the ledger says so."""

    def to_json(self) -> dict[str, Any]:
        members = {"subject": self.subject, "says": self.says, "holds": self.holds, "asOf": self.as_of}
        proof = {"ledger": {"sequence": self.entry.sequence, "hash": self.entry.hash}} if self.entry else {}
        return members | proof


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not met"
    NO_FACTS = "no facts"
    """Nothing was found that could show it, and nothing that could refute it."""


def verdict_of(facts: Iterable[Fact]) -> Verdict:
    held = [one.holds for one in facts]
    if not held:
        return Verdict.NO_FACTS
    return Verdict.MET if all(held) else Verdict.NOT_MET
