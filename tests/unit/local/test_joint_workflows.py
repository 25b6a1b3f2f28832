"""State machines and functions on the local AWS fail as they would on AWS."""

import json
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


def execute(aws: LocalAws, role: str, **task: Any) -> dict[str, Any]:
    """The execution of a machine with one task, run to its end."""
    from ministack.core.responses import request_scope
    from ministack.services import stepfunctions

    states = aws.client("stepfunctions", HUB)
    task = {"Type": "Task", "Resource": FUNCTION, "End": True, **task}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Plan", "States": {"Plan": task}})
    name = f"m-{next(_numbers)}"
    machine = states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    with request_scope(HUB, "eu-west-1"):
        arn = f"{machine.replace('stateMachine', 'execution')}:one"
        started = {"executionArn": arn, "stateMachineArn": machine, "status": "RUNNING", "events": [], "input": "{}"}
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


WAITING: dict[str, Any] = {
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Arguments": {"FunctionName": FUNCTION, "Payload": {"token": "{% $states.context.Task.Token %}"}},
}


def test_the_time_limit_of_a_wait_may_be_an_expression(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", FUNCTION))
    execution = execute(aws, role, **WAITING, TimeoutSeconds="{% 0.1 * $number('2') %}")
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Timeout")
    assert [bool(event["token"]) for event in invoked] == [True]


def test_a_wait_ends_when_its_function_fails(aws: LocalAws, invoked: list[Any]) -> None:
    role = aws.role(HUB, "machine", STATES, allow("lambda:InvokeFunction", f"{FUNCTION}-other"))
    execution = execute(aws, role, **WAITING, TimeoutSeconds=20)
    assert (execution["status"], execution["error"]) == ("FAILED", "Lambda.AWSLambdaException")
