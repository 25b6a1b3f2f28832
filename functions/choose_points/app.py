"""ChoosePoints: the first step of the verification machine."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.choose_points import choose_points
from backup_apps.usecases.verification_requests import VerificationRequest
from backup_apps.wiring import verifying

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What is to be restored, each with its reason; the member `group` only where there is one."""
    chosen = choose_points(verifying(), VerificationRequest.model_validate(event))
    logger.info("recovery points chosen", run=event["run"], alone=len(chosen.alone), group=len(chosen.group))
    alone, group = ([one.model_dump(mode="json", exclude_none=True) for one in each] for each in chosen)
    return {"rehearsals": alone} | ({"group": group} if group else {})
