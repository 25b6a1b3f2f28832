"""What EventBridge does with an upload, in the hands of a test."""

import json
from datetime import UTC, datetime
from typing import Any

from .conftest import LocalAws

RULE = "backup-apps-bundle-uploaded"
FUNCTION = "backup-apps-admit-bundle"


def upload_in_silence(aws: LocalAws, bundle: str, version: str, archive: bytes) -> None:
    """The upload, while its event is held back."""
    events = aws.client("events")
    events.disable_rule(Name=RULE)
    try:
        aws.upload(bundle, version, archive)
    finally:
        events.enable_rule(Name=RULE)


def deliver(aws: LocalAws, bundle: str, version: str) -> dict[str, Any]:
    """The event of that upload, now: what the function returns, or the error that it ends with."""
    bucket, key = aws.outputs["PolicyBucket"], f"bundles/{bundle}/{version}.zip"
    found = aws.client("s3").head_object(Bucket=bucket, Key=key)
    uploaded = {"key": key, "version-id": found["VersionId"], "size": found["ContentLength"], "etag": "0"}
    event = {
        "version": "0",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": uploaded, "reason": "PutObject"},
    }
    return invoke(aws, FUNCTION, event)


def invoke(aws: LocalAws, function: str, event: Any) -> dict[str, Any]:
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return dict(json.loads(answer["Payload"].read()))


def hourly() -> dict[str, str]:
    """The event of a schedule, now, as far as functions read it."""
    return {"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def executions(aws: LocalAws) -> list[dict[str, Any]]:
    """Of the sync state machine."""
    pages = aws.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=aws.outputs["SyncStateMachine"])
    return [execution for page in found for execution in page["executions"]]
