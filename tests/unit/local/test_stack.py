import json
from pathlib import Path

import pytest

from backup_apps_local import stack
from backup_apps_local.launcher import LocalAwsError, Server


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of a local AWS that was up; whether it still is, a test says by `monkeypatch`."""
    document = {"endpoint": "http://127.0.0.1:1", "hub": {}, "members": []}
    (tmp_path / "server.json").write_text(json.dumps({"endpoint": "http://127.0.0.1:1", "pid": 1, "of_old": "x"}))
    (tmp_path / "status.json").write_text(json.dumps(document))
    monkeypatch.setattr(Server, "is_up", lambda server: True)
    return tmp_path


def test_status_is_what_was_deployed(state: Path) -> None:
    assert stack.status(state) == {"endpoint": "http://127.0.0.1:1", "hub": {}, "members": []}


def test_status_of_a_server_that_is_gone_says_what_to_do(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "is_up", lambda server: False)
    with pytest.raises(LocalAwsError, match="not up; start it with: backup-apps local up"):
        stack.status(state)


@pytest.mark.parametrize("missing", ["server.json", "status.json"])
def test_status_of_what_was_not_brought_up_wholly_says_so(state: Path, missing: str) -> None:
    (state / missing).unlink()
    with pytest.raises(LocalAwsError, match="not up"):
        stack.status(state)


def test_down_stops_the_server_and_forgets_it(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[Server] = []
    monkeypatch.setattr("backup_apps_local.launcher.stop", stopped.append)
    assert stack.down(state)
    assert stopped == [Server("http://127.0.0.1:1", 1)]
    assert not stack.down(state)


def test_a_fingerprint_changes_with_content_and_not_with_what_python_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "ROOT", tmp_path)
    code = tmp_path / "layers" / "core" / "a.py"
    code.parent.mkdir(parents=True)
    code.write_text("1")
    before = stack._fingerprint(("layers",))
    compiled = code.parent / "__pycache__" / "a.pyc"
    compiled.parent.mkdir()
    compiled.write_text("compiled")
    assert stack._fingerprint(("layers",)) == before
    code.write_text("2")
    assert stack._fingerprint(("layers",)) != before
