"""State machines and functions on the local AWS fail as they would on AWS."""

import json
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from backup_apps_local.ministack_joint.workflows import exception_name

from .in_process import HUB, LocalAws, allow

FUNCTION = f"arn:aws:lambda:eu-west-1:{HUB}:function:plan"
_numbers = count()
STATES = {"Service": "states.amazonaws.com"}
TRACEBACK = """START
Traceback (most recent call last):
  File "app.py", line 1, in handler
    raise ThrottledError("slow\\ndown")
backup_apps.ports.ThrottledError: slow
down
"""


@pytest.mark.parametrize(
    ("log", "name"),
    [
        (TRACEBACK, "ThrottledError"),
        ("Traceback (most recent call last):\n  File\nValueError: no\n" + TRACEBACK, "ThrottledError"),
        ("Traceback (most recent call last):\n  File\nKeyError\n", "KeyError"),
        ("ThrottledError: only printed\n", ""),
        ("", ""),
    ],
)
def test_the_name_of_the_exception_is_the_last_one_of_the_log(log: str, name: str) -> None:
    assert exception_name(log) == name


@pytest.fixture
def invoked(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What reaches functions; there is one, and it answers `done`."""
    from ministack.services import lambda_svc

    events: list[Any] = []

    def run(record: Any, event: Any) -> dict[str, Any]:
        events.append(event)
        return {"body": "done"}

    found = ({"code_zip": b""}, {"FunctionArn": FUNCTION}, "plan")
    monkeypatch.setattr(lambda_svc, "_get_func_record_for_ref", lambda reference: found)
    monkeypatch.setattr(lambda_svc, "_execution_record_for_config", lambda function, config: function)
    monkeypatch.setattr(lambda_svc, "_execute_function_with_config_scope", run)
    return events


TASK = {"StartAt": "Plan", "States": {"Plan": {"Type": "Task", "Resource": FUNCTION, "End": True}}}


def execute(aws: LocalAws, role: str, machine: dict[str, Any] = TASK, given: str = "{}") -> dict[str, Any]:
    """The execution of a machine, run to its end."""
    from ministack.core.responses import request_scope
    from ministack.services import stepfunctions

    states = aws.client("stepfunctions", HUB)
    definition, name = json.dumps(machine), f"m-{next(_numbers)}"
    made = states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    with request_scope(HUB, "eu-west-1"):
        arn = f"{made.replace('stateMachine', 'execution')}:one"
        started = {"executionArn": arn, "stateMachineArn": made, "status": "RUNNING", "events": [], "input": given}
        stepfunctions._executions[arn] = {**started, "name": "one", "startDate": 0, "stopDate": None}
        stepfunctions._run_execution(arn)
        return dict(stepfunctions._executions[arn])


def test_a_state_machine_invokes_what_its_role_allows(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", FUNCTION))
    assert execute(aws, role)["status"] == "SUCCEEDED"
    assert invoked == [{}]
    decision = aws.decisions.since(0)[-1]
    assert (decision.role, decision.action, decision.resource) == ("machine", "lambda:InvokeFunction", FUNCTION)


def test_a_state_machine_invokes_nothing_else(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", f"{FUNCTION}-other"))
    execution = execute(aws, role)
    assert (execution["status"], execution["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "not authorized to perform: lambda:InvokeFunction" in execution["cause"]
    assert invoked == []


def test_a_role_that_step_functions_may_not_assume_is_of_no_use(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", {"Service": "lambda.amazonaws.com"}, allow("lambda:InvokeFunction", FUNCTION))
    assert execute(aws, role)["status"] == "FAILED"
    assert invoked == []


def waiting(seconds: Any) -> dict[str, Any]:
    """A machine whose one task waits for a callback."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": FUNCTION, "Payload": {"token": "{% $states.context.Task.Token %}"}},
        "TimeoutSeconds": seconds,
        "End": True,
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {"Ask": task}}


