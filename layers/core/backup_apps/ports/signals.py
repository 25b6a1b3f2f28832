"""Time, alerts, and the executions that the hub starts or that wait for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.alerts import Alert
    from backup_apps.domain.commits import Version


Clock = Callable[[], datetime]


class Alerts(Protocol):
    def publish(self, alert: Alert, topic: str | None = None) -> None:
        """On the hub's topic, unless another one is named. Raises AwsError."""
        ...


class Executions(Protocol):
    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        """Start the sync of a version. A second start of the same version does nothing."""
        ...


class Admissions(Protocol):
    def start(self, key: str, object_version: str) -> None:
        """Have an upload admitted, without waiting for it."""
        ...


class Pages(Protocol):
    def publish(self, bundle: str) -> None:
        """Have the page of a bundle written anew, without waiting for it."""
        ...


class Waits(Protocol):
    """Executions that wait for a token. A wait that is over is no error; both say whether they woke one."""

    def go_on(self, token: str, output: Mapping[str, Any]) -> bool: ...

    def give_up(self, token: str, error: str, cause: str) -> bool: ...
