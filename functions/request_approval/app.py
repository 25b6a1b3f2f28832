"""RequestApproval: a step of the sync state machine that waits for a callback."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.request_approval import request_approval
from backup_apps.usecases.requests import ApprovalWait
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Let the version go ahead, or ask people; how its request stands."""
    wait = ApprovalWait.model_validate(event)
    result = request_approval(hub(), wait.id, wait.class_, wait.digest, wait.token, wait.seconds)
    logger.info("approval", bundle=wait.bundle, version=wait.version, digest=wait.digest, **result)
    return result
