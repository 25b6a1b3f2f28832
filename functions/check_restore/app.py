"""CheckRestore: a step of the verification machine."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.check_group import check_group
from backup_apps.usecases.check_restore import check_restore
from backup_apps.usecases.verification_requests import GroupStep, Step
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Compare what was restored with what was backed up; of a group, whether it makes one application."""
    if "group" in event:
        members = check_group(verifying(), GroupStep.model_validate(event).group)
        logger.info("group checked", run=members[-1].run, verdict=members[-1].verdict)
        return [one.model_dump(mode="json", exclude_none=True) for one in members]
    rehearsal = check_restore(verifying(), Step.model_validate(event).rehearsal)
    logger.info("restore checked", run=rehearsal.run, job=rehearsal.job, verdict=rehearsal.verdict)
    return rehearsal.model_dump(mode="json", exclude_none=True)
