"""The sync state machine as it is written. That it runs so is shown by the end-to-end tests."""

from collections.abc import Iterator
from typing import Any

import jsonata
import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.state_documents import stage_targets_key, sync_targets_key, targets_key
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
    assert sync()["StartAt"] == "HasTargets"
    assert TOP["PlanTargets"]["Next"] == TOP["HasTargets"]["Default"] == "RecordPlan"
    assert TOP["RecordPlan"]["Next"] == "HasChanges"
    assert TOP["ApproveChangeSet"]["Next"] == "HasWrites"
    order = ["SyncTargets", "HasMoved", "RecordOutcome"]
    assert [TOP[name].get("Next") or TOP[name].get("Default") for name in order] == [*order[1:], None]


def test_a_change_set_waits_for_people_and_says_why_they_refuse() -> None:
    state = TOP["ApproveChangeSet"]
    assert state["Resource"].endswith(".waitForTaskToken")
    refused = state["Catch"][0]
    assert set(refused["ErrorEquals"]) == {REJECTED, SUPERSEDED, "States.Timeout"}
    assert refused["Output"] == {"refusal": "{% $states.errorOutput %}"}


@pytest.mark.parametrize(
    ("moved", "round_", "goes_to", "staged_goes_to"),
    [
        (0, 1, "RecordOutcome", "NextStage"),
        (1, 1, "HasTargets", "HasTargets"),
        (2, 2, "HasTargets", "HasTargets"),
        (1, 3, "RecordOutcome", "NextStage"),
    ],
)
def test_what_moved_is_planned_again_and_not_for_ever(
    moved: int, round_: int, goes_to: str, staged_goes_to: str
) -> None:
    given = {"moved": moved, "round": round_, "stage": 1}
    assert choose("HasMoved", {**given, "staged": False}) == goes_to
    assert choose("HasMoved", {**given, "staged": True}) == staged_goes_to


def test_stages_are_looked_at_until_none_is_left() -> None:
    assert choose("IsStaged", {"staged": False}) == "SyncTargets"
    assert choose("IsStaged", {"staged": True}) == "NextStage"
    assert choose("WhoGoes", {"action": "go"}) == "SyncTargets"
    assert choose("WhoGoes", {"action": "wait"}) == "WaitForStage"
    assert choose("WhoGoes", {"action": "done"}) == "RecordOutcome"
    assert TOP["NextStage"]["Next"] == "WhoGoes"
    assert TOP["WaitForStage"]["Next"] == "NextStage"


def test_a_wait_is_one_event_and_goes_on_with_what_it_knew() -> None:
    wait = TOP["WaitForStage"]
    given = {"until": "2026-11-26T22:00:00Z", "staged": True, "round": 2, "stage": 3}
    assert evaluate(wait["Timestamp"], given) == given["until"]
    assert "Output" not in wait


@pytest.mark.parametrize("before", [{}, {"stage": 0}])
def test_looks_are_counted_anew_for_each_plan(before: dict[str, int]) -> None:
    state = TOP["NextStage"]
    payload = {
        key: expression_of(value, {"round": 2, **before}) for key, value in state["Arguments"]["Payload"].items()
    }
    assert payload == {"bundle": "acme", "version": "7", "round": 2, "stage": 1}
    result = {"Payload": {"action": "wait", "until": "2026-11-26T22:00:00Z"}}
    after = evaluate(state["Output"], {"round": 2, **before}, result=result)
    assert after == {**result["Payload"], "staged": True, "round": 2, "stage": 1}
    second = evaluate(state["Output"], after, result=result)
    assert second["stage"] == 2
    synced = {key: evaluate(value, second, result=[{}]) for key, value in TOP["SyncTargets"]["Output"].items()}
    assert synced == {"moved": 0, "round": 2, "staged": True, "stage": 2}
    again = next(one for one in TOP["HasMoved"]["Choices"] if one["Next"] == "HasTargets")
    assert "stage" not in again["Output"]


def expression_of(value: str, given: Any) -> Any:
    return evaluate(value, given) if value.startswith("{%") else value


def choose(state: str, given: dict[str, Any]) -> str:
    held = (one["Next"] for one in STATES[state]["Choices"] if evaluate(one["Condition"], given) is True)
    return str(next(held, STATES[state]["Default"]))


def test_what_moved_is_counted_from_the_results_of_the_targets() -> None:
    counted = TOP["SyncTargets"]["Output"]["moved"]
    assert evaluate(counted, {}, result=[{}, {"moved": True}, {}, {"moved": True}]) == 2
    assert evaluate(counted, {}, result=[{}]) == 0


@pytest.mark.parametrize("name", ["PlanTargets", "RecordPlan", "ApproveChangeSet", "NextStage", "SyncTargets"])
def test_whatever_breaks_off_is_recorded(name: str) -> None:
    catch = TOP[name]["Catch"][-1]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["Next"] == "RecordOutcome"
    assert catch["Output"] == {"error": "{% $states.errorOutput %}"}


