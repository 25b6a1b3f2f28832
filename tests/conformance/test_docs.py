"""docs/local-aws.md: its examples run as they stand, and its tables name all that there is."""

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.loaders import Loader

from backup_apps_local.backup.faults import KINDS
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.launcher import start, stop

PAGE = Path(__file__).parents[2] / "docs" / "local-aws.md"
ENDPOINT = "http://127.0.0.1:4566"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(*kinds: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, text in FENCE.findall(PAGE.read_text()) if kind in kinds]


def listed(begin: str, end: str) -> str:
    return PAGE.read_text().partition(begin)[2].partition(end)[0]


@pytest.mark.behaviour("two-ways-in", "saved-and-loaded")
def test_the_examples_behind_boto3_run() -> None:
    names: dict[str, Any] = {}
    for _, text in examples("python"):
        exec(text, names)
    assert {event.detail_type for event in names["events"]} >= {
        "Backup Job State Change",
        "Recovery Point State Change",
    }


@pytest.mark.e2e
@pytest.mark.enable_socket
@pytest.mark.behaviour("two-ways-in", "saved-and-loaded")
def test_the_examples_at_the_endpoint_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server, names = start(tmp_path), dict[str, Any]()
    try:
        for kind, text in examples("python endpoint", "console endpoint"):
            here = text.replace(ENDPOINT, server.endpoint)
            if kind == "python endpoint":
                exec(here, names)
            else:
                said = [run(line.removeprefix("$ ")) for line in here.splitlines()]
    finally:
        stop(server)
    assert "now" in json.loads(said[-1])


def run(command: str) -> bytes:
    """What curl would do; a machine may have none."""
    program, *words = shlex.split(command)
    assert program == "curl"
    (url,) = (word for word in words if word.startswith("http"))
    options = {word: words[words.index(word) + 1] for word in words if word.startswith("-")}
    data = options.get("-d", options.get("--data-binary"))
    body = data and (Path(data[1:]).read_bytes() if data.startswith("@") else data.encode())
    with urlopen(Request(url, data=body or None, method=options.get("-X", "GET")), timeout=60) as answer:
        said = bytes(answer.read())
    if "-o" in options:
        Path(options["-o"]).write_bytes(said)
    return said


@pytest.mark.behaviour("fault-jobs", "fault-restores", "fault-events", "fault-calls")
def test_every_fault_is_described() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", listed("## What can go wrong", "\n## "), re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([\w-]+)`", row)} == KINDS


@pytest.mark.behaviour("fault-jobs", "fault-restores", "fault-events", "fault-calls")
def test_every_fault_has_a_case() -> None:
    cases = "".join((Path(__file__).parent / f"test_{name}.py").read_text() for name in ("faults", "recovery_points"))
    asked = re.findall(r'service\.fault\(\s*"([\w-]+)"', cases)
    assert set(asked) - {"backup-explodes"} == KINDS


@pytest.mark.behaviour("refuses-by-name")
def test_every_operation_that_is_not_here_is_named() -> None:
    model = Loader().load_service_model("backup", "service-2")
    named = re.findall(r"`(\w+)`", listed("empty\nsuccess:", "\nAnd what AWS does"))
    assert named == sorted(set(model["operations"]) - set(OPERATIONS))
