"""SweepUploads: every hour, for events that never came."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.requests import Tick
from backup_apps.usecases.sweep_uploads import sweep_uploads
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """The uploads that are admitted now."""
    uploads = sweep_uploads(hub(), Tick.model_validate(event).time)
    logger.info("swept", uploads=uploads)
    return {"uploads": uploads}
