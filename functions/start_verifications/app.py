"""StartVerifications: called every hour."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.hunt_leftovers import HOUR, hunt_leftovers
from backup_apps.usecases.requests import Tick
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.tell_overdue import tell_overdue
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the rehearsals that are due; once a day tell of those that are overdue and delete what was left behind."""
    now = Tick.model_validate(event).time
    result = start_verifications(verifying(), now)
    logger.info("verifications started", started=result["started"], resumed=result["resumed"])
    if now.hour == HOUR:
        overdue = tell_overdue(verifying(), now)
        logger.info("overdue verifications told", overdue=overdue)
        hunted = hunt_leftovers(verifying(), now)
        logger.info("leftovers deleted", leftovers=hunted)
    return dict(result)
