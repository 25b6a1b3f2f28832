"""An event as EventBridge carries it.

https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not strftime's, which follow the machine's language."""


class Event(NamedTuple):
    """Delivered to the default bus of `account` in `region`. `time` is when it happened, not when it arrives."""

    id: str
    account: str
    region: str
    time: datetime
    detail_type: str
    resources: tuple[str, ...]
    detail: Mapping[str, Any]
    source: str = "aws.backup"

    def as_json(self) -> dict[str, Any]:
        return {
            "version": "0",
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.account,
            "time": self.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.region,
            "resources": list(self.resources),
            "detail": dict(self.detail),
        }


@lru_cache(maxsize=1024)
def moment(time: datetime) -> str:
    """`2020-07-15T21:40:31.207Z`, as AWS Backup writes moments; what happens at once is written once."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def spoken_moment(time: datetime) -> str:
    """`Jul 15, 2020 9:39:07 PM`, as AWS writes some moments in events, and CloudTrail those of answers."""
    utc = time.astimezone(UTC)
    hour = utc.hour % 12 or 12
    return f"{_MONTHS[utc.month - 1]} {utc.day}, {utc.year} {hour}:{utc:%M:%S} {'PM' if utc.hour >= 12 else 'AM'}"
