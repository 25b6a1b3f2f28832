"""The hook by which a real boto3 client talks to the service in-process: no server, no socket, no credentials."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.config import Config

from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.service import BackupService

_EVENT = "before-send.backup"
"""botocore asks its handlers for an answer before it sends; one that answers ends the call there.
https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html"""


def connect(
    target: BaseClient | boto3.Session, service: BackupService, account: str, principal: str | None = None
) -> None:
    """From now on, AWS Backup calls of this client, or of every client this session makes, reach `service`.

    The account is the one given, the region the client's. `principal` is an ARN; by default the account's root.
    """
    caller = principal or f"arn:aws:iam::{account}:root"

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return _response(request.url, service.handle(_request(request, account, caller)))

    events: Any = target.events if isinstance(target, boto3.Session) else target.meta.events
    events.register(_EVENT, send)


def client(service: BackupService, account: str, region: str, principal: str | None = None) -> Any:
    """A boto3 client of AWS Backup for one account and region, connected."""
    made = boto3.client("backup", region_name=region, config=Config(signature_version=UNSIGNED))
    connect(made, service, account, principal)
    return made


def _request(request: AWSPreparedRequest, account: str, principal: str) -> HttpRequest:
    url = urlsplit(request.url)
    return HttpRequest(
        account=account,
        region=_region_of(request.headers.get("Authorization"), url.hostname or ""),
        principal=principal,
        method=request.method,
        path=url.path,
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers={name: _text(value) for name, value in request.headers.items()},
        body=_bytes(request.body),
    )


def _region_of(authorization: str | bytes | None, host: str) -> str:
    """From the scope that was signed, `…/<region>/backup/aws4_request`; unsigned, from `backup.<region>.amazonaws.com`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-signing-elements.html
    """
    scope = re.search(r"/([\w-]+)/backup/aws4_request", _text(authorization or ""))
    return scope[1] if scope else host.split(".")[1]


def _response(url: str, response: HttpResponse) -> AWSResponse:
    headers = HTTPHeaders()
    for name, value in response.headers.items():
        headers[name] = value
    return AWSResponse(url, response.status, headers, _Body(response.body))


class _Body:
    """What AWSResponse reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Any:
        yield self._body


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
