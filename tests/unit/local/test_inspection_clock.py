"""The doors by which the clock of AWS Backup is moved and faults are asked for."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from backup_apps_local.backup.data_plane import DataPlaneError, NoData
from backup_apps_local.backup.service import BackupService, Surroundings
from backup_apps_local.decisions import DecisionLog
from backup_apps_local.inspection import Inspection


def call(backup: BackupService, method: str, name: str, body: Any = None) -> tuple[int, Any]:
    sent: list[Any] = []
    raw = json.dumps(body).encode() if body is not None else b""
    parts = [{"body": raw[:5], "more_body": True}, {"body": raw[5:]}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def served(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not passed on")

    scope = {"type": "http", "method": method, "path": f"/_backup_apps/{name}", "query_string": b""}
    asyncio.run(Inspection(served, backup, DecisionLog(), "1")(scope, receive, send))  # type: ignore[arg-type]
    return sent[0]["status"], json.loads(sent[1]["body"])


def service() -> BackupService:
    return BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC))


def test_time_passes_by_days_and_to_a_moment() -> None:
    backup = service()
    assert call(backup, "POST", "advance", {"days": 35}) == (200, {"now": "2026-02-05 00:00:00+00:00"})
    assert call(backup, "POST", "advance", {"to": "2026-03-01T12:00:00+00:00"})[0] == 200
    assert call(backup, "GET", "clock") == (200, {"now": "2026-03-01 12:00:00+00:00"})


def test_faults_are_asked_for() -> None:
    backup = service()
    assert call(backup, "POST", "faults", {"kind": "backup-fails", "target": "arn:*", "times": 2}) == (200, {})
    (fault,) = backup.world.faults
    assert (fault.kind, fault.target, fault.times) == ("backup-fails", "arn:*", 2)


def test_delays_of_events_are_minutes() -> None:
    backup = service()
    call(backup, "POST", "faults", {"kind": "event-late", "delay": 90})
    assert backup.world.faults[0].delay == timedelta(minutes=90)


def test_a_story_goes_on_in_another_service() -> None:
    backup, other = service(), service()
    backup.fault("backup-fails")
    call(backup, "POST", "advance", {"days": 35})
    status, story = call(backup, "GET", "state")
    assert status == 200
    assert call(other, "POST", "state", story) == (200, {"now": "2026-02-05 00:00:00+00:00"})
    assert [fault.kind for fault in other.world.faults] == ["backup-fails"]


def test_data_that_cannot_be_read_or_written_are_told() -> None:
    backup = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC), around=Surroundings(data=NoStore()))
    assert call(backup, "GET", "state") == (500, {"message": "The store is full"})
    _, story = call(service(), "GET", "state")
    assert call(backup, "POST", "state", story) == (500, {"message": "The store is full"})


class NoStore(NoData):
    def save(self, handles: Any) -> Any:
        raise DataPlaneError("The store is full")

    def load(self, saved: Any) -> None:
        raise DataPlaneError("The store is full")


def test_what_makes_no_sense_is_refused() -> None:
    backup = service()
    assert call(backup, "POST", "state", {"version": 7})[0] == 400
    assert call(backup, "POST", "advance", {"to": "2025-01-01T00:00:00+00:00"})[0] == 400
    assert call(backup, "POST", "advance", {"weeks": 1})[0] == 400
    assert call(backup, "POST", "faults", {"kind": "explodes"})[0] == 400
    assert call(backup, "POST", "rewind")[0] == 404
    assert backup.now() == datetime(2026, 1, 1, tzinfo=UTC)
