"""The version from which live state drifted, with its files and the accounts that it was resolved with."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from backup_apps.domain.account_lookups import recorded_organization
from backup_apps.domain.catalog import Organization
from backup_apps.domain.commits import CommitRecord, Version
from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.domain.state_documents import organization_key
from backup_apps.ports.storage import Archives, Documents, Records
from backup_apps.usecases.fetch_version import fetch_version
from backup_apps.usecases.memories import recall


class Drifted(NamedTuple):
    version: str
    archive: bytes
    organization: Organization | None
    day: date
    """On which it was committed: by then its waivers held."""


def drifted_version(
    records: Records, archives: Archives, documents: Documents, findings: Iterable[Finding]
) -> Drifted | None:
    """The newest of those that the findings of one bundle name; None without findings. Raises UnknownCommitError."""
    versions = {Version(one.bundle, one.version) for one in findings}
    if not versions:
        return None
    newest = max((_known(records, version) for version in versions), key=lambda one: one.order)
    archive = fetch_version(records, archives, newest.id)
    day = datetime.fromisoformat(newest.committed).date()
    return Drifted(newest.version, archive, _organization(documents, newest.id), day)


def _known(records: Records, version: Version) -> CommitRecord:
    known = records.find(version)
    if known is None:
        raise UnknownCommitError(f"{version.bundle} {version.version} is not recorded")
    return known


def _organization(documents: Documents, version: Version) -> Organization | None:
    """What AWS Organizations answered, where it was asked."""
    recorded = recall(documents, organization_key(version))
    return None if recorded is None else recorded_organization(recorded)
