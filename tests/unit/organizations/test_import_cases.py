"""Each folder of tests/cases/organizations/import is a chain of policies, and beside it the bundle that it becomes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backup_apps.offline_wiring import resolve_source
from backup_apps_cli.organizations_commands import import_group
from organizations.chains import CASES, chain_in

FOLDERS = sorted((CASES / "import").iterdir())


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(import_group, arguments)


def import_case(case: Path, folder: Path, output: str) -> Result:
    levels = [",".join(str(case / file.name) for file in level) for level in chain_in(case)]
    accounts = [word for account in expected(case)["accounts"] for word in ("--account", account)]
    return run("policies", *levels, *accounts, "--to", str(folder), "--name", "imported", "--output", output)


def expected(case: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return document


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.yaml")}


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_a_chain_becomes_this_bundle(case: Path, tmp_path: Path) -> None:
    result = import_case(case, tmp_path / "new", "json")

    assert texts(tmp_path / "new") == texts(case / "bundle")
    document = json.loads(result.stdout)
    assert {key: document[key] for key in ("same", "problems")} == {
        key: expected(case)[key] for key in ("same", "problems")
    }
    assert document["files"] == sorted(texts(case / "bundle"))
    assert result.exit_code == (0 if document["same"] else 1)


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_each_problem_is_said_to_people(case: Path, tmp_path: Path) -> None:
    result = import_case(case, tmp_path / "new", "text")

    for problem in expected(case)["problems"]:
        assert problem in result.stdout
    assert ("renders the same plans" in result.stdout) == expected(case)["same"]


def test_the_name_of_the_folder_is_the_name_of_the_bundle(tmp_path: Path) -> None:
    case = CASES / "effective" / "one-policy" / "1-root.json"

    result = run("policies", str(case), "--account", "111111111111", "--to", str(tmp_path / "My Backups_1"))

    assert result.exit_code == 0
    assert resolve_source(tmp_path / "My Backups_1").bundle == "my-backups-1"


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    case = CASES / "effective" / "one-policy" / "1-root.json"

    result = run("policies", str(case), "--account", "111111111111", "--to", str(tmp_path))

    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("withheld-one-bad-plan-withholds-all", "KEY_REQUIRED"),
        ("refused-and-nothing-else-is-said", "MalformedPolicyDocumentException"),
    ],
)
def test_without_an_effective_policy_nothing_is_written(case: str, said: str, tmp_path: Path) -> None:
    levels = [
        ",".join(str(CASES / "effective" / case / f.name) for f in level)
        for level in chain_in(CASES / "effective" / case)
    ]

    result = run("policies", *levels, "--account", "111111111111", "--to", str(tmp_path / "new"))

    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "new").exists()


def test_a_policy_without_plans_gives_no_bundle(tmp_path: Path) -> None:
    case = CASES / "effective" / "nothing-attached-but-fragments" / "1-root.json"

    result = run("policies", str(case), "--account", "111111111111", "--to", str(tmp_path / "new"))

    assert result.exit_code == 1
    assert "there is no plan to import" in result.stdout
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["policies", "1.json", "--to", "x"],
        ["policies", "--account", "111111111111", "--to", "x"],
        ["plans", "111111111111", "--to", "x"],
        ["plans", "111111111111/eu-west-1"],
    ],
)
def test_mistakes_of_usage(arguments: list[str], tmp_path: Path) -> None:
    assert run(*arguments).exit_code == 2


def test_an_account_has_twelve_digits(tmp_path: Path) -> None:
    case = CASES / "effective" / "one-policy" / "1-root.json"

    result = run("policies", str(case), "--account", "1234", "--to", str(tmp_path / "new"))

    assert result.exit_code == 2
    assert "'1234' is not an account id" in result.stderr
