"""Uploads whose event was lost, or whose admission broke off: they are admitted all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backup_apps.domain.commits import State, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backup_apps.ports.hub import Hub
    from backup_apps.ports.storage import Uploaded

LOOKED_BACK = timedelta(days=3)
"""An admission that fails again and again ends in the dead-letter queue each time, and is not tried for ever."""


def sweep_uploads(hub: Hub, now: datetime) -> list[str]:
    """Start the admission of each again, in the order of their commits; their keys. To be admitted twice, by an event
    that was only late, does nothing.

    What is no commit by its key changes nothing, so nobody waits for it, and it is left to its event.
    """
    lost = list(_lost(hub, now - LOOKED_BACK))
    for one in lost:
        hub.admissions.start(one.key, one.object_version)
    return [one.key for one in lost]


def _lost(hub: Hub, since: datetime) -> Iterator[Uploaded]:
    for one in sorted(hub.archives.uploaded_since(since), key=lambda one: (one.committed, one.key)):
        version = version_of(one.key)
        known = hub.records.find(version) if version else None
        is_planned = known and known.state is State.PLANNED and known.object_version == one.object_version
        if version and (known is None or is_planned):
            yield one
