"""`backup-apps report`: the page of a folder and of a hub."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ledger_hub import Acme

from backup_apps_cli import page_report
from backup_apps_cli.main import main

ROOT = Path(__file__).parents[3]
EXAMPLE = str(ROOT / "examples" / "acme")
INVALID = str(ROOT / "tests" / "cases" / "validate" / "refused-units" / "bundle")


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, ["report", *arguments], env={"COLUMNS": "160"})


def test_of_a_folder(tmp_path: Path) -> None:
    result = run(EXAMPLE, "--to", str(tmp_path / "out"))
    assert result.exit_code == 0, result.stderr
    page, data = tmp_path / "out" / "acme.html", tmp_path / "out" / "acme.json"
    assert result.stdout.splitlines()[-1] == f"Next: open {page}"
    assert page.read_text().startswith("<!doctype html>")
    document = json.loads(data.read_text())
    assert (document["head"], document["ledger"], document["pending"]) == (None, None, None)
    assert {row["sync"] for row in document["rows"]} == {"not-asked"}
    assert [one["parent"] for one in document["apps"] if one["app"] == "payments"] == ["prod"]


def test_of_a_folder_and_what_it_replaces(tmp_path: Path, longer: Path) -> None:
    result = run(str(longer), "--before", EXAMPLE, "--from", "2027-01-01", "--days", "30", "--to", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    timeline = json.loads((tmp_path / "acme.json").read_text())["timeline"]
    assert (timeline["first"], timeline["days"]) == ("2027-01-01", 30)
    assert (timeline["stays"], timeline["changes"]) == (True, True)


def test_the_document_says_where_it_is(tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(run(EXAMPLE, "--to", str(tmp_path), "--output", "json").stdout)
    size = len((tmp_path / "acme.html").read_text())
    assert told == {
        "bundle": "acme",
        "html": str(tmp_path / "acme.html"),
        "data": str(tmp_path / "acme.json"),
        "bytes": size,
    }


def test_an_invalid_bundle_is_told_as_validate_tells_it(tmp_path: Path) -> None:
    result = run(INVALID, "--to", str(tmp_path), "--output", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["valid"] is False
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(EXAMPLE, "--to", str(tmp_path / "file" / "below"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Not a directory" in result.stderr


def test_of_a_hub(tmp_path: Path, acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.commit("v1", Path(EXAMPLE))
    monkeypatch.setattr(page_report, "connect", lambda stack: acme.remote)
    result = run("--to", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    document = json.loads((tmp_path / "acme.json").read_text())
    assert document["head"] is not None
    assert document["ledger"]["broken"] == []


def test_of_a_hub_that_nobody_pushed_to(tmp_path: Path, acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_report, "connect", lambda stack: acme.remote)
    result = run("--to", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no commit is recorded in this hub" in result.stderr


def test_a_bundle_that_the_hub_does_not_know(tmp_path: Path, acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_report, "connect", lambda stack: acme.remote)
    result = run("other", "--to", str(tmp_path))
    assert result.exit_code == 1
    assert "no commit of other is recorded" in result.stderr


@pytest.mark.parametrize("option", [("--before", EXAMPLE), ("--from", "2027-01-01")])
def test_what_is_about_a_folder_is_not_asked_of_a_hub(tmp_path: Path, option: tuple[str, str]) -> None:
    result = run("acme", "--to", str(tmp_path), *option)
    assert result.exit_code == 2
    assert "are about a DIR" in result.stderr
