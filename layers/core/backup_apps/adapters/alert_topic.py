"""Alerts on SNS: text for people, JSON for machines, attributes to filter by.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""

from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.alerts import Alert


class AlertTopic:
    """The topic that people subscribe to."""

    def __init__(self, sns: Any, topic_arn: str) -> None:
        self._sns, self._topic_arn = sns, topic_arn

    @translated()
    def publish(self, alert: Alert) -> None:
        attributes = {"severity": alert.severity, "bundle": alert.bundle, "type": str(alert.document["type"])}
        self._sns.publish(
            TopicArn=self._topic_arn,
            Subject=alert.subject,
            Message=alert.message,
            MessageStructure="json",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
