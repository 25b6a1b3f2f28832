"""HuntLeftovers: called every day."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.hunt_leftovers import hunt_leftovers
from backup_apps.usecases.requests import Tick
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Delete what rehearsals left behind."""
    hunted = hunt_leftovers(verifying(), Tick.model_validate(event).time)
    logger.info("leftovers deleted", leftovers=hunted)
    return {"leftovers": hunted}
