"""The hub's approval URL, called with the credentials of the environment: the signature says who decides.

https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import AccessDeniedError, InvalidError, NotApprovedError, UnavailableError

_TIMEOUT = 30
_REFUSED, _FAULT = 403, 500


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """A signed request goes to one place."""
        return None


_open = build_opener(_NoRedirects).open


class ApprovalUrl:
    """`GET` shows what waits, `POST` decides. `session` is the boto3 session of who decides; a local AWS answers for
    all its names at one `endpoint`."""

    def __init__(self, url: str, session: Any, endpoint: str | None = None) -> None:
        self._url, self._session = url.rstrip("/"), session
        self._address = (endpoint or url).rstrip("/")

    def show(self, version: Version) -> dict[str, Any]:
        return self._call("GET", f"/?{urlencode(version._asdict())}", None)

    def decide(self, version: Version, decision: str, digest: str, reason: str | None) -> dict[str, Any]:
        document = {**version._asdict(), "decision": decision, "digest": digest, "reason": reason}
        return self._call("POST", "/", document)

    def _call(self, method: str, path: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        body = json.dumps(document).encode() if document else None
        request = Request(self._address + path, body, self._signed(method, path, body), method=method)
        try:
            with _open(request, timeout=_TIMEOUT) as answer:
                return dict(json.loads(answer.read()))
        except HTTPError as error:
            raise _told(error) from error
        except (URLError, TimeoutError) as error:
            raise UnavailableError("ApprovalUrl", type(error).__name__, f"{self._url}: {error}") from error

    def _signed(self, method: str, path: str, body: bytes | None) -> dict[str, str]:
        with translated():
            credentials = self._session.get_credentials()
        if credentials is None:
            raise InvalidError("ApprovalUrl", "NoCredentials", "sign in first, e.g. aws sso login")
        headers = {"Host": urlsplit(self._url).netloc, "Content-Type": "application/json"}
        request = AWSRequest(method, self._url + path, data=body, headers=headers)
        SigV4Auth(credentials.get_frozen_credentials(), "lambda", self._session.region_name).add_auth(request)
        return dict(request.headers.items())


def _told(error: HTTPError) -> Exception:
    """Our own refusals are JSON with a message; anything else is AWS's."""
    with error:
        text = error.read().decode(errors="replace")
    try:
        message = str(json.loads(text).get("message") or json.loads(text).get("Message") or text)
    except (ValueError, AttributeError):
        message = text
    if error.code >= _FAULT:
        return UnavailableError("ApprovalUrl", str(error.code), message)
    if error.code == _REFUSED and error.headers.get("x-backup-apps") is None:
        return AccessDeniedError("ApprovalUrl", "Forbidden", f"{message}; approvers may call lambda:InvokeFunctionUrl")
    return NotApprovedError(message)
