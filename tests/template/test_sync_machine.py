"""The sync state machine as it is written. That it runs so is shown by the end-to-end tests."""

from collections.abc import Iterator
from typing import Any

import jsonata
import pytest

from backup_apps.usecases.wake_approval import REJECTED, SUPERSEDED
from tests.template.documents import Document, hub, resources, states, sync

STATES = dict(states(sync()))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
TOP = sync()["States"]

# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
TRANSIENT = {
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}


def expressions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for member in value.values():
            yield from expressions(member)
    elif isinstance(value, list):
        for member in value:
            yield from expressions(member)
    elif isinstance(value, str) and value.startswith("{%"):
        assert value.endswith("%}"), value
        yield value[2:-2]


def successors(state: Document) -> set[str]:
    ways = [state, *state.get("Catch", []), *state.get("Choices", [])]
    return {way["Next"] for way in ways if "Next" in way} | {state[key] for key in ("Default",) if key in state}


def test_states_follow_the_sync_in_its_order() -> None:
    order = ["PlanTargets", "RecordPlan", "ApproveChangeSet", "SyncTargets", "HasMoved", "RecordOutcome"]
    assert sync()["StartAt"] == order[0]
    nexts = [TOP[name].get("Next") or TOP[name].get("Default") for name in order]
    assert nexts == [*order[1:], None]


def test_a_change_set_waits_for_people_and_says_why_they_refuse() -> None:
    state = TOP["ApproveChangeSet"]
    assert state["Resource"].endswith(".waitForTaskToken")
    refused = state["Catch"][0]
    assert set(refused["ErrorEquals"]) == {REJECTED, SUPERSEDED, "States.Timeout"}
    assert refused["Output"] == {"refusal": "{% $states.errorOutput %}"}


@pytest.mark.parametrize(
    ("targets", "round_", "goes_to"),
    [
        ([{"state": "synced"}], 1, "RecordOutcome"),
        ([{"state": "synced"}, {"moved": True}], 1, "PlanTargets"),
        ([{"moved": True}], 2, "PlanTargets"),
        ([{"moved": True}], 3, "RecordOutcome"),
        ([], 1, "RecordOutcome"),
    ],
)
def test_what_moved_is_planned_again_and_not_for_ever(targets: list[Document], round_: int, goes_to: str) -> None:
    (again,) = TOP["HasMoved"]["Choices"]
    moved = evaluate(again["Condition"], {"targets": targets, "round": round_})
    assert (again["Next"] if moved else TOP["HasMoved"]["Default"]) == goes_to


@pytest.mark.parametrize("name", sorted(set(TOP) - {"RecordOutcome", "HasMoved"}))
def test_whatever_breaks_off_is_recorded(name: str) -> None:
    catch = TOP[name]["Catch"][-1]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["Next"] == "RecordOutcome"
    assert catch["Output"] == {"error": "{% $states.errorOutput %}"}


@pytest.mark.parametrize("name", ["PlanTarget", "SyncTarget"])
def test_a_target_that_fails_keeps_its_error_and_its_name(name: str) -> None:
    catch = STATES[name]["Catch"][-1]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert set(catch["Output"]) == {"account", "region", "error"}
    assert STATES[catch["Next"]]["End"] is True


@pytest.mark.parametrize("name", TASKS)
def test_a_task_outlasts_its_function(name: str) -> None:
    """Otherwise the state machine gives up on a function that still writes."""
    function = TASKS[name]["Arguments"]["FunctionName"].strip("${}").removesuffix("Arn")
    assert seconds(TASKS[name]["TimeoutSeconds"]) > resources(hub(), "AWS::Serverless::Function")[function]["Timeout"]


def test_the_whole_has_a_time_limit() -> None:
    assert sync()["TimeoutSeconds"] > 3 * sum(seconds(state["TimeoutSeconds"]) for state in TASKS.values())


def seconds(limit: Any) -> float:
    """A limit as written, or with the longest wait for an approval."""
    longest = str(hub()["Parameters"]["ApprovalHours"]["MaxValue"])
    return float(evaluate(limit.replace("${ApprovalHours}", longest), {})) if isinstance(limit, str) else limit


@pytest.mark.parametrize("name", TASKS)
def test_what_passes_is_retried_with_jitter(name: str) -> None:
    retry = next(one for one in TASKS[name]["Retry"] if set(one["ErrorEquals"]) >= TRANSIENT)
    assert {"ThrottledError", "UnavailableError"} <= set(retry["ErrorEquals"])
    assert retry["JitterStrategy"] == "FULL"
    assert retry["MaxAttempts"] > 0


def test_a_busy_target_is_waited_for_as_long_as_a_killed_sync_holds_it() -> None:
    held = resources(hub(), "AWS::Serverless::Function")["SyncTargetFunction"]["Timeout"]
    for name in ("PlanTarget", "SyncTarget"):
        retry = next(one for one in TASKS[name]["Retry"] if one["ErrorEquals"] == ["TargetBusyError"])
        assert retry["BackoffRate"] == 1
        assert retry["IntervalSeconds"] * retry["MaxAttempts"] > held


def test_every_state_is_reached_and_every_next_exists() -> None:
    reached = {name for state in STATES.values() for name in successors(state)}
    starts = {state["ItemProcessor"]["StartAt"] for state in STATES.values() if "ItemProcessor" in state}
    assert reached | starts | {sync()["StartAt"]} == set(STATES)


@pytest.mark.parametrize("expression", sorted(set(expressions(sync()))))
def test_expressions_can_be_parsed(expression: str) -> None:
    assert jsonata.Jsonata.jsonata(expression.strip()) is not None


@pytest.mark.parametrize(
    ("planned", "goes_to"),
    [
        ({"account": "1", "region": "r", "changes": 2}, "SyncTarget"),
        ({"account": "1", "region": "r", "changes": 0}, "Unchanged"),
    ],
)
def test_only_a_target_with_changes_is_synced(planned: dict[str, Any], goes_to: str) -> None:
    choice = STATES["HasChanges"]
    held = (one["Next"] for one in choice["Choices"] if evaluate(one["Condition"], planned))
    assert next(held, choice["Default"]) == goes_to


def test_the_outcome_is_told_of_the_bundle_and_its_targets() -> None:
    payload = evaluate(STATES["RecordOutcome"]["Arguments"]["Payload"], {"targets": [{"region": "r"}]})
    assert payload == {"bundle": "acme", "version": "7", "targets": [{"region": "r"}]}


def evaluate(expression: str, given: Any) -> Any:
    context = {"Execution": {"Input": {"bundle": "acme", "version": "7"}}}
    compiled = jsonata.Jsonata.jsonata(expression[2:-2].strip())
    return compiled.evaluate(None, {"states": {"input": given, "context": context}})
