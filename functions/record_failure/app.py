"""RecordFailure: a step of the sync state machine, one target whose plan or sync gave up."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.requests import FailureRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record why the target failed."""
    request = FailureRequest.model_validate(event)
    result = record_failure(hub(), request.id, request.target, request.error)
    logger.info("target failed", bundle=request.bundle, version=request.version, **result)
    return result
