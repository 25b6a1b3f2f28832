"""Who writes, as the member account's CloudTrail and its policies see it: the session of a sync.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
from typing import NamedTuple

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import BUNDLE_TAG
from backup_apps.domain.normal_form import fingerprint

VERSION_TAG = "backup-apps:version"
APPROVER_TAG = "backup-apps:approver"
_NAME_LIMIT, _TAG_LIMIT, _HASH_DIGITS = 64, 256, 16
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_+=,.@-]")
_NOT_IN_TAG = re.compile(r"[^\w .:/=+@-]")


class SyncSession(NamedTuple):
    """A sync of a version. `approver` is whoever let its change set through, where somebody had to."""

    version: Version
    approver: str | None = None

    @property
    def name(self) -> str:
        """The session's name, the last part of the caller's ARN."""
        return session_name(f"{self.version.bundle}-{self.version.version}")

    @property
    def source_identity(self) -> str:
        """The commit: it stays with whatever the session does, and can't be changed."""
        return session_name(f"{self.version.bundle}@{self.version.version}")

    @property
    def tags(self) -> dict[str, str]:
        approver = {APPROVER_TAG: tag_value(self.approver)} if self.approver else {}
        return {BUNDLE_TAG: self.version.bundle, VERSION_TAG: self.version.version, **approver}


def session_name(text: str) -> str:
    """A text as AWS takes it for a session's name or source identity: 64 characters of some kinds. What does not fit
    ends in a hash, so that two texts stay two names."""
    fitting = _NOT_IN_NAME.sub("-", text)
    if len(fitting) <= _NAME_LIMIT:
        return fitting
    return f"{fitting[: _NAME_LIMIT - _HASH_DIGITS - 1]}-{fingerprint(text, _HASH_DIGITS)}"


def tag_value(text: str) -> str:
    """A text as AWS takes it for the value of a session tag: 256 letters, digits, blanks and a few signs."""
    return _NOT_IN_TAG.sub("_", text)[:_TAG_LIMIT]
