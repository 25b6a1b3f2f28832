"""PlanTarget: a step of the sync state machine, one target of a version."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.requests import TargetRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the target's change set; how many changes it has."""
    request = TargetRequest.model_validate(event)
    result = plan_target(hub(), request.id, request.target)
    logger.info("planned", bundle=request.bundle, version=request.version, **result)
    return result
