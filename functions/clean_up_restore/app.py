"""CleanUpRestore: a step of the verification machine, whatever came before it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.clean_up_restore import clean_up_restore
from backup_apps.usecases.verification_requests import Step
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take away what the rehearsal restored."""
    rehearsal = clean_up_restore(verifying(), Step.model_validate(event).rehearsal)
    logger.info("cleaned up", run=rehearsal.run, job=rehearsal.job, cleaned=rehearsal.cleaned)
    return rehearsal.model_dump(mode="json", exclude_none=True)