@pytest.mark.parametrize("name", ["PlanTarget", "SyncTarget"])
def test_a_target_that_fails_keeps_its_error_and_its_name(name: str) -> None:
    catch = STATES[name]["Catch"][-1]
    assert catch["ErrorEquals"] == ["States.ALL"]
    item = {"bundle": "acme", "version": "7", "account": "1", "region": "r"}
    failed = evaluate(catch["Output"], item, errorOutput={"Error": "Boom"})
    assert failed == {**item, "error": {"Error": "Boom"}}
    following = STATES[catch["Next"]]
    assert following["Arguments"]["FunctionName"] == "${RecordFailureFunctionArn}"
    assert evaluate(following["Arguments"]["Payload"], failed) == failed
    assert following["End"] is True


def test_a_target_that_moved_says_so_to_the_machine_and_not_to_the_function() -> None:
    caught = next(one for one in STATES["SyncTarget"]["Catch"] if one["ErrorEquals"] == ["MovedError"])
    moved = evaluate(caught["Output"], {"region": "r"}, errorOutput={"Error": "MovedError"})
    following = STATES[caught["Next"]]
    told = evaluate(following["Arguments"]["Payload"], moved)
    assert told == {"region": "r", "error": {"Error": "MovedError"}}
    assert evaluate(following["Output"], moved) == {"moved": True}
    assert evaluate(following["Output"], told) == {}


@pytest.mark.parametrize("name", ["PlanTargets", "SyncTargets"])
def test_targets_are_executions_of_their_own_whatever_their_number(name: str) -> None:
    processor = TOP[name]["ItemProcessor"]
    assert processor["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert TOP[name]["ToleratedFailurePercentage"] == 100
    assert set(TOP[name]["Output"]) <= {"round", "moved", "staged", "stage"}, "results go by the table"
    for state in processor["States"].values():
        assert "Execution" not in str(list(expressions(state))), "a child's execution input is its item"


@pytest.mark.parametrize(
    ("name", "staged", "key"),
    [
        ("PlanTargets", False, "changes/acme/7/targets.json"),
        ("SyncTargets", False, "changes/acme/7/sync-targets.json"),
        ("SyncTargets", True, "changes/acme/7/stage-targets.json"),
    ],
)
def test_targets_are_read_where_the_functions_write_them(name: str, staged: bool, key: str) -> None:
    version = Version("acme", "7")
    assert key in (targets_key(version), sync_targets_key(version), stage_targets_key(version))
    assert evaluate(TOP[name]["ItemReader"]["Arguments"]["Key"], {"staged": staged}) == key


@pytest.mark.parametrize("name", TASKS)
def test_a_function_that_was_killed_is_carried_on(name: str) -> None:
    assert_carried_on(TASKS[name])


def assert_carried_on(task: Document) -> None:
    (retry,) = (one for one in task["Retry"] if "Sandbox.Timedout" in one["ErrorEquals"])
    assert set(retry["ErrorEquals"]) == {"Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout"}
    assert retry["JitterStrategy"] == "FULL"
    assert 0 < retry["MaxAttempts"] <= 3


@pytest.mark.parametrize("name", ["PlanTarget", "SyncTarget"])
def test_a_target_that_a_killed_function_holds_is_waited_for(name: str) -> None:
    (busy,) = (one for one in TASKS[name]["Retry"] if "TargetBusyError" in one["ErrorEquals"])
    assert busy["MaxAttempts"] > 0, "the killed one still holds the target"


@pytest.mark.parametrize("name", TASKS)
def test_nothing_permanent_is_tried_again(name: str) -> None:
    tried = {error for one in TASKS[name]["Retry"] for error in one["ErrorEquals"]}
    ours = {error for error in tried if not error.startswith(("Lambda.", "Sandbox.", "Runtime."))}
    assert ours <= {"ThrottledError", "UnavailableError", "TargetBusyError"}


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
    ("choice", "given", "goes_to"),
    [
        ("HasTargets", {"targets": 2}, "PlanTargets"),
        ("HasTargets", {"targets": 0}, "RecordPlan"),
        ("HasChanges", {"targets": 2, "to_sync": 1, "policy": 0}, "ApproveChangeSet"),
        ("HasChanges", {"targets": 2, "to_sync": 0, "policy": 0}, "RecordOutcome"),
        ("HasChanges", {"targets": 2, "to_sync": 0, "policy": 1}, "ApproveChangeSet"),
        ("HasWrites", {"to_sync": 1}, "IsStaged"),
        ("HasWrites", {"to_sync": 0}, "RecordOutcome"),
    ],
)
def test_nothing_is_mapped_and_nobody_asked_without_a_reason(choice: str, given: dict[str, Any], goes_to: str) -> None:
    state = STATES[choice]
    held = (one["Next"] for one in state["Choices"] if evaluate(one["Condition"], given))
    assert next(held, state["Default"]) == goes_to


@pytest.mark.parametrize("given", [{}, {"error": {"Error": "States.Timeout"}}])
def test_the_outcome_is_told_of_the_version_and_of_what_broke_it_off(given: dict[str, Any]) -> None:
    payload = evaluate(STATES["RecordOutcome"]["Arguments"]["Payload"], {"to_sync": 0, **given})
    assert payload == {"bundle": "acme", "version": "7", **given}


def evaluate(expression: str, given: Any, **more: Any) -> Any:
    context = {"Execution": {"Input": {"bundle": "acme", "version": "7"}}}
    compiled = jsonata.Jsonata.jsonata(expression.strip()[2:-2].strip())
    return compiled.evaluate(None, {"states": {"input": given, "context": context, **more}})
