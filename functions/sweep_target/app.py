"""SweepTarget: a step of the sweep state machine, and of `backup-apps drift --live`: one target of a bundle."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.requests import SweepRequest
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Find what drifted in the target; how many findings opened and ended."""
    request = SweepRequest.model_validate(event)
    result = sweep_target(hub(), request.bundle, request.target, request.unmanaged, tells=request.tells)
    logger.info("swept", **result)
    return result
