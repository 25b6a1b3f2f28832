import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from backup_apps_local.backup.client import client
from backup_apps_local.backup.service import BackupService
from backup_apps_local.decisions import DecisionLog
from backup_apps_local.inspection import Inspection


def answer(path: str, method: str = "GET", query: str = "") -> tuple[int, Any]:
    """What is answered after two calls and one decision."""
    backup, decisions = BackupService(clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)), DecisionLog()
    aws_backup = client(backup, "111111111111", "eu-west-1")
    aws_backup.create_backup_vault(BackupVaultName="vault")
    aws_backup.list_backup_vaults()
    decisions.record("111111111111", "eu-west-1", "somebody", "backup:ListTags", "*", allowed=False)
    sent: list[Any] = []

    async def served(scope: Any, receive: Any, send: Any) -> None:
        sent.extend([{"status": 0}, {"body": b'"passed on"'}])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    asyncio.run(Inspection(served, backup, decisions, "1.2.3")(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_calls_are_shown_from_a_number_on() -> None:
    status, document = answer("/_backup_apps/calls", query="since=1")
    assert status == 200
    (call,) = document["calls"]
    assert (call["sequence"], call["operation"], call["is_write"]) == (2, "ListBackupVaults", False)
    assert call["time"] == "2026-01-01 00:00:00+00:00"
    written = answer("/_backup_apps/calls")[1]["calls"][0]
    assert (written["is_write"], written["parameters"]["BackupVaultName"]) == (True, "vault")


def test_authorizations_are_shown() -> None:
    (decision,) = answer("/_backup_apps/authorizations")[1]["authorizations"]
    assert (decision["sequence"], decision["action"], decision["allowed"]) == (1, "backup:ListTags", False)
    assert answer("/_backup_apps/authorizations", query="since=1")[1] == {"authorizations": []}


def test_health_names_the_version() -> None:
    status, document = answer("/_backup_apps/health")
    assert (status, document["ministack"]) == (200, "1.2.3")


def test_what_is_not_there_is_told_and_the_rest_passed_on() -> None:
    assert answer("/_backup_apps/nothing")[0] == 404
    assert answer("/_backup_apps/calls", method="POST")[0] == 404
    assert answer("/backup-vaults") == (0, "passed on")
