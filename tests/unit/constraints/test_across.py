"""What is wrong with several apps together: cases in tests/unit/constraints/cases/across.yaml."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from backup_apps.domain.constraints import Subject, Violation
from backup_apps.domain.constraints.across import ACROSS, ACROSS_LINTS, AllSubjects, check_across, warn_across
from backup_apps.domain.places import parse_path

from .policies import load_cases, number_of, subject

CASES = load_cases("across")
GOOD = [
    pytest.param(case, apps, id=f"{case['number']}-takes-{index}")
    for case in CASES
    for index, apps in enumerate(case["good"])
]
BAD = [
    pytest.param(case, bad, id=f"{case['number']}-refuses-{index}")
    for case in CASES
    for index, bad in enumerate(case["bad"])
]


@pytest.mark.parametrize(("case", "apps"), GOOD)
def test_good_apps_pass(case: dict[str, Any], apps: list[dict[str, Any]]) -> None:
    assert _found(case, _subjects(case, apps)) == []


@pytest.mark.parametrize(("case", "bad"), BAD)
def test_bad_apps_are_refused_where_they_are_bad(case: dict[str, Any], bad: dict[str, Any]) -> None:
    subjects = _subjects(case, bad["apps"])
    ((found, violation),) = _found(case, subjects)
    assert any(found is subject for subject in subjects), "a finding holds the very subject that was handed in"
    assert found.app == bad["in"]
    assert violation.path == parse_path(bad["at"])
    assert bad["says"] in violation.message
    assert number_of(violation.message) == case["number"]


@pytest.mark.parametrize(("case", "bad"), BAD)
def test_the_order_of_the_apps_does_not_matter(case: dict[str, Any], bad: dict[str, Any]) -> None:
    subjects = _subjects(case, bad["apps"])
    shuffled = random.Random(0).sample(subjects, len(subjects))[::-1]
    assert _found(case, shuffled) == _found(case, subjects)


def test_every_number_has_a_failing_case_and_a_passing_one() -> None:
    assert {constraint.number for constraint in (*ACROSS, *ACROSS_LINTS)} == {case["number"] for case in CASES}
    assert all(case["good"] and case["bad"] for case in CASES)
    assert all(constraint.source.startswith("https://docs.aws.amazon.com/") for constraint in (*ACROSS, *ACROSS_LINTS))


def test_at_plan_time_a_copy_into_an_unknown_vault_is_an_error() -> None:
    (case,) = (case for case in CASES if case["number"] == "L801")
    offline = _subjects(case, case["bad"][0]["apps"])
    at_plan_time = [
        Subject(one.app, one.target, one.policy, one.catalog.model_copy(update={"at_plan_time": True}))
        for one in offline
    ]

    assert _counts(offline) == (0, 1)
    assert _counts(at_plan_time) == (1, 0)


def _counts(subjects: list[Subject]) -> tuple[int, int]:
    """Of errors and warnings."""
    together = AllSubjects(subjects)
    return len(list(check_across(together))), len(list(warn_across(together)))


def _subjects(case: dict[str, Any], apps: Sequence[dict[str, Any]]) -> list[Subject]:
    return [_subject(quotas=case.get("quotas"), **app) for app in apps]


def _subject(quotas: dict[str, int] | None, app: str, **where: Any) -> Subject:
    account = where.get("account", "111111111111")
    changes = {"role": f"arn:aws:iam::{account}:role/acme-backup", **where.pop("set", {})}
    return subject(changes, app=app, quotas=quotas, **where)


def _found(case: dict[str, Any], subjects: Sequence[Subject]) -> list[tuple[Subject, Violation]]:
    """Errors, and for the cases of warnings also those."""
    together = AllSubjects(subjects)
    warnings = warn_across(together) if case["number"].startswith("L") else ()
    return [*check_across(together), *warnings]
