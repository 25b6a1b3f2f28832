"""RecordOutcome: the last step of the sync state machine, however the steps before it ended."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.requests import OutcomeRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record how the sync ended, and alert if it did not reach every target."""
    request = OutcomeRequest.model_validate(event)
    result = record_outcome(hub(), request.id, request.error, request.refusal)
    logger.info("sync ended", **result)
    return result
