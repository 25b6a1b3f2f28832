"""RecordPlan: a step of the sync state machine, all targets planned."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.requests import PlanRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the change set of the version; how many targets are to be synced."""
    request = PlanRequest.model_validate(event)
    result = record_plan(hub(), request.id)
    logger.info("plan recorded", **result)
    return result
