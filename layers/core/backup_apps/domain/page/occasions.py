"""What has a page written anew: a plan or a rejection that was written down, the end of a sync, a sweep or a
verification, and what another function of the hub found between sweeps.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.commits import Version

FRESH = timedelta(hours=24)
"""How long a page of which nothing has changed stays as it is: confidence falls with time, and days go by."""
_WRITTEN = ("change-set.json", "errors.json")


class _Read(BaseModel):
    """AWS adds members to its events."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class _Object(_Read):
    key: str


class _Detail(_Read):
    object: _Object | None = None
    input: str | None = None
    """Of an execution; None where it is too large for an event."""


class Occasion(_Read):
    """An event, as far as it says which bundle it is about."""

    source: str
    detail: _Detail

    @property
    def bundle(self) -> str | None:
        """None if it is about all of them, or does not tell."""
        written = self.written
        return written.bundle if written else _told(self.detail.input)

    @property
    def written(self) -> Version | None:
        """The version of which something was written down."""
        key = self.detail.object.key if self.detail.object else ""
        folder, bundle, version, name = [*key.split("/"), "", "", ""][:4]
        return Version(bundle, version) if folder == "changes" and name in _WRITTEN else None


def _told(text: str | None) -> str | None:
    try:
        known = json.loads(text or "null")
    except ValueError:
        return None
    bundle = known.get("bundle") if isinstance(known, dict) else None
    return bundle if isinstance(bundle, str) else None


def is_fresh(page: Mapping[str, Any] | None, last: str | None, now: datetime) -> bool:
    """Whether a page says what is so. `last`: when something was recorded of the bundle, ISO 8601."""
    if page is None:
        return False
    written = datetime.fromisoformat(page["at"])
    changed = last is not None and datetime.fromisoformat(last) >= written
    return not changed and now - written < FRESH
