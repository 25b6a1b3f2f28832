"""CheckRestore: a step of the verification machine."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.check_restore import check_restore
from backup_apps.usecases.verification_requests import Step
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Compare what was restored with what was backed up."""
    rehearsal = check_restore(verifying(), Step.model_validate(event).rehearsal)
    logger.info("restore checked", run=rehearsal.run, job=rehearsal.job, verdict=rehearsal.verdict)
    return rehearsal.model_dump(mode="json", exclude_none=True)
