"""RecordVerification: the last step of the verification machine, however the steps before it ended."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.record_verification import record_verification
from backup_apps.usecases.verification_requests import Step
from backup_apps.wiring import verifying

logger = Logger()
metrics = Metrics(namespace="BackupApps")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record the result, alert if the restore failed, and count it."""
    step = Step.model_validate(event)
    result = record_verification(verifying(), step.rehearsal)
    logger.info("verified", result=result.to_json())  # by itself: some of its names are those of log records
    for name, value in (("bundle", step.rehearsal.bundle), ("app", result.app), ("type", result.type)):
        metrics.add_dimension(name, value or "none")
    metrics.add_metric(f"Verification{result.verdict.capitalize()}", MetricUnit.Count, 1)
    if result.seconds is not None:
        metrics.add_metric("TimeToRestore", MetricUnit.Seconds, result.seconds)
    metrics.flush_metrics()
    return result.to_json()
