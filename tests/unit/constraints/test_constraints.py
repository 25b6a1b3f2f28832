"""Every constraint has a policy that it takes and one that it refuses, in tests/unit/constraints/cases."""

from collections.abc import Iterable
from typing import Any

import botocore.session
import pytest

from backup_apps.domain.constraints import CONSTRAINTS, LINTS, Constraint, Subject, Violation
from backup_apps.domain.constraints.vault_events import EVENTS
from backup_apps.domain.places import parse_path

from .policies import load_cases, number_of, subject

FILES = (
    "retention",
    "schedules",
    "copies",
    "selections",
    "tags",
    "vaults",
    "plans",
    "verification",
    "restore_testing",
    "lint",
)
CASES = [case for name in FILES for case in load_cases(name)]
ALL = (*CONSTRAINTS, *LINTS)

GOOD = [
    pytest.param(case, change, id=f"{case['number']}-takes-{index}")
    for case in CASES
    for index, change in enumerate(case["good"])
]
BAD = [
    pytest.param(case, bad, id=f"{case['number']}-refuses-{index}")
    for case in CASES
    for index, bad in enumerate(case["bad"])
]


@pytest.mark.parametrize(("case", "change"), GOOD)
def test_a_good_policy_passes(case: dict[str, Any], change: dict[str, Any]) -> None:
    tables = ALL if case["number"].startswith("L") else CONSTRAINTS
    assert _violations(tables, subject(change, quotas=case.get("quotas"))) == []


@pytest.mark.parametrize(("case", "bad"), BAD)
def test_a_bad_policy_is_refused_where_it_is_bad(case: dict[str, Any], bad: dict[str, Any]) -> None:
    number = case["number"]
    tables = ALL if number.startswith("L") else CONSTRAINTS
    found = _violations(tables, subject(bad["set"], quotas=case.get("quotas")))
    assert {number_of(violation.message) for violation in found} == {number, *bad.get("also", ())}
    (violation,) = [violation for violation in found if number_of(violation.message) == number]
    assert violation.path == parse_path(bad["at"])
    assert bad["says"] in violation.message


def test_every_number_has_a_failing_case_and_a_passing_one() -> None:
    untested = {constraint.number for constraint in ALL} - {case["number"] for case in CASES}
    assert untested == {"B504"}, "B504 needs fifty tags, and has a test of its own"
    assert all(case["good"] and case["bad"] for case in CASES)


def test_numbers_are_unique_and_sources_are_pages_of_aws() -> None:
    assert len({constraint.number for constraint in ALL}) == len(ALL)
    assert all(constraint.source.startswith("https://docs.aws.amazon.com/") for constraint in ALL)


def test_a_vault_bears_fifty_tags_with_the_bundles() -> None:
    tags = {f"key-{index:02}": "value" for index in range(49)}
    assert _violations(CONSTRAINTS, subject({"vaults.primary.tags": tags})) == []
    (violation,) = _violations(CONSTRAINTS, subject({"vaults.primary.tags": {**tags, "one-more": "value"}}))
    assert violation.path == ("vaults", "primary", "tags")
    assert violation.message.endswith("write 49, not 50 (B504)")


def test_events_are_those_of_the_service() -> None:
    model = botocore.session.get_session().get_service_model("backup")
    assert set(model.shape_for("BackupVaultEvent").enum) == EVENTS


def _violations(constraints: Iterable[Constraint], of: Subject) -> list[Violation]:
    return [violation for constraint in constraints for violation in constraint.check(of)]
