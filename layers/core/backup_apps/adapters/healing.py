"""Starts the function that puts drift back, asynchronously: Lambda tries again what fails, then keeps it."""

import json
from collections.abc import Callable
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.desired import Target


class HealFunction:
    """`lambda_` makes the client when it is needed: most looks find nothing."""

    def __init__(self, lambda_: Callable[[], Any], function: str) -> None:
        self._lambda, self._function = lambda_, function

    @translated()
    def start(self, bundle: str, target: Target) -> None:
        payload = json.dumps({"bundle": bundle, "account": target.account, "region": target.region})
        self._lambda().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload.encode())
