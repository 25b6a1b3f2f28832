"""What AWS Backup tells, on the default bus of the account and region where it happened, at the time it happened.

Events are carried by a thread, in their order: what a rule starts may itself call AWS Backup, which is busy until its
call is answered. https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from backup_apps_local.backup.event import Event
from backup_apps_local.backup.service import BackupService


class BackupEvents:
    def __init__(self, backup: BackupService) -> None:
        self._backup = backup
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aws-backup-events")

    def install(self) -> None:
        self._backup.event_listeners.append(self._carry)

    def _carry(self, event: Event) -> None:
        """One that cannot be delivered does not keep the next ones back."""
        self._thread.submit(_publish, event).add_done_callback(report)


def report(delivery: "Future[None]") -> None:
    """What went wrong in the thread that carries events is in the server's log."""
    if delivery.exception() is not None:
        eventbridge.logger.error("An event was not delivered", exc_info=delivery.exception())


def _publish(event: Event) -> None:
    with request_scope(event.account, event.region):
        record = _record(event)
        eventbridge._events_log_list().append(record)
        view = eventbridge._pattern_event_view(record)
        eventbridge._dispatch_event(record, view)
        eventbridge._archive_event(record, view)


def _record(event: Event) -> dict[str, Any]:
    """As MiniStack keeps an event."""
    return {
        "EventId": event.id,
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": json.dumps(dict(event.detail)),
        "EventBusName": "default",
        "Time": int(event.time.timestamp()),
        "Resources": list(event.resources),
        "Account": event.account,
        "Region": event.region,
    }
