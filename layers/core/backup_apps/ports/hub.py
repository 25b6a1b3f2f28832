"""The hub: all that its use cases reach, as one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from backup_apps.ports.bundles import BundleReader, Organizations
    from backup_apps.ports.drift import Findings, Healing
    from backup_apps.ports.ledger import Ledger, Signer
    from backup_apps.ports.members import Members
    from backup_apps.ports.people import Approvals, Roles, Trust
    from backup_apps.ports.signals import Admissions, Alerts, Clock, Executions, Pages, Waits
    from backup_apps.ports.storage import Archives, Documents, Records
    from backup_apps.ports.verification import Rehearsed


@dataclass(frozen=True)
class Hub:
    """Everything that the use cases of the hub reach."""

    bundles: BundleReader
    organizations: Organizations
    archives: Archives
    admissions: Admissions
    documents: Documents
    records: Records
    members: Members
    alerts: Alerts
    executions: Executions
    ledger: Ledger
    signer: Signer
    clock: Clock
    trust: Trust
    findings: Findings
    healing: Healing
    pages: Pages
    rehearsals: Callable[[], Rehearsed]
    """Loaded when it is asked for: most functions of the hub know nothing of verification."""
    own_roles: frozenset[str]
    """The names of the roles in member accounts by which the hub itself writes."""
    name: str
    """The hub's name in attestations."""
    approvals: Approvals
    waits: Waits
    roles: Roles
    approval_policy: Callable[[], str]
    """The approval policy as it is deployed now, JSON."""
    zone_of: Callable[[str], tzinfo]
    """The time zone of an IANA name. Raises ValueError for what is none."""
    max_prunes: int
    """How much a sync may delete in a target."""
