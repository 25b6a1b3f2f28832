"""The bytes of a version that was committed before."""

from backup_apps.domain.commits import State, Version
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.ports.storage import Archives, Records
from backup_apps.usecases.admit_bundle import MAX_ARCHIVE_BYTES


def fetch_version(records: Records, archives: Archives, version: Version) -> bytes:
    """Raises UnknownCommitError for a version that was never admitted: there is nothing to go back to."""
    known = records.find(version)
    if known is None or known.state is State.REJECTED:
        why = "was rejected" if known else "is not recorded"
        raise UnknownCommitError(f"{version.bundle} {version.version} {why}; backup-apps history {version.bundle}")
    body = archives.fetch(version.key, known.object_version, MAX_ARCHIVE_BYTES).body
    if body is None:
        raise UnknownCommitError(f"the archive of {version.bundle} {version.version} is larger than was ever admitted")
    return body
