"""Functions of the hub that it starts itself, asynchronously: Lambda tries again what fails, then keeps it.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.desired import Target


class _StartedFunction:
    """`lambda_` makes the client when it is needed: most looks find nothing."""

    def __init__(self, lambda_: Callable[[], Any], function: str) -> None:
        self._lambda, self._function = lambda_, function

    @translated()
    def _invoke(self, event: Mapping[str, Any]) -> None:
        payload = json.dumps(event).encode()
        self._lambda().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)


class HealFunction(_StartedFunction):
    """Puts drift back."""

    def start(self, bundle: str, target: Target) -> None:
        self._invoke({"bundle": bundle, "account": target.account, "region": target.region})


class PageFunction(_StartedFunction):
    """Writes the page, told of a bundle as by the end of an execution."""

    def publish(self, bundle: str) -> None:
        self._invoke({"source": "backup-apps", "detail": {"input": json.dumps({"bundle": bundle})}})


class AdmitFunction(_StartedFunction):
    """Admits an upload, told of it as by S3."""

    def start(self, key: str, object_version: str) -> None:
        self._invoke({"detail": {"object": {"key": key, "version-id": object_version}}})
