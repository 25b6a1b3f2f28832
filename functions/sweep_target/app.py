"""SweepTarget: a step of the sweep state machine, and of `backup-apps drift --live`: one target of a bundle."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.requests import SweepRequest
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.wiring import hub

logger = Logger()
metrics = Metrics(namespace="BackupApps")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Find what drifted in the target, and count it; how many findings opened and ended."""
    request = SweepRequest.model_validate(event)
    result = sweep_target(hub(), request.bundle, request.target, request.unmanaged, tells=request.tells)
    logger.info("swept", **result)
    metrics.add_dimension("bundle", request.bundle)
    metrics.add_metadata("target", str(request.target))
    metrics.add_metric("DriftWeakening", MetricUnit.Count, result.get("weakening", 0))
    metrics.add_metric("DriftOpened", MetricUnit.Count, result["opened"])
    metrics.flush_metrics()
    return result
