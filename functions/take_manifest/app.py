"""TakeManifest: a backup job of a member account runs, or is done."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.take_manifest import take_manifest
from backup_apps.usecases.verification_requests import Event
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> str:
    """Write down what the source holds."""
    taken = take_manifest(verifying(), Event.model_validate(event))
    logger.info("manifest", taken=taken, job=event["detail"]["backupJobId"])
    return taken
