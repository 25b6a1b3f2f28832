"""AdmitBundle: an object was created in the policy bucket."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Admit or reject the upload. A malformed event raises KeyError, and ends in the dead-letter queue."""
    uploaded: dict[str, Any] = event["detail"]["object"]  # keys are not URL-encoded here, so not decoded
    result = admit_bundle(hub(), uploaded["key"], uploaded.get("version-id"))
    logger.info("upload", extra={"object_key": uploaded["key"], **result})
    return result
