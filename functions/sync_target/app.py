"""SyncTarget: a step of the sync state machine, one target of a version."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.requests import TargetRequest
from backup_apps.usecases.sync_target import sync_target
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Carry the target's change set out; how it ended. The target is held for as long as this function may run."""
    request = TargetRequest.model_validate(event)
    until = hub().clock() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    run = context.aws_request_id
    result = sync_target(hub(), request.id, request.target, request.digest, run, until, request.closes)
    logger.info("synced", bundle=request.bundle, version=request.version, **result)
    return result
