"""Each folder of tests/cases/organizations/effective is a chain of policies, and beside it what becomes of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backup_apps.domain.regions import REGIONS
from backup_apps.usecases.effective_policy import EffectivePolicy, PolicyFile, effective_policy
from backup_apps_cli.organizations_commands import effective
from organizations.chains import CASES, NOW, chain_in

FOLDERS = sorted((CASES / "effective").iterdir())


def outcome(found: EffectivePolicy) -> dict[str, Any]:
    if found.refusals:
        return {"refused": [[policy, error.code] for policy, error in found.refusals]}
    if found.errors:
        return {"withheld": [list(error[:3]) for error in found.errors]}
    return {"effective": found.document}


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_a_chain_becomes_what_aws_makes_of_it(case: Path) -> None:
    found = outcome(effective_policy(chain_in(case), REGIONS, NOW))

    assert found == json.loads((case / "expected.json").read_text())
    kind = next(iter(found))
    assert case.name.startswith(kind) == (kind != "effective"), "the name says the expectation"


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_the_command_prints_the_policy_or_the_codes(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    levels = [",".join(str(case / file.name) for file in level) for level in chain_in(case)]

    result = CliRunner(mix_stderr=False).invoke(effective, levels)

    assert result.exit_code == (0 if "effective" in expected else 1)
    if "effective" in expected:
        assert json.loads(result.stdout) == expected["effective"]
        assert result.stderr == ""
    else:
        assert result.stdout == ""
        for item in expected.get("withheld", []):
            assert f"{item[0]} {item[1]}: {item[2]}" in result.stderr
        for policy, code in expected.get("refused", []):
            assert f"{policy} {code}" in result.stderr


def test_a_file_that_is_not_there_is_a_mistake_of_usage() -> None:
    result = CliRunner(mix_stderr=False).invoke(effective, ["nowhere.json"])

    assert result.exit_code == 2
    assert "nowhere.json" in result.stderr


@pytest.mark.parametrize(
    ("case", "policies"),
    [
        ("withheld-continuous-and-inherited-retention", ("1-root.json", "2-account.json")),
        ("withheld-regions-assigned-empty", ("1-root.json",)),
        ("withheld-one-bad-plan-withholds-all", ("2-account.json",)),
    ],
)
def test_an_error_names_the_policies_that_make_it(case: str, policies: tuple[str, ...]) -> None:
    (error,) = effective_policy(chain_in(CASES / "effective" / case), REGIONS, NOW).errors

    assert error.policies == policies


def test_a_target_takes_ten_policies_and_a_path_seven_levels() -> None:
    policy = PolicyFile("policy", '{"plans": {}}')

    assert effective_policy([[policy] * 10] * 7, REGIONS, NOW).document == {}
    for levels in ([[policy] * 11], [[policy]] * 8):
        (refusal,) = effective_policy(levels, REGIONS, NOW).refusals
        assert refusal.error.code == "ConstraintViolationException"
