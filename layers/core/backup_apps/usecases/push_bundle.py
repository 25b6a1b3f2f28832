"""Pushing a bundle: the upload that is a commit."""

from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.errors import InvalidError, VersionTakenError
from backup_apps.ports import Archives


def push_bundle(archives: Archives, version: Version, archive: bytes) -> bool:
    """Upload a version, once. False if these very bytes are there already; raises VersionTakenError if others are."""
    if not is_valid(version):
        raise InvalidError("push", "InvalidVersion", NAMES)
    if archives.put_once(version.key, archive):
        return True
    if archives.fetch(version.key, None, len(archive)).body == archive:
        return False
    raise VersionTakenError(f"{version.key} exists with other content; push under a new version")
