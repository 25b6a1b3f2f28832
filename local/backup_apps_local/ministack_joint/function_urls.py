"""A function behind a URL with AWS_IAM is told who calls, as AWS tells it once it has verified the signature.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

from typing import Any

from ministack.services import apigateway, lambda_svc


class FunctionUrls:
    def __init__(self) -> None:
        self._event = lambda_svc._build_function_url_event

    def install(self) -> None:
        lambda_svc._build_function_url_event = self.event

    def event(self, *request: Any, anonymous: bool = False, **more: Any) -> dict[str, Any]:
        event: dict[str, Any] = self._event(*request, anonymous=anonymous, **more)
        _url, _account, _region, _method, _path, headers, _body, query = request
        caller = None if anonymous else apigateway._iam_caller_identity_v2(headers, query)
        if caller:
            event["requestContext"]["authorizer"] = {"iam": caller}
        return event
