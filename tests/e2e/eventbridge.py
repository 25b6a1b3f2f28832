"""What EventBridge does with uploads and other events, in the hands of a test."""

import json
from datetime import UTC, datetime
from typing import Any

from backup_apps_local.world import MEMBER_ACCOUNTS

from .conftest import LocalAws
from .waiting import until

RULE = "backup-apps-bundle-uploaded"
FUNCTION = "backup-apps-admit-bundle"

PAGE = "backup-apps-publish-page"
"""The role that shows on the page whatever happens, a rejection too."""


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


def forward_an_event(aws: LocalAws) -> None:
    """AWS alone sends events of AWS Backup, so a rule beside ours forwards another, with our role, to our bus."""
    for account in MEMBER_ACCOUNTS:
        events = aws.client("events", account)
        events.put_rule(Name="forward-another", EventPattern=json.dumps({"source": ["another"]}))
        role = f"arn:aws:iam::{account}:role/backup-apps-events"
        target = {"Id": "hub", "Arn": aws.outputs["EventBus"], "RoleArn": role}
        events.put_targets(Rule="forward-another", Targets=[target])
        events.put_events(Entries=[{"Source": "another", "DetailType": "any", "Detail": "{}"}])
        events.remove_targets(Rule="forward-another", Ids=["hub"])
        events.delete_rule(Name="forward-another")


def fail(aws: LocalAws, function: str, event: Any) -> None:
    """A call that nobody waits for, of what can't be read: it is tried again, and ends in the function's queue."""
    sqs = aws.client("sqs")
    queue = sqs.get_queue_url(QueueName=f"backup-apps-{function}-dead-letters")["QueueUrl"]

    def letters() -> int:
        name = "ApproximateNumberOfMessages"
        return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])

    before = letters()
    payload = json.dumps(event).encode()
    aws.client("lambda").invoke(FunctionName=f"backup-apps-{function}", InvocationType="Event", Payload=payload)
    until(lambda: letters() > before, f"the event in the queue of {function}")


def hourly() -> dict[str, str]:
    """The event of a schedule, now, as far as functions read it."""
    return {"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def executions(aws: LocalAws) -> list[dict[str, Any]]:
    """Of the sync state machine."""
    pages = aws.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=aws.outputs["SyncStateMachine"])
    return [execution for page in found for execution in page["executions"]]
