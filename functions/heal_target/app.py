"""HealTarget: called, without being waited for, by the functions that find drift."""

import time
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.heal_target import heal_target
from backup_apps.usecases.requests import OfTarget
from backup_apps.usecases.when_free import when_free
from backup_apps.wiring import hub

logger = Logger()
_ENOUGH = 600
"""Seconds to put things back."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Put back what weakened. The target is held for as long as this function may run."""
    request = OfTarget.model_validate(event)

    def heal() -> dict[str, Any]:
        until = hub().clock() + timedelta(milliseconds=context.get_remaining_time_in_millis())
        return heal_target(hub(), request.bundle, request.target, context.aws_request_id, until)

    result = when_free(heal, lambda: context.get_remaining_time_in_millis() / 1000, _ENOUGH, time.sleep)
    logger.info("healed", **result)
    return result
