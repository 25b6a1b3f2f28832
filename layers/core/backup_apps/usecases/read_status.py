"""How far a commit has come."""

from typing import Any

from backup_apps.domain.commits import CommitRecord, Version, status
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.ports.storage import Records


def read_status(records: Records, bundle: str | None = None, version: str | None = None) -> dict[str, Any]:
    """Of one version, or of the last commit of the bundle, or of the last of all bundles."""
    record = _find(records, bundle, version)
    if record is None:
        wanted = " ".join(part for part in (bundle, version) if part) or "this hub"
        raise UnknownCommitError(f"no commit of {wanted} is recorded; backup-apps push makes one")
    return status(record, records.outcomes(record.id))


def _find(records: Records, bundle: str | None, version: str | None) -> CommitRecord | None:
    return records.find(Version(bundle, version)) if bundle and version else records.latest(bundle)
