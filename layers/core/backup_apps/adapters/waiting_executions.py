"""Executions of Step Functions that wait for a callback.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from backup_apps.adapters.aws_errors import translated

_OVER = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")
"""The wait has ended: woken already, out of time, or its execution was stopped."""
_CAUSE_LIMIT = 32_768


class WaitingExecutions:
    def __init__(self, step_functions: Any) -> None:
        self._step_functions = step_functions

    @translated()
    def go_on(self, token: str, output: Mapping[str, Any]) -> bool:
        return self._is_woken(self._step_functions.send_task_success, taskToken=token, output=json.dumps(output))

    @translated()
    def give_up(self, token: str, error: str, cause: str) -> bool:
        return self._is_woken(
            self._step_functions.send_task_failure, taskToken=token, error=error, cause=cause[:_CAUSE_LIMIT]
        )

    @staticmethod
    def _is_woken(call: Any, **arguments: Any) -> bool:
        try:
            call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in _OVER:
                return False
            raise
        return True
