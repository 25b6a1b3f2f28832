"""S3's authorisation of writes: an object that comes with a lock needs the permission for it, and a policy may ask
for conditional writes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions

_LOCK = ("x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date")


class Objects:
    def __init__(self) -> None:
        self._additional_checks = iam_actions.s3_additional_checks
        self._context = iam_actions.s3_service_context

    def install(self) -> None:
        iam_actions.s3_additional_checks = self.additional_checks
        iam_actions.s3_service_context = self.context

    def additional_checks(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: dict[str, Any]
    ) -> list[tuple[str, str]]:
        checks = list(self._additional_checks(method, path, headers, body, query))
        if method == "PUT" and "retention" not in query and any(headers.get(name) for name in _LOCK):
            checks.append(("s3:PutObjectRetention", f"arn:aws:s3:::{path.lstrip('/')}"))
        return checks

    def context(self, action: str, query: Any, path: str = "", headers: Any = None) -> dict[str, Any]:
        context = dict(self._context(action, query, path, headers))
        condition = (headers or {}).get("if-none-match")
        if action == "s3:PutObject" and condition:
            context["s3:if-none-match"] = condition
        return context
