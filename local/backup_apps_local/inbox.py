"""On-call's inbox: a queue that is subscribed to the alert topic of the local AWS."""

import json
import time
from typing import Any

from backup_apps_local.clients import client
from backup_apps_local.world import HUB


class Inbox:
    """Every alert that came since the inbox was made."""

    def __init__(self, endpoint: str, topic: str, name: str = "on-call") -> None:
        self._sqs = client(endpoint, "sqs", HUB)
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self._messages: list[dict[str, Any]] = []
        self._subscribe(client(endpoint, "sns", HUB), topic)

    def _subscribe(self, sns: Any, topic: str) -> None:
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def messages(self) -> list[dict[str, Any]]:
        """All envelopes so far, oldest first."""
        while True:
            received = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", ())
            for message in received:
                self._messages.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            if not received:
                return list(self._messages)

    def wait_for(self, text: str, timeout: float) -> str:
        """What a person reads of the first alert whose subject holds `text`. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for envelope in self.messages():
                if text in envelope.get("Subject", ""):
                    return str(json.loads(envelope["Message"])["text"])
            time.sleep(0.3)
        raise TimeoutError(f"no alert about '{text}' came within {timeout:g} s")
