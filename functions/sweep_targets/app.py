"""SweepTargets: the first step of the sweep state machine."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.sweep_targets import sweep_targets
from backup_apps.wiring import hub

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Every target of every bundle."""
    targets = sweep_targets(hub())
    logger.info("sweeping", targets=len(targets))
    return {"targets": targets}
