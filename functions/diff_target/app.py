"""DiffTarget: invoked by the command line for one target of a bundle that is not pushed yet."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.diff_target import diff_target
from backup_apps.usecases.requests import DiffRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The change set of the target. Writes nothing."""
    request = DiffRequest.model_validate(event)
    return diff_target(hub(), request.bundle, request.desired)
