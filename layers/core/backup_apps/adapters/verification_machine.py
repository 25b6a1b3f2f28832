"""Verifications as Step Functions executions."""

import json
from collections.abc import Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.waiting_executions import WaitingExecutions
from backup_apps.domain.errors import AlreadyExistsError, InvalidError

_NOT_THERE = "ExecutionDoesNotExist"


class VerificationExecutions:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""

    def __init__(self, step_functions: Any, state_machine_arn: str) -> None:
        self._step_functions, self._arn = step_functions, state_machine_arn
        self._waits = WaitingExecutions(step_functions)

    def start(self, name: str, document: Mapping[str, Any]) -> bool:
        try:
            with translated():
                self._step_functions.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(document))
        except AlreadyExistsError:
            return False
        return True

    def is_running(self, name: str) -> bool:
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            with translated():
                status = self._step_functions.describe_execution(executionArn=arn)["status"]
        except InvalidError as error:
            if error.code != _NOT_THERE:
                raise
            return False
        return str(status) == "RUNNING"

    def resume(self, token: str, document: Mapping[str, Any]) -> None:
        self._waits.go_on(token, document)
