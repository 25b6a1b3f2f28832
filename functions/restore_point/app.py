"""RestorePoint: a step of the verification machine, which then waits until its token comes back."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.restore_point import restore_point
from backup_apps.usecases.verification_requests import WaitingStep
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the restore, or join it."""
    step = WaitingStep.model_validate(event)
    rehearsal = restore_point(verifying(), step.rehearsal, step.token)
    logger.info("restore started", run=rehearsal.run, job=rehearsal.job)
    return rehearsal.model_dump(mode="json", exclude_none=True)
