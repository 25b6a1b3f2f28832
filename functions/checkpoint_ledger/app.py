"""CheckpointLedger: invoked by the command line before it exports the ledger of a bundle."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.domain.ledger.entries import Reason
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.requests import LedgerRequest
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The end of the ledger, signed."""
    request = LedgerRequest.model_validate(event)
    result = checkpoint_ledger(hub(), request.bundle, Reason.EXPORT).to_json()
    logger.info("checkpoint", **result)
    return result
