"""HearRestore: a restore job of a member account ended."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.hear_restore import hear_restore
from backup_apps.usecases.verification_requests import Event
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> str:
    """Let the rehearsal go on that waits for it, or verify what somebody restored."""
    told = Event.model_validate(event)
    heard = hear_restore(verifying(), told)
    logger.info("restore heard of", heard=heard, job=told.detail.get("restoreJobId") or told.detail.get("copyJobId"))
    return heard
