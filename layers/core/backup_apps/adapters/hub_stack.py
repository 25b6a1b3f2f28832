"""The hub as its own deployment describes it, for somebody outside of it: the command line."""

import json
from collections.abc import Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import AwsError, NotFoundError, UnreachableError
from backup_apps.domain.ledger.entries import Checkpoint
from backup_apps.domain.protection.assessed import AssessedChangeSet, assessed_from


def stack_outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """The outputs of the hub's stack. Raises NotFoundError where there is no such stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    """
    with translated():
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    if not found:
        raise NotFoundError("DescribeStacks", "NotFound", f"there is no stack '{stack}' in this account and region")
    return {output["OutputKey"]: output["OutputValue"] for output in found[0].get("Outputs", ())}


class DiffFunction:
    """The hub's function that compares one target; it may assume the members' read-only role, we need not."""

    def __init__(self, functions: Any, name: str) -> None:
        self._functions = functions
        self._name = name

    def diff(self, bundle: str, desired: DesiredTarget) -> AssessedChangeSet:
        """What a sync would change. Raises AwsError where the function could not look."""
        event = {"bundle": bundle, "desired": desired.to_json()}
        document = _invoke(self._functions, self._name, event, "DiffTarget", f"{desired.target}: ")
        if "assessments" not in document:
            raise AwsError("DiffTarget", "OlderHub", "the hub is older than this command line; deploy it again")
        return assessed_from(document)


class LookFunction:
    """The hub's function that looks at a resource in a member account, and at all that its backups rest on."""

    def __init__(self, functions: Any, name: str) -> None:
        self._functions = functions
        self._name = name

    def look(self, target: Target, request: Mapping[str, Any]) -> Any:
        """The document that it answers. Raises UnreachableError where it may not go."""
        if not self._name:
            raise AwsError("LookAtResource", "OlderHub", "the hub is older than this command line; deploy it again")
        try:
            return _invoke(self._functions, self._name, request, "LookAtResource", f"{target}: ")
        except AwsError as error:
            if error.code == UnreachableError.__name__:
                raise UnreachableError(error.operation, error.code, error.message) from error
            raise


class CheckpointFunction:
    """The hub's function that signs the end of a ledger; it may use the key, we may not."""

    def __init__(self, functions: Any, name: str) -> None:
        self._functions = functions
        self._name = name

    def seal(self, bundle: str) -> Checkpoint:
        """Raises AwsError where nothing is recorded, or the ledger is not whole."""
        answer = _invoke(self._functions, self._name, {"bundle": bundle}, "CheckpointLedger")
        return Checkpoint.model_validate(answer)


class SweepFunction:
    """The hub's function that looks for drift in one target, and records what it finds."""

    def __init__(self, functions: Any, name: str) -> None:
        self._functions = functions
        self._name = name

    def sweep(self, bundle: str, target: Target, unmanaged: bool) -> dict[str, Any]:
        """Raises AwsError where the function could not look."""
        if not self._name:
            raise AwsError("SweepTarget", "OlderHub", "the hub is older than this command line; deploy it again")
        event = {"bundle": bundle, **target._asdict(), "unmanaged": unmanaged}
        return dict(_invoke(self._functions, self._name, event, "SweepTarget", f"{target}: "))


def _invoke(functions: Any, name: str, event: Any, operation: str, about: str = "") -> Any:
    with translated():
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        document = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        reason = str(document.get("errorMessage", document))
        raise AwsError(operation, str(document.get("errorType", "FunctionError")), f"{about}{reason}")
    return document
