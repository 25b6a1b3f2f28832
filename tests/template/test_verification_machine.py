"""The verification state machine as it is written. That it runs so is shown by the end-to-end tests."""

import jsonata
import pytest

from tests.template.documents import hub, resources, states, verification
from tests.template.test_sync_machine import TRANSIENT, assert_carried_on, expressions

STATES = dict(states(verification()))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def test_a_rehearsal_is_restored_checked_cleaned_up_and_recorded() -> None:
    order = ["RestorePoint", "IsRestored", "CheckRestore", "IsHeld", "CleanUpRestore", "RecordVerification"]
    of_choices = {"IsRestored": chosen("IsRestored", {"job": "1"}), "IsHeld": chosen("IsHeld", {})}
    assert [STATES[name].get("Next") or of_choices.get(name) for name in order] == [*order[1:], None]
    assert STATES["RestorePoint"]["Resource"].endswith(".waitForTaskToken")


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
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "IsHeld")
    assert chosen("IsHeld", {"problem": "x"}) == "CleanUpRestore"
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
        ({"trigger": "restore", "problem": "x"}, "IsHeld"),
        ({"trigger": "schedule", "problem": {"Error": "x"}}, "IsHeld"),
        ({"trigger": "hand", "verdict": "failed"}, "IsHeld"),
        ({"trigger": "hand", "verdict": "failed", "cleaned": True}, "RecordVerification"),
    ],
)
def test_a_rehearsal_goes_on_where_it_was_cut_off(rehearsal: dict[str, object], expected: str) -> None:
    assert chosen("WhatIsLeft", rehearsal) == expected


@pytest.mark.parametrize(
    ("rehearsal", "expected"),
    [
        ({"group": 0, "verdict": "verified"}, "Held"),
        ({"group": 0, "problem": "x"}, "Held"),
        ({"group": 0, "verdict": "verified", "grouped": True}, "CleanUpRestore"),
        ({"group": 0, "verdict": "verified", "grouped": False}, "CleanUpRestore"),
    ],
)
def test_what_is_of_a_group_stays_until_the_group_was_checked(rehearsal: dict[str, object], expected: str) -> None:
    assert chosen("IsHeld", rehearsal) == expected


def evaluated(text: str, states: dict[str, object]) -> object:
    (expression,) = expressions(text)
    return jsonata.Jsonata(expression.replace("$states", "$$")).evaluate(states)


ALONE = [{"type": "EBS"}]


@pytest.mark.parametrize("group", [[{"group": 0}], [{"group": 0}, {"group": 1}]], ids=["one", "two"])
def test_a_group_goes_first_in_its_order_and_then_with_the_others(group: list[dict[str, object]]) -> None:
    rehearse, check = STATES["Rehearse"], STATES["CheckGroup"]
    first: dict[str, object] = {"input": {"rehearsals": ALONE, "group": group}, "result": group}
    assert (evaluated(rehearse["Items"], first), evaluated(rehearse["MaxConcurrency"], first)) == (group, 1)
    held = evaluated(rehearse["Output"], first)
    assert held == {"rehearsals": ALONE, "group": group}
    assert chosen("IsGroupRestored", {"group": group}) == "CheckGroup"
    then: dict[str, object] = {"input": held, "result": {"Payload": group}}
    assert evaluated(check["Output"]["rehearsals"], then) == ALONE + group
    (catch,) = check["Catch"]
    unchecked = [one | {"grouped": False} for one in group]
    assert evaluated(catch["Output"]["rehearsals"], then) == ALONE + unchecked
    assert evaluated(catch["Output"]["rehearsals"], {"input": {"rehearsals": [], "group": group}}) == unchecked


def test_without_a_group_a_run_ends_with_its_rehearsals() -> None:
    states: dict[str, object] = {"input": {"rehearsals": ALONE}, "result": ALONE}
    rehearse = STATES["Rehearse"]
    assert (evaluated(rehearse["Items"], states), evaluated(rehearse["MaxConcurrency"], states)) == (ALONE, 10)
    assert evaluated(rehearse["Output"], states) == {"results": ALONE}
    assert chosen("IsGroupRestored", {"results": ALONE}) == "Recorded"


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


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"CleanUpRestore"}))
def test_a_function_that_was_killed_is_asked_again(name: str) -> None:
    assert_carried_on(TASKS[name])


def test_what_is_to_be_cleaned_up_is_tried_again_whatever_fails() -> None:
    tried = {error for one in STATES["CleanUpRestore"]["Retry"] for error in one["ErrorEquals"]}
    assert "States.TaskFailed" in tried


def test_every_expression_can_be_read() -> None:
    found = list(expressions(verification()))
    assert len(found) > 15
    for expression in found:
        jsonata.Jsonata(expression)


def test_who_finds_the_sandbox_full_waits_for_a_place_for_most_of_a_day() -> None:
    retry = next(one for one in TASKS["RestorePoint"]["Retry"] if "SandboxFullError" in one["ErrorEquals"])
    assert "LimitError" in retry["ErrorEquals"]
    waits = [
        min(retry["IntervalSeconds"] * retry["BackoffRate"] ** n, retry["MaxDelaySeconds"])
        for n in range(retry["MaxAttempts"])
    ]
    assert sum(waits) / 2 > 12 * 3600, "on average half of each, with full jitter"


def test_a_run_of_ten_types_stays_far_below_the_limit_of_a_history() -> None:
    """Of 25,000 events: each state makes two, a task five, a retry three more.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    each = sum(5 + 3 * sum(one["MaxAttempts"] for one in task["Retry"]) for task in TASKS.values())
    assert 10 * each < 25_000 / 2
