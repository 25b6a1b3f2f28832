from pathlib import Path

import pytest

from backup_apps_local import launcher


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert launcher.tail(log) == "(no log)"
    log.write_text("\n".join(map(str, range(100))))
    assert launcher.tail(log, lines=2) == "98\n99"


def test_the_server_gets_nothing_of_the_developers_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("KEPT", "yes")
    environment = launcher._environment(tmp_path)
    assert environment["KEPT"] == "yes"
    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
