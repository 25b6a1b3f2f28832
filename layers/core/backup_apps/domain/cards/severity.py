"""How bad an incident is, and how bad it must be before an app's own topic is told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """The least first."""

    INFO = "info"
    """Nothing is at risk; somebody may want to know."""
    WARNING = "warning"
    """Somebody is to decide, within days."""
    ERROR = "error"
    """Something did not happen that was asked for; protection is as it was."""
    CRITICAL = "critical"
    """Protection is less than what was approved, or nobody knows that a restore works."""

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


LEAST = {
    "info": Severity.INFO,
    "low": Severity.INFO,
    "warning": Severity.WARNING,
    "medium": Severity.WARNING,
    "error": Severity.ERROR,
    "high": Severity.ERROR,
    "critical": Severity.CRITICAL,
}
"""By the words of `alerts.severity`, those of pagers among them."""


def least(word: object) -> Severity:
    """A word of an older release is no limit: it left nothing out, and neither does none."""
    return LEAST.get(str(word), Severity.INFO)


def topic_for(alerts: Mapping[str, Any], severity: Severity) -> str | None:
    """Where an app that says this is told as well."""
    topic = alerts.get("topic")
    return str(topic) if topic and severity.rank >= least(alerts.get("severity")).rank else None
