"""DecideApproval: behind a function URL that only takes signed requests, so that AWS says who calls."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.approval_calls import answer_call
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`GET` shows what waits, `POST` decides."""
    answer = answer_call(hub(), event)
    caller = event.get("requestContext", {}).get("authorizer")
    logger.info("approval call", status=answer["statusCode"], caller=caller)
    return answer
