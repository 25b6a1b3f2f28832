"""What the local AWS tells about itself over HTTP, below `/_backup_apps/`, beside the AWS APIs.

GET  health                  which MiniStack answers, and in which process
GET  calls?since=N           AWS Backup calls after sequence N, as our service journalled them
GET  authorizations?since=N  what IAM decided after sequence N
GET  clock                   what time it is for AWS Backup
POST advance                 lets time pass there: {"days"|"hours"|"minutes": N}, or {"to": "2026-01-01T00:00:00+00:00"}
GET  state                   the story so far: what AWS Backup remembers, and the data behind its recovery points
POST state                   such a story: it goes on from there, in place of the one that was
POST faults                  lets something go wrong there: {"kind", "target", "times", "message", "value",
                             "delay" in minutes}; see backup/faults.py for the kinds

Both records only grow: to see what one step did, remember the last sequence number before it.
"""

import asyncio
import dataclasses
import json
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from backup_apps_local.backup.data_plane import DataPlaneError
from backup_apps_local.backup.journal import Call
from backup_apps_local.backup.service import BackupService
from backup_apps_local.decisions import DecisionLog

PREFIX = "/_backup_apps/"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Inspection:
    """ASGI application in front of another: answers what is below PREFIX, passes on everything else."""

    def __init__(self, served: AsgiApp, backup: BackupService, decisions: DecisionLog, version: str) -> None:
        self._served = served
        self._backup = backup
        self._decisions = decisions
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._served(scope, receive, send)
            return
        query = parse_qs(scope.get("query_string", b"").decode())
        name = scope["path"].removeprefix(PREFIX)
        if scope["method"] == "POST":
            status, document = await asyncio.to_thread(self._do, name, await _body(receive))
        elif (scope["method"], name) == ("GET", "state"):
            await _send(send, *await asyncio.to_thread(self._saved))
            return
        else:
            status, document = self._answer(scope["method"], name, query)
        await send_json(send, status, document)

    def _saved(self) -> tuple[int, bytes]:
        try:
            return 200, self._backup.dump().encode()
        except DataPlaneError as error:
            return 500, json.dumps({"message": str(error)}).encode()

    def _do(self, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """In a thread: the time that passes moves data through this same endpoint."""
        try:
            if name == "state":
                self._backup.load(body.decode())
                return 200, {"now": self._backup.now()}
            asked = json.loads(body or b"{}")
            match name:
                case "advance":
                    to = datetime.fromisoformat(asked.pop("to")) if "to" in asked else None
                    return 200, {"now": self._backup.advance(to, **asked)}
                case "faults":
                    delay: dict[str, Any] = {"delay": timedelta(minutes=asked.pop("delay"))} if "delay" in asked else {}
                    self._backup.fault(**asked, **delay)
                    return 200, {}
        except (TypeError, ValueError) as error:
            return 400, {"message": str(error)}
        except DataPlaneError as error:
            return 500, {"message": str(error)}
        return 404, {"message": f"nothing is at POST {PREFIX}{name}; try advance, faults or state"}

    def _answer(self, method: str, name: str, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        since = int(query.get("since", ["0"])[0])
        match method, name:
            case "GET", "health":
                return 200, {"status": "up", "ministack": self._version, "pid": os.getpid()}
            case "GET", "calls":
                return 200, {"calls": [call_json(call) for call in self._backup.journal[since:]]}
            case "GET", "authorizations":
                decisions = self._decisions.since(since)
                return 200, {"authorizations": [dataclasses.asdict(decision) for decision in decisions]}
            case "GET", "clock":
                return 200, {"now": self._backup.now()}
        return 404, {"message": f"nothing is at {method} {PREFIX}{name}; try health, calls or authorizations"}


def call_json(call: Call) -> dict[str, Any]:
    """A journalled call as JSON; `is_write` is computed by the journal and goes with it."""
    return {**vars(call), "is_write": call.is_write}


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def send_json(send: Send, status: int, document: dict[str, Any]) -> None:
    await _send(send, status, json.dumps(document, default=_plain).encode())


async def _send(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
