"""Starting and stopping the local AWS: one process, its port, its log, and its end."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from json import load
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from backup_apps_local.issuer import make_key, public_keys

PREFERRED_PORT = 4566
_SERVER = "backup_apps_local.server"
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0

_children: "dict[int, subprocess.Popen[bytes]]" = {}
"""Servers that this process started, by pid: it must take note of their end, or they stay as zombies."""


class LocalAwsError(Exception):
    """The local AWS could not do what was asked; the message says why, and the log's tail where there is one."""


@dataclass(frozen=True)
class Server:
    """A running local AWS. `pid` is of the process group that the server leads, its Lambda workers included."""

    endpoint: str
    pid: int

    def is_up(self) -> bool:
        health = _health(self.endpoint)
        return health is not None and health["pid"] == self.pid


def start(state: Path) -> Server:
    """Starts a server whose log and temporary files live in `state`, and waits until it answers."""
    with _alone():
        return _start(state, _free_port())


@contextmanager
def _alone() -> Iterator[None]:
    """A port that is free is free for everybody who looks, until a server listens there."""
    with (Path(gettempdir()) / f"backup-apps-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(state: Path, port: int) -> Server:
    log = state / "server.log"
    (state / "tmp").mkdir(parents=True, exist_ok=True)
    make_key(state)
    command = [sys.executable, "-m", _SERVER, "--port", str(port), "--issuer-keys", str(public_keys(state).resolve())]
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            env=_environment(state),
            cwd=state,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    server = Server(f"http://127.0.0.1:{port}", child.pid)
    _await_health(server, child, log)
    return server


def stop(server: Server) -> None:
    """Ends the server and its Lambda workers; nothing happens where it is not running."""
    if not server.is_up():
        return
    os.killpg(server.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _group_lives(server.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _group_lives(server.pid):
        os.killpg(server.pid, signal.SIGKILL)


def read_json(endpoint: str, path: str) -> Any:
    with urlopen(f"{endpoint}/_backup_apps/{path}", timeout=10) as response:
        return load(response)


def tail(log: Path, lines: int = 25) -> str:
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _health(endpoint: str) -> dict[str, Any] | None:
    try:
        with urlopen(f"{endpoint}/_backup_apps/health", timeout=2) as response:
            return dict(load(response))
    except (URLError, OSError, HTTPException, ValueError):
        return None


def _await_health(server: Server, child: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.is_up():
        if child.poll() is not None:
            raise LocalAwsError(f"the local AWS ended with code {child.returncode} at its start:\n{tail(log)}")
        if time.monotonic() > deadline:
            os.killpg(server.pid, signal.SIGKILL)
            child.wait()
            raise LocalAwsError(f"the local AWS did not answer within {_START_SECONDS:.0f} s:\n{tail(log)}")
        time.sleep(0.1)


def _group_lives(group: int) -> bool:
    if group in _children and _children[group].poll() is not None:
        del _children[group]
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    for port in (PREFERRED_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LocalAwsError("this machine has no free port")


def _environment(state: Path) -> dict[str, str]:
    """The developer's own AWS settings stay outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    outside = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return kept | outside | {"TMPDIR": str(state / "tmp"), "AWS_EC2_METADATA_DISABLED": "true"}
