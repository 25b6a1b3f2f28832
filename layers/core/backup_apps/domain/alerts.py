"""Alerts: one message an incident, text for people and JSON for machines.

https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

MESSAGE_LIMIT = 256 * 1024 - 8192
"""Bytes of an SNS message (256 KB with its attributes, for which 8 KB are left).

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
SUBJECT_LIMIT = 100
_MACHINES = ("sqs", "lambda", "https")

Attributes = Mapping[str, tuple[str, ...]]
"""To filter by; those that have no value are not sent.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""


class Alert(NamedTuple):
    """What is published."""

    subject: str
    text: str
    document: Mapping[str, Any]
    severity: str
    bundle: str
    attributes: Attributes
    topics: tuple[str, ...] = ()
    """ARNs of the topics that the apps it is about named, besides the hub's."""
    said: str = ""
    """By which the ledger tells it from others: of what happened, and not of what was known around it then."""

    @property
    def message(self) -> str:
        """The body of a publish with MessageStructure `json`: people get the text, machines the document with it."""
        document = json.dumps({**self.document, "text": self.text}, ensure_ascii=False)
        return json.dumps({"default": self.text, **dict.fromkeys(_MACHINES, document)}, ensure_ascii=False)


def one_line_subject(text: str) -> str:
    """ASCII, one line, at most 100 characters, as SNS wants subjects of e-mails."""
    flat = "".join(one if one.isprintable() else " " for one in text).encode("ascii", "replace").decode()
    return cut(" ".join(flat.split()), SUBJECT_LIMIT)


def cut(text: str, limit: int) -> str:
    """Not longer than that, and it shows where something is left out."""
    return text if len(text) <= limit else text[: limit - 3] + "..."
