"""What the page is made of, gathered by whoever writes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.commits import Commit, CommitRecord, TargetOutcome
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.ledger.entries import Checkpoint, Entry
from backup_apps.domain.page.timeline import Timeline
from backup_apps.domain.page.tree import AppNode
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.results import Result


class Pending(NamedTuple):
    """A version that is on its way and not in force everywhere."""

    version: str
    state: str
    weight: str | None
    """The class of its change set: strengthens, neutral, weakens or irreversible; None before it is planned."""
    asked: DesiredState


class Hub(NamedTuple):
    """What only a hub knows of a bundle."""

    latest: CommitRecord
    """The last commit, admitted or not."""
    outcomes: tuple[TargetOutcome, ...]
    """Of the last one that was admitted."""
    versions: Mapping[Target, Commit]
    """The last that was synced on each target."""
    findings: tuple[Finding, ...]
    """Of drift, open ones."""
    trust: Mapping[tuple[str, str, str], Mapping[str, Any]]
    """By app, account and region the confidence of what promises to be verified: `percent` and `reasons`."""
    results: tuple[Result, ...]
    """Of verifications, in the order of their times."""
    entries: tuple[Entry, ...]
    """The last of the ledger, the newest first."""
    checkpoint: Checkpoint | None


class Facts(NamedTuple):
    """`hub` is None for a bundle of which no hub was asked."""

    bundle: str
    at: datetime
    tree: tuple[AppNode, ...]
    asked: Sequence[DesiredTarget]
    """What is in force on each target; without a hub, what the bundle says."""
    leaves: Sequence[LeafGovernance]
    """What the apps promise."""
    timeline: Timeline
    pending: Pending | None
    hub: Hub | None
