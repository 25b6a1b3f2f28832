"""MiniStack with the joint installed, in this process: boto3 clients reach its ASGI application without a socket."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from backup_apps_local.backup.service import BackupService
from backup_apps_local.decisions import DecisionLog

HUB, MEMBER = "999999999999", "111111111111"


class LocalAws:
    def __init__(self, backup: BackupService, decisions: DecisionLog, serve: Any) -> None:
        self.backup = backup
        self.decisions = decisions
        self._serve = serve

    def client(self, service: str, account: str, region: str = "eu-west-1") -> Any:
        """As the account's root."""
        return self._connected(service, region, aws_access_key_id=account, aws_secret_access_key="local")

    def session(self, service: str, role_arn: str, caller: str = HUB, region: str = "eu-west-1", **assume: Any) -> Any:
        """As a role that the caller's root assumes."""
        return self._connected(service, region, **credentials(self.client("sts", caller), role_arn, **assume))

    def as_keys(self, service: str, keys: dict[str, str], region: str = "eu-west-1") -> Any:
        return self._connected(service, region, **keys)

    def role(self, account: str, name: str, trusted: Any, *statements: dict[str, Any]) -> str:
        """Its ARN; a role with these statements, which `trusted`, a trust statement or a principal, may assume."""
        statement = trusted if "Effect" in trusted else allow("sts:AssumeRole", Principal=trusted)
        iam = self.client("iam", account)
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return str(arn)

    def _connected(self, service: str, region: str, **keys: str) -> Any:
        client = boto3.client(service, region_name=region, endpoint_url="http://127.0.0.1:1", **keys)
        client.meta.events.register("before-send", lambda request, **_: self._answer(request))
        return client

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse:
        status, headers, body = asyncio.run(call_asgi(self._serve, request))
        return AWSResponse(request.url, status, headers, SimpleNamespace(stream=lambda: iter([body])))


async def call_asgi(serve: Any, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
    url = urlsplit(request.url)
    body = _bytes(request.body)
    headers = {name.lower(): _text(value) for name, value in request.headers.items()} | {"host": url.netloc}
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": request.method,
        "scheme": "http",
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await serve(scope, receive, send)
    answered = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:])


def _bytes(body: Any) -> bytes:
    if hasattr(body, "read"):
        return bytes(body.read())
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def allow(action: str | list[str], resource: str | list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, **({"Resource": resource} if resource else {}), **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def credentials(sts: Any, role_arn: str, **assume: Any) -> dict[str, str]:
    session = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", **assume)["Credentials"]
    names = {"AccessKeyId": "aws_access_key_id", "SecretAccessKey": "aws_secret_access_key"}
    return {ours: session[theirs] for theirs, ours in {**names, "SessionToken": "aws_session_token"}.items()}
