"""Events of member accounts reach the hub's bus, where the rule's role and the bus allow it."""

import json
import time
from typing import Any

import pytest

from .in_process import HUB, MEMBER, LocalAws, allow, policy

BUS = f"arn:aws:events:eu-west-1:{HUB}:event-bus/hub"
ROLE = f"arn:aws:iam::{MEMBER}:role/backup-apps-events"
PATTERN = json.dumps({"source": ["acme"]})
FROM_MEMBERS = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/backup-apps-events"}}


def hub_bus(aws: LocalAws, let_in: str = MEMBER) -> str:
    """The URL of a queue that takes what arrives on the hub's bus, which a template made."""
    from ministack.core.responses import request_scope
    from ministack.services.cloudformation import provisioners

    events, sqs = aws.client("events", HUB), aws.client("sqs", HUB)
    statement = allow("events:PutEvents", BUS, Principal={"AWS": let_in}, Condition=FROM_MEMBERS)
    with request_scope(HUB, "eu-west-1"):
        handlers = provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]
        handlers["create"]("Bus", {"Name": "hub", "Policy": json.loads(policy(statement))}, "stack")
    queue = str(sqs.create_queue(QueueName="arrived")["QueueUrl"])
    events.put_rule(Name="all", EventBusName="hub", EventPattern=PATTERN)
    target = {"Id": "queue", "Arn": f"arn:aws:sqs:eu-west-1:{HUB}:arrived"}
    events.put_targets(Rule="all", EventBusName="hub", Targets=[target])
    return queue


def forwarding_rule(aws: LocalAws, region: str = "us-east-1", allowed: str = BUS) -> None:
    aws.role(MEMBER, "backup-apps-events", {"Service": "events.amazonaws.com"}, allow("events:PutEvents", allowed))
    events = aws.client("events", MEMBER, region)
    events.put_rule(Name="forward", EventPattern=PATTERN)
    events.put_targets(Rule="forward", Targets=[{"Id": "hub", "Arn": BUS, "RoleArn": ROLE}])


def send(aws: LocalAws, region: str = "us-east-1") -> None:
    event = {"Source": "acme", "DetailType": "Backup Plan State Change", "Detail": json.dumps({"plan": "daily"})}
    aws.client("events", MEMBER, region).put_events(Entries=[event])


def arrived(aws: LocalAws, queue: str) -> list[dict[str, Any]]:
    messages = aws.client("sqs", HUB).receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_an_event_of_another_account_and_region_arrives_once_as_it_was(aws: LocalAws) -> None:
    queue = hub_bus(aws)
    forwarding_rule(aws)
    send(aws)
    (event,) = arrived(aws, queue)
    assert (event["account"], event["region"]) == (MEMBER, "us-east-1")
    assert (event["detail-type"], event["detail"]) == ("Backup Plan State Change", {"plan": "daily"})
    (decision,) = aws.decisions.since(0)
    assert (decision.role, decision.action, decision.allowed) == ("backup-apps-events", "events:PutEvents", True)


def test_nothing_arrives_where_the_role_may_not_put_events(aws: LocalAws) -> None:
    queue = hub_bus(aws)
    forwarding_rule(aws, allowed=f"{BUS}-other")
    send(aws)
    assert arrived(aws, queue) == []
    assert [decision.allowed for decision in aws.decisions.since(0)] == [False]


@pytest.mark.parametrize("let_in", ["222222222222", f"arn:aws:iam::{MEMBER}:role/other"])
def test_nothing_arrives_where_the_bus_lets_in_somebody_else(aws: LocalAws, let_in: str) -> None:
    queue = hub_bus(aws, let_in)
    forwarding_rule(aws)
    send(aws)
    assert arrived(aws, queue) == []


def test_nothing_arrives_through_a_role_that_is_not_there(aws: LocalAws) -> None:
    queue = hub_bus(aws)
    forwarding_rule(aws)
    iam = aws.client("iam", MEMBER)
    iam.delete_role_policy(RoleName="backup-apps-events", PolicyName="p")
    iam.delete_role(RoleName="backup-apps-events")
    send(aws)
    assert arrived(aws, queue) == []


def test_an_event_is_carried_once(aws: LocalAws) -> None:
    queue = hub_bus(aws)
    forwarding_rule(aws)
    back = f"arn:aws:events:us-east-1:{MEMBER}:event-bus/default"
    role = aws.role(HUB, "back", {"Service": "events.amazonaws.com"}, allow("events:PutEvents", back))
    aws.client("events", HUB).put_targets(
        Rule="all", EventBusName="hub", Targets=[{"Id": "back", "Arn": back, "RoleArn": role}]
    )
    send(aws)
    assert len(arrived(aws, queue)) == 1


def test_an_upload_names_the_version_of_the_object(aws: LocalAws) -> None:
    events, sqs, s3 = aws.client("events", HUB), aws.client("sqs", HUB), aws.client("s3", HUB)
    queue = sqs.create_queue(QueueName="arrived")["QueueUrl"]
    events.put_rule(Name="uploads", EventPattern=json.dumps({"source": ["aws.s3"]}))
    target = {"Id": "queue", "Arn": f"arn:aws:sqs:eu-west-1:{HUB}:arrived"}
    events.put_targets(Rule="uploads", Targets=[target])
    s3.create_bucket(Bucket="bundles", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_notification_configuration(
        Bucket="bundles", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket="bundles", Key="without", Body=b"1")
    s3.put_bucket_versioning(Bucket="bundles", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="bundles", Key="with", Body=b"2")["VersionId"]
    objects: dict[str, Any] = {}
    deadline = time.monotonic() + 10  # S3 sends its events in the background
    while len(objects) < 2 and time.monotonic() < deadline:
        objects |= {event["detail"]["object"]["key"]: event["detail"]["object"] for event in arrived(aws, queue)}
    assert objects["with"]["version-id"] == version
    assert "version-id" not in objects["without"]
