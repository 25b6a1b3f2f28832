"""The version of a bundle that was in force at a time, with its bytes."""

from datetime import datetime
from typing import NamedTuple

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import LedgerBrokenError, NeverInForceError
from backup_apps.domain.ledger.happenings import digest_of
from backup_apps.domain.ledger.history import InForce, first_in_force, in_force, moment
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps.domain.state_documents import organization_key
from backup_apps.ports.ledger import Ledger
from backup_apps.ports.storage import Archives, Documents
from backup_apps.usecases.admit_bundle import MAX_ARCHIVE_BYTES


class VersionThen(NamedTuple):
    """What live state followed."""

    in_force: InForce
    archive: bytes
    organization: str | None
    """What AWS Organizations answered when it was admitted, if it was asked."""


class Books(NamedTuple):
    """Where it is looked up."""

    ledger: Ledger
    archives: Archives
    documents: Documents


def version_at(books: Books, bundle: str, at: datetime, target: Target | None = None) -> VersionThen:
    """Of the bundle, or of one target. Raises NeverInForceError where there was none, LedgerBrokenError where the
    ledger, the archive or the answer of AWS Organizations is not what was recorded."""
    found = _in_force(books.ledger, bundle, at, target)
    version = Version(bundle, found.version)
    archive = books.archives.fetch(version.key, found.object_version, MAX_ARCHIVE_BYTES).body
    if archive is None or digest_of(archive) != found.sha256:
        raise LedgerBrokenError(bundle, [f"the archive of version {found.version} is not the one that was committed"])
    organization = books.documents.read(organization_key(version)) if found.organization_sha256 else None
    if organization and digest_of(organization.encode()) != found.organization_sha256:
        raise LedgerBrokenError(bundle, [f"{organization_key(version)} is not what AWS Organizations answered"])
    return VersionThen(found, archive, organization)


def _in_force(ledger: Ledger, bundle: str, at: datetime, target: Target | None) -> InForce:
    entries = ledger.entries(bundle)
    broken = [found.message for found in verify_segment(entries)]
    if broken:
        raise LedgerBrokenError(bundle, broken)
    found = in_force(entries, moment(at), target)
    if found is None:
        since = first_in_force(entries)
        told = f"its first sync ended on {since}" if since else "it was never synced"
        raise NeverInForceError(f"no version of {bundle} was in force{_in(target)} on {moment(at)}: {told}")
    return found


def _in(target: Target | None) -> str:
    return f" in {target}" if target else ""
