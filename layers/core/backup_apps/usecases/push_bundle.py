"""Pushing a bundle: the upload that is a commit, and before it the attestation of where it comes from."""

from backup_apps.domain.commits import NAMES, Version, is_valid
from backup_apps.domain.errors import InvalidError, NotFoundError, VersionTakenError
from backup_apps.domain.provenance.attestation import attestation_of
from backup_apps.ports.storage import Archives


def push_bundle(archives: Archives, version: Version, archive: bytes, id_token: str) -> bool:
    """Upload a version, once. False if these very bytes are there already; raises VersionTakenError if others are.

    An attestation that is there already is that of a push which never came to its zip, and its token may be out of
    time: it is replaced. Once the zip is there, it is not: the hub reads the one that the zip found.
    """
    if not is_valid(version):
        raise InvalidError("push", "InvalidVersion", NAMES)
    attestation = attestation_of(id_token)
    if not archives.put_once(version.attestation_key, attestation):
        if _is_there(archives, version, archive):
            return False
        archives.put(version.attestation_key, attestation)
    if archives.put_once(version.key, archive):
        return True
    _is_there(archives, version, archive)
    return False


def _is_there(archives: Archives, version: Version, archive: bytes) -> bool:
    try:
        found = archives.fetch(version.key, None, len(archive))
    except NotFoundError:
        return False
    if found.body == archive:
        return True
    raise VersionTakenError(f"{version.key} exists with other content; push under a new version")
