"""StartVerifications: called every hour."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.hunt_leftovers import HOUR, hunt_leftovers
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.verification_requests import Tick
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the rehearsals that are due; once a day look for what earlier ones left behind."""
    now = Tick.model_validate(event).time
    result = start_verifications(verifying(), now)
    logger.info("verifications started", started=result["started"], resumed=result["resumed"])
    hunted = hunt_leftovers(verifying(), now) if now.hour == HOUR else []
    if hunted:
        logger.warning("leftovers deleted", leftovers=hunted)
    return dict(result)
