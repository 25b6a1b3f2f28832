"""The sweep state machine as it is written. That it runs so is shown by the end-to-end tests."""

import jsonata
import pytest

from tests.template.documents import hub, resources, states, sweep
from tests.template.test_sync_machine import TRANSIENT, assert_carried_on

STATES = dict(states(sweep()))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_outlasts_its_function_and_is_tried_again(name: str) -> None:
    function = TASKS[name]["Arguments"]["FunctionName"].strip("${}").removesuffix("Arn")
    assert TASKS[name]["TimeoutSeconds"] > resources(hub(), "AWS::Serverless::Function")[function]["Timeout"]
    retry = next(one for one in TASKS[name]["Retry"] if set(one["ErrorEquals"]) >= TRANSIENT)
    assert {"ThrottledError", "UnavailableError"} <= set(retry["ErrorEquals"])
    assert retry["JitterStrategy"] == "FULL"


@pytest.mark.parametrize("name", TASKS)
def test_a_function_that_was_killed_is_asked_again(name: str) -> None:
    assert_carried_on(TASKS[name])


def test_a_target_that_fails_keeps_its_error_and_the_others_go_on() -> None:
    (catch,) = STATES["SweepTarget"]["Catch"]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert set(catch["Output"]) == {"bundle", "account", "region", "error"}
    assert STATES[catch["Next"]]["End"] is True
    busy = STATES["SweepTarget"]["Retry"][0]
    assert busy["ErrorEquals"] == ["TargetBusyError"]


@pytest.mark.parametrize(
    ("swept", "failed"),
    [([{"opened": 0}], 0), ([{"opened": 0}, {"error": "x"}], 1), ([{"error": "x"}], 1), ([], 0)],
)
def test_a_sweep_that_missed_a_target_fails_in_the_end(swept: list[object], failed: int) -> None:
    expression = STATES["SweepTargets"]["Output"]["failed"].strip("{% }")
    found = jsonata.Jsonata(expression.replace("$states.result", "result")).evaluate({"result": swept})
    assert len(found or []) == failed
    assert STATES["AllSwept"]["Choices"][0]["Next"] == "NotAllSwept"
    assert STATES["NotAllSwept"]["Type"] == "Fail"
