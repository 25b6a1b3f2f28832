"""The verification state machine as it is written. That it runs so is shown by the end-to-end tests."""

import jsonata
import pytest

from tests.template.documents import hub, resources, states, verification
from tests.template.test_sync_machine import TRANSIENT, expressions

STATES = dict(states(verification()))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def test_a_rehearsal_is_restored_checked_cleaned_up_and_recorded() -> None:
    order = ["RestorePoint", "IsRestored", "CheckRestore", "CleanUpRestore", "RecordVerification"]
    assert [STATES[name].get("Next") or next_if_restored(name) for name in order] == [*order[1:], None]
    assert STATES["RestorePoint"]["Resource"].endswith(".waitForTaskToken")


def next_if_restored(name: str) -> str | None:
    choices = STATES[name].get("Choices")
    return str(choices[0]["Next"]) if choices else None


@pytest.mark.parametrize(
    ("rehearsal", "expected"),
    [
        ({"job": "restore-1"}, "CheckRestore"),
        ({"problem": "the copy failed"}, "CheckRestore"),
        ({"copy_job": "copy-1", "copied": "arn"}, "RestorePoint"),
    ],
)
def test_what_was_copied_is_restored_then(rehearsal: dict[str, object], expected: str) -> None:
    assert chosen("IsRestored", rehearsal) == expected


@pytest.mark.parametrize("name", ["RestorePoint", "CheckRestore"])
def test_whatever_fails_is_cleaned_up(name: str) -> None:
    (catch,) = STATES[name]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "CleanUpRestore")
    assert "'problem': $states.errorOutput" in catch["Output"]


def test_what_cannot_be_cleaned_up_is_recorded_as_still_there() -> None:
    (catch,) = STATES["CleanUpRestore"]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "RecordVerification")
    assert "'cleaned': false" in catch["Output"]


def test_what_cannot_be_chosen_is_recorded() -> None:
    (catch,) = STATES["ChoosePoints"]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Rehearse")


@pytest.mark.parametrize(
    ("rehearsal", "expected"),
    [
        ({"trigger": "schedule"}, "RestorePoint"),
        ({"trigger": "restore"}, "CheckRestore"),
        ({"trigger": "restore-testing"}, "CheckRestore"),
        ({"trigger": "restore", "problem": "x"}, "CleanUpRestore"),
        ({"trigger": "schedule", "problem": {"Error": "x"}}, "CleanUpRestore"),
        ({"trigger": "hand", "verdict": "failed"}, "CleanUpRestore"),
        ({"trigger": "hand", "verdict": "failed", "cleaned": True}, "RecordVerification"),
    ],
)
def test_a_rehearsal_goes_on_where_it_was_cut_off(rehearsal: dict[str, object], expected: str) -> None:
    assert chosen("WhatIsLeft", rehearsal) == expected


def chosen(name: str, document: dict[str, object]) -> str:
    """Where a choice leads."""
    for choice in STATES[name]["Choices"]:
        (condition,) = expressions(choice["Condition"])
        if jsonata.Jsonata(condition.replace("$states.input", "$$")).evaluate(document):
            return str(choice["Next"])
    return str(STATES[name]["Default"])


@pytest.mark.parametrize("name", TASKS)
def test_a_task_outlasts_its_function(name: str) -> None:
    function = TASKS[name]["Arguments"]["FunctionName"].strip("${}").removesuffix("Arn")
    assert TASKS[name]["TimeoutSeconds"] > resources(hub(), "AWS::Serverless::Function")[function]["Timeout"]


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"CleanUpRestore"}))
def test_what_passes_is_retried_with_jitter(name: str) -> None:
    retry = next(one for one in TASKS[name]["Retry"] if set(one["ErrorEquals"]) >= TRANSIENT)
    assert {"ThrottledError", "UnavailableError"} <= set(retry["ErrorEquals"])
    assert retry["JitterStrategy"] == "FULL"


def test_every_expression_can_be_read() -> None:
    found = list(expressions(verification()))
    assert len(found) > 15
    for expression in found:
        jsonata.Jsonata(expression)


def test_a_run_of_ten_types_stays_far_below_the_limit_of_a_history() -> None:
    """Of 25,000 events: each state makes two, a task five, a retry three more.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    each = sum(5 + 3 * sum(one["MaxAttempts"] for one in task["Retry"]) for task in TASKS.values())
    assert 10 * each < 25_000 / 2
