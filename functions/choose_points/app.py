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
    """What is to be restored, each with its reason; apart from it what is restored as one application."""
    chosen = choose_points(verifying(), VerificationRequest.model_validate(event))
    logger.info("recovery points chosen", run=event["run"], chosen=len(chosen))
    alone, group = ([one for one in chosen if (one.group is None) == is_alone] for is_alone in (True, False))
    document = {"rehearsals": [one.model_dump(mode="json", exclude_none=True) for one in alone]}
    return document | ({"group": [one.model_dump(mode="json", exclude_none=True) for one in group]} if group else {})
