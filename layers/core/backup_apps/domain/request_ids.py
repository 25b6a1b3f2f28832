"""CreatorRequestId: makes a repeated create a no-op, and shows later what AWS Backup was asked for.

AWS keeps it unchanged and lists it, so that a selection need not be read to know what it selects.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
"""

from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.normal_form import fingerprint

_PREFIX = "backup-apps."
_CONTENT_DIGITS = 24
_COMMIT_DIGITS = 12


def request_id(content: Any, version: Version) -> str:
    """49 characters of the 50 that AWS allows: what is asked for, and by which commit, so that what was deleted since
    an earlier commit is made anew."""
    return f"{_signed(content)}.{fingerprint(version, _COMMIT_DIGITS)}"


def is_ours(creator_request_id: str | None) -> bool:
    """Whether this product made the request."""
    return (creator_request_id or "").startswith(_PREFIX)


def asked_for(creator_request_id: str | None, content: Any) -> bool:
    """Whether this very content was asked for, by whatever commit."""
    return (creator_request_id or "").startswith(f"{_signed(content)}.")


def _signed(content: Any) -> str:
    return f"{_PREFIX}{fingerprint(content, _CONTENT_DIGITS)}"
