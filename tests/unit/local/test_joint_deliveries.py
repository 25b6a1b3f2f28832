"""Events reach the functions whose policy lets their rule in, and failures the queue that the role may send to."""

import io
import json
import time
import zipfile
from typing import Any

import pytest

from .in_process import HUB, LocalAws, allow

FUNCTION = f"arn:aws:lambda:eu-west-1:{HUB}:function:admit"
QUEUE = f"arn:aws:sqs:eu-west-1:{HUB}:dead-letters"
RULE = f"arn:aws:events:eu-west-1:{HUB}:rule/uploads"
LAMBDA = {"Service": "lambda.amazonaws.com"}


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that functions were tried with; each try fails."""
    from ministack.services import lambda_svc

    events: list[Any] = []

    def fail(function: Any, event: Any) -> dict[str, Any]:
        events.append(event["detail"])
        return {"body": {"errorType": "ValueError", "errorMessage": "no"}, "error": True}

    monkeypatch.setattr(lambda_svc, "_execute_function", fail)
    monkeypatch.setattr(lambda_svc, "_LAMBDA_ASYNC_RETRY_BASE_SECONDS", 0.0)
    return events


def send_event(aws: LocalAws, allowed_rule: str = RULE, sendable: str = QUEUE) -> str:
    """An event of a rule to a function with a queue for its failures; the queue's URL."""
    role = aws.role(HUB, "admit", LAMBDA, allow("sqs:SendMessage", sendable))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    functions, events = aws.client("lambda", HUB), aws.client("events", HUB)
    queue = str(aws.client("sqs", HUB).create_queue(QueueName="dead-letters")["QueueUrl"])
    functions.create_function(
        FunctionName="admit", Runtime="python3.11", Handler="app.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )
    functions.put_function_event_invoke_config(
        FunctionName="admit", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": QUEUE}}
    )
    functions.add_permission(
        FunctionName="admit",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=allowed_rule,
    )
    events.put_rule(Name="uploads", EventPattern=json.dumps({"source": ["acme"]}))
    events.put_targets(Rule="uploads", Targets=[{"Id": "function", "Arn": FUNCTION}])
    events.put_events(Entries=[{"Source": "acme", "DetailType": "t", "Detail": json.dumps({"n": 1})}])
    return queue


def failures(aws: LocalAws, queue: str) -> list[Any]:
    """What came to the queue until something did, or IAM refused it, or a while passed."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and all(decision.allowed for decision in aws.decisions.since(0)):
        received = aws.client("sqs", HUB).receive_message(QueueUrl=queue).get("Messages", [])
        if received:
            return [json.loads(message["Body"]) for message in received]
        time.sleep(0.05)
    return []


def test_an_event_that_fails_is_tried_again_and_then_kept(aws: LocalAws, tried: list[Any]) -> None:
    (kept,) = failures(aws, send_event(aws))
    assert tried == [{"n": 1}, {"n": 1}]
    assert kept["requestPayload"]["detail"] == {"n": 1}
    assert kept["responsePayload"]["errorType"] == "ValueError"
    decision = aws.decisions.since(0)[-1]
    assert (decision.role, decision.action, decision.resource) == ("admit", "sqs:SendMessage", QUEUE)


def test_a_role_that_may_not_send_to_the_queue_loses_the_event(aws: LocalAws, tried: list[Any]) -> None:
    assert failures(aws, send_event(aws, sendable=f"{QUEUE}-other")) == []
    assert len(tried) == 2
    assert not aws.decisions.since(0)[-1].allowed


def test_a_rule_that_the_function_does_not_let_in_reaches_nothing(aws: LocalAws, tried: list[Any]) -> None:
    send_event(aws, allowed_rule=f"{RULE}-other")
    time.sleep(0.2)
    assert tried == []
