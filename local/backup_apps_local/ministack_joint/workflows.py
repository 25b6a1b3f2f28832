"""Step Functions and Lambda: a state machine invokes functions with its own role, and a failed Python function reports
the name of its exception, which Retry and Catch go by.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.services import lambda_svc, stepfunctions

from backup_apps_local.ministack_joint.iam import Authority

_machine_role: ContextVar[str] = ContextVar("machine_role", default="")


class Workflows:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._run_execution = stepfunctions._run_execution
        self._call_lambda = stepfunctions._call_lambda
        self._execute = lambda_svc._execute_function_warm

    def install(self) -> None:
        stepfunctions._run_execution = self.run_execution
        stepfunctions._call_lambda = self.call_lambda
        lambda_svc._execute_function_warm = self.execute

    def run_execution(self, execution_arn: str) -> None:
        machine = stepfunctions._state_machines.get(stepfunctions._executions[execution_arn]["stateMachineArn"])
        _machine_role.set(machine["roleArn"] if machine else "")
        self._run_execution(execution_arn)

    def call_lambda(self, function: str, event: Any) -> Any:
        _, config, _ = lambda_svc._get_func_record_for_ref(function)
        if app.AUTH and config:
            self._require_permission(_machine_role.get(), config["FunctionArn"])
        return self._call_lambda(function, event)

    def _require_permission(self, role: str, function_arn: str) -> None:
        action = "lambda:InvokeFunction"
        if self._authority.decide_for_role(role, "states.amazonaws.com", action, function_arn) is None:
            cause = f"User: {role} is not authorized to perform: {action} on resource: {function_arn}"
            raise stepfunctions._ExecutionError("Lambda.AWSLambdaException", cause)

    def execute(self, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = self._execute(function, event, request_id)
        body = result["body"]
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = exception_name(result["log"]) or body["errorType"]
        return result


def exception_name(log: str) -> str:
    """`ClientError` of a log whose last traceback ends in `botocore.exceptions.ClientError: …`; empty without one."""
    _, found, traceback = f"\n{log}".rpartition("\nTraceback (most recent call last):\n")
    ends = [line for line in traceback.splitlines() if line and not line[0].isspace()]
    return ends[0].partition(":")[0].rpartition(".")[2] if found and ends else ""
