"""Step Functions and Lambda: a state machine acts with its own role, and a failed Python function reports the name of
its exception, which Retry and Catch go by. A task that waits for a callback fails with its function, and its time limit
may be an expression. An execution that was stopped goes no further and hears no callback. A distributed map knows
JSONata, needs its role's permissions to start its children and to read their items, and a child knows no other input
than its own.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import jsonata
from ministack import app
from ministack.services import lambda_svc, stepfunctions

from backup_apps_local.ministack_joint.iam import Authority

_machine_role: ContextVar[str] = ContextVar("machine_role", default="")
_execution: ContextVar[str] = ContextVar("execution", default="")
_waiting: ContextVar[str] = ContextVar("waiting", default="")
"""The token of the task that will wait for a callback."""


class _StoppedError(BaseException):
    """Ends each branch of a stopped execution; no Retry or Catch gets to see it."""


class Workflows:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._tokens: dict[str, set[str]] = {}
        """Which tokens are waited for, by the ARN of their execution."""
        self._run_execution = stepfunctions._run_execution
        self._call_lambda = stepfunctions._call_lambda
        self._invoke_with_callback = stepfunctions._invoke_with_callback
        self._execute = lambda_svc._execute_function_warm
        self._run_distributed_map = stepfunctions._run_distributed_map
        self._read_map_items = stepfunctions._read_map_items
        self._run_sub_machine = stepfunctions._run_sub_machine
        self._stop_execution = stepfunctions._stop_execution

    def install(self) -> None:
        stepfunctions._run_distributed_map = self.run_distributed_map
        stepfunctions._read_map_items = self.read_map_items
        stepfunctions._run_sub_machine = self.run_sub_machine
        stepfunctions._run_execution = self.run_execution
        stepfunctions._stop_execution = self.stop_execution
        stepfunctions._call_lambda = self.call_lambda
        stepfunctions._invoke_with_callback = self.invoke_with_callback
        lambda_svc._execute_function_warm = self.execute

    def run_execution(self, execution_arn: str) -> None:
        machine = stepfunctions._state_machines.get(stepfunctions._executions[execution_arn]["stateMachineArn"])
        _machine_role.set(machine["roleArn"] if machine else "")
        _execution.set(execution_arn)
        with suppress(_StoppedError):
            self._run_execution(execution_arn)
        self._tokens.pop(execution_arn, None)

    def stop_execution(self, asked: dict[str, Any]) -> Any:
        answer = self._stop_execution(asked)
        for token in tuple(self._tokens.get(asked.get("executionArn", ""), ())):
            waiting = stepfunctions._task_tokens.pop(token, None)
            if waiting is not None:
                waiting["event"].set()
        return answer

    def _end_if_stopped(self) -> None:
        if stepfunctions._executions.get(_execution.get(), {}).get("status") == "ABORTED":
            raise _StoppedError

    def call_lambda(self, function: str, event: Any) -> Any:
        self._end_if_stopped()
        _, config, _ = lambda_svc._get_func_record_for_ref(function)
        try:
            if app.AUTH and config:
                self._require("lambda:InvokeFunction", config["FunctionArn"], "Lambda.AWSLambdaException")
            return self._call_lambda(function, event)
        except stepfunctions._ExecutionError as error:
            self._end_wait(error)
            raise
        finally:
            self._end_if_stopped()

    def invoke_with_callback(self, resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
        limit = state.get("TimeoutSeconds")
        if isinstance(limit, str):
            expression = limit.removeprefix("{%").removesuffix("%}").strip()
            state = {**state, "TimeoutSeconds": jsonata.Jsonata.jsonata(expression).evaluate({})}
        held = _waiting.set(token)
        tokens = self._tokens.setdefault(_execution.get(), set())
        tokens.add(token)
        try:
            return self._invoke_with_callback(resource, given, token, state)
        finally:
            tokens.discard(token)
            _waiting.reset(held)
            self._end_if_stopped()

    def _end_wait(self, error: Any) -> None:
        """MiniStack passes over the failure of a function that should have seen to the callback."""
        waiting = stepfunctions._task_tokens.get(_waiting.get())
        if waiting is not None:
            waiting["error"] = {"Error": error.error, "Cause": error.cause}
            waiting["event"].set()

    def run_distributed_map(
        self, state: Any, given: Any, effective: Any, iterator: Any, execution: Any, ctx: Any
    ) -> Any:
        machine = execution["stateMachineArn"]
        self._require("states:StartExecution", machine, "StepFunctions.AccessDeniedException")
        results, following = self._run_distributed_map(state, given, effective, iterator, execution, ctx)
        return stepfunctions._apply_jsonata_output(state, given, ctx, result=results, default=results), following

    def read_map_items(self, reader: dict[str, Any], effective: Any, ctx: Any) -> Any:
        where = stepfunctions._apply_jsonata_template(reader["Arguments"], effective, ctx)
        self._require("s3:GetObject", f"arn:aws:s3:::{where['Bucket']}/{where['Key']}", "States.ItemReaderFailed")
        return self._read_map_items({**reader, "Arguments": where}, effective, ctx)

    def run_sub_machine(
        self, states: Any, start: Any, given: Any, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> Any:
        if "mapRunArn" in execution:  # a child of a distributed map, and not a branch or an item of an inline one
            own = {"Id": execution["executionArn"], "Name": execution["name"], "Input": given}
            ctx["Execution"] = {**ctx["Execution"], **own}
        return self._run_sub_machine(states, start, given, execution, ctx)

    def _require(self, action: str, resource: str, error: str) -> None:
        role = _machine_role.get()
        if app.AUTH and self._authority.decide_for_role(role, "states.amazonaws.com", action, resource) is None:
            cause = f"User: {role} is not authorized to perform: {action} on resource: {resource}"
            raise stepfunctions._ExecutionError(error, cause)

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
