"""DetectDrift: a call in a member account, forwarded to the hub's bus."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.detect_drift import detect_drift
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Find what the call took away from what was synced."""
    targets = detect_drift(hub(), event)
    logger.info("looked", targets=targets)
    return {"targets": targets}
