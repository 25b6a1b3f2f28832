"""Alerts on SNS: text for people, JSON for machines, attributes to filter by.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""

import json
from collections.abc import Callable
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.alerts import Alert

_LONGEST, _MOST = 150, 20
"""Characters of a value, and values of an attribute, that filters see: attributes count for the size of a message."""


class AlertTopic:
    """The topic that people subscribe to, and those of apps. `sns` makes a client of a region."""

    def __init__(self, sns: Callable[[str], Any], topic_arn: str) -> None:
        self._sns, self._topic_arn = sns, topic_arn

    @translated()
    def publish(self, alert: Alert, topic: str | None = None) -> None:
        arn = topic or self._topic_arn
        self._sns(arn.split(":")[3]).publish(
            TopicArn=arn,
            Subject=alert.subject,
            Message=alert.message,
            MessageStructure="json",
            MessageAttributes={name: _attribute(values) for name, values in alert.attributes.items() if values},
        )


def _attribute(values: tuple[str, ...]) -> dict[str, str]:
    """One value as a string, several as an array: a filter policy matches both alike."""
    short = [value[:_LONGEST] for value in values[:_MOST]]
    if len(short) == 1:
        return {"DataType": "String", "StringValue": short[0]}
    return {"DataType": "String.Array", "StringValue": json.dumps(short)}
