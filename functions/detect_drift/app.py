"""DetectDrift: a call in a member account, forwarded to the hub's bus."""

import time
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.detect_drift import detect_drift
from backup_apps.usecases.when_free import when_free
from backup_apps.wiring import hub

logger = Logger()
_ENOUGH = 300
"""Seconds for a look."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Find what the call took away from what was synced, once no sync writes there."""
    targets = when_free(
        lambda: detect_drift(hub(), event), lambda: context.get_remaining_time_in_millis() / 1000, _ENOUGH, time.sleep
    )
    logger.info("looked", targets=targets)
    return {"targets": targets}
