"""StartVerifications: called every hour."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.requests import Tick
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the rehearsals that are due, take up those that were cut off, and tell of those that are overdue."""
    result = start_verifications(verifying(), Tick.model_validate(event).time)
    logger.info("looked at schedules", outcome=result)
    return dict(result)
