"""Syncs as Step Functions executions."""

import json
from collections.abc import Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import AlreadyExistsError
from backup_apps.domain.normal_form import fingerprint

_READABLE = 60


class SyncExecutions:
    """One execution a version, however often it is started.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """

    def __init__(self, step_functions: Any, state_machine_arn: str) -> None:
        self._step_functions, self._arn = step_functions, state_machine_arn

    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        try:
            with translated():
                self._step_functions.start_execution(
                    stateMachineArn=self._arn, name=execution_name(version), input=json.dumps(document)
                )
        except AlreadyExistsError:
            return


def execution_name(version: Version) -> str:
    """At most 80 characters: what a person recognises, and what tells long versions apart."""
    return f"{version.bundle}-{version.version}"[:_READABLE] + f"-{fingerprint(version, 16)}"
