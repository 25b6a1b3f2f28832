"""What the hub knows of a bundle, as evidence: its ledger is exported first, and facts are drawn from that."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.commits import Version
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.evidence.facts import Evidence
from backup_apps.ports.drift import Findings
from backup_apps.ports.ledger import Ledger
from backup_apps.ports.storage import Documents, Records
from backup_apps.ports.verification import Rehearsed
from backup_apps.usecases.export_ledger import PublicKey, Seal, export_ledger
from backup_apps.usecases.governed import desired_in_force, in_force
from backup_apps.usecases.read_findings import read_findings

Check = Callable[[bytes], Sequence[str]]
"""What is wrong with an exported ledger, as `ledger verify` says it."""


class Books(NamedTuple):
    """Where evidence is drawn from; `rehearsed` is None in a hub that verifies nothing."""

    records: Records
    documents: Documents
    findings: Findings
    ledger: Ledger
    rehearsed: Rehearsed | None
    seal: Seal
    public_key: PublicKey
    check: Check


class Gathered(NamedTuple):
    evidence: Evidence
    ledger: bytes
    """The export, for whoever checks it offline."""


def gather_evidence(books: Books, bundle: str, now: datetime) -> Gathered:
    """Raises UnknownCommitError where no version was ever admitted, AwsError where the hub does not sign."""
    admitted = books.records.latest_admitted(bundle)
    if admitted is None:
        raise UnknownCommitError(f"no version of {bundle} was admitted; see: backup-apps history {bundle}")
    export = export_ledger(books.ledger, books.seal, books.public_key, bundle)
    force = in_force(books.records, books.documents, bundle)
    evidence = Evidence(
        bundle=bundle,
        at=now,
        version=admitted.version,
        outcomes=books.records.outcomes(Version(bundle, admitted.version)),
        desired=tuple(desired_in_force(books.documents, one, target) for target, one in sorted(force.versions.items())),
        leaves=force.leaves,
        findings=read_findings(books.records, books.findings, bundle),
        results=tuple(books.rehearsed.results(bundle)) if books.rehearsed else (),
        entries=export.entries,
        broken=tuple(books.check(export.text)),
    )
    return Gathered(evidence, export.text)
