"""LookAtResource: invoked by the command line for a resource, a recovery point or a job of one target."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.look_at_resource import LookRequest, look_at_resource
from backup_apps.wiring import witness

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What the member account tells of it. Writes nothing."""
    request = LookRequest.model_validate(event)
    return look_at_resource(witness(request.target), request).to_json()