def test_the_time_limit_of_a_wait_may_be_an_expression(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", FUNCTION))
    execution = execute(aws, role, waiting("{% 0.1 * $number('2') %}"))
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Timeout")
    assert [bool(event["token"]) for event in invoked] == [True]


def test_a_wait_ends_when_its_function_fails(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", f"{FUNCTION}-other"))
    execution = execute(aws, role, waiting(20))
    assert (execution["status"], execution["error"]) == ("FAILED", "Lambda.AWSLambdaException")


def test_an_execution_that_was_stopped_hears_no_callback_and_goes_no_further(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", FUNCTION))
    then = {"Type": "Task", "Resource": FUNCTION, "End": True}
    ask = {name: part for name, part in waiting(60)["States"]["Ask"].items() if name != "End"}
    ask |= {"Next": "Then", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Then"}]}
    branch = {"StartAt": "Ask", "States": {"Ask": ask, "Then": then}}
    each = {"Type": "Map", "Items": [1, 2], "ItemProcessor": branch, "End": True}
    machine = {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": each}}
    states = aws.client("stepfunctions", HUB)
    made = states.create_state_machine(name="stopped", definition=json.dumps(machine), roleArn=role)
    before = set(threading.enumerate())
    arn = states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    ours = set(threading.enumerate()) - before
    until(lambda: len(invoked) == 2)
    states.stop_execution(executionArn=arn)
    for thread in ours:
        thread.join(10)
    assert not any(thread.is_alive() for thread in ours)
    assert states.describe_execution(executionArn=arn)["status"] == "ABORTED"
    for event in list(invoked):
        with pytest.raises(states.exceptions.TaskDoesNotExist):
            states.send_task_success(taskToken=event["token"], output="{}")
    assert len(invoked) == 2


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


MACHINE = f"arn:aws:states:eu-west-1:{HUB}:stateMachine:m-*"
ITEMS = "arn:aws:s3:::state/changes/acme/items.json"
EACH = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Arguments": {
        "FunctionName": FUNCTION,
        "Payload": {"item": "{% $states.input %}", "told": "{% $states.context.Execution.Input %}"},
    },
    "End": True,
}
DISTRIBUTED = {
    "QueryLanguage": "JSONata",
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "Arguments": {"Bucket": "state", "Key": "{% 'changes/' & $states.input.bundle & '/items.json' %}"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Each",
                "States": {"Each": EACH},
            },
            "Output": {"count": "{% $count($states.result) %}"},
            "End": True,
        }
    },
}
PERMISSIONS = {"lambda:InvokeFunction": FUNCTION, "s3:GetObject": ITEMS, "states:StartExecution": MACHINE}


def distribute(aws: LocalAws, *allowed: str) -> dict[str, Any]:
    s3 = aws.client("s3", HUB)
    s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="state", Key="changes/acme/items.json", Body=b'[{"n": 1}, {"n": 2}]')
    role = aws.role(HUB, "machine", STATES, *(allow(action, PERMISSIONS[action]) for action in allowed))
    return execute(aws, role, DISTRIBUTED, '{"bundle": "acme"}')


def test_a_distributed_map_reads_what_jsonata_names_and_each_child_knows_its_own_item(
    aws: LocalAws, invoked: list[Any]
) -> None:
    execution = distribute(aws, *PERMISSIONS)
    assert (execution["status"], json.loads(execution["output"])) == ("SUCCEEDED", {"count": 2})
    told = sorted(invoked, key=lambda event: event["item"]["n"])
    assert told == [{"item": {"n": 1}, "told": {"n": 1}}, {"item": {"n": 2}, "told": {"n": 2}}]


@pytest.mark.parametrize(
    ("missing", "error"),
    [("s3:GetObject", "States.ItemReaderFailed"), ("states:StartExecution", "StepFunctions.AccessDeniedException")],
)
def test_a_distributed_map_does_what_its_role_allows(
    aws: LocalAws, invoked: list[Any], missing: str, error: str
) -> None:
    execution = distribute(aws, *(PERMISSIONS.keys() - {missing}))
    assert (execution["status"], execution["error"]) == ("FAILED", error)
    assert f"not authorized to perform: {missing}" in execution["cause"]
    assert invoked == []
