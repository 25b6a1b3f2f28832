"""TellFindings: the last step of the sweep state machine."""

from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from backup_apps.usecases.tell_findings import tell_findings
from backup_apps.wiring import hub

logger = Logger()
NAMESPACE = "BackupApps"


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Tell what the sweep found, one message an incident, and count the findings that are open."""
    result = tell_findings(hub())
    logger.info("told", told=result["told"])
    for bundle in result["bundles"]:
        open_now = sum(one["number"] for one in result["counts"] if one["bundle"] == bundle)
        count("OpenFindings", open_now, bundle=bundle)
    for sort in result["counts"]:
        count("Findings", sort["number"], **{name: sort[name] for name in ("bundle", "kind", "direction", "state")})
    return {"told": result["told"]}


def count(name: str, value: int, **dimensions: str) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace=NAMESPACE) as metric:
        for dimension, of in dimensions.items():
            metric.add_dimension(dimension, of)
