"""NextStage: a step of the sync state machine, for a version whose targets do not all go at once."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.next_stage import next_stage
from backup_apps.usecases.requests import StageRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Which targets go, or until when to wait."""
    request = StageRequest.model_validate(event)
    result = next_stage(hub(), request.id, request.round, request.stage)
    logger.info("next stage", **result)
    return result
