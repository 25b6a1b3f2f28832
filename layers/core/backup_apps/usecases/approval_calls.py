"""Calls of the approval URL: what waits, and decisions on it. Every answer is JSON; a refusal says why in `message`.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from backup_apps.domain.approvals.policy import PolicyError
from backup_apps.domain.approvals.request import Decision
from backup_apps.domain.approvals.verdict import Ballot, caller_of
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import NotApprovedError, UnknownCommitError
from backup_apps.domain.state_documents import change_text_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.decide_approval import decide_approval, find_request, shown
from backup_apps.usecases.requests import OfVersion

OURS = "x-backup-apps"
"""The header that tells our answers from those of AWS."""
_TEXT_LIMIT = 1 << 20
_OK, _BAD, _REFUSED, _UNKNOWN, _WRONG_POLICY = 200, 400, 403, 404, 409


class _Call(OfVersion):
    """What is asked for."""


class _DecisionCall(OfVersion):
    decision: Decision
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    reason: str | None = Field(default=None, max_length=1000)


def answer_call(hub: Hub, event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the function URL."""
    context = event.get("requestContext", {})
    identity = (context.get("authorizer") or {}).get("iam") or {}
    try:
        if context.get("http", {}).get("method") == "POST":
            return _answer(_OK, _decide(hub, _body(event), identity))
        return _answer(_OK, _show(hub, event.get("queryStringParameters") or {}))
    except (ValidationError, ValueError) as error:
        status = _WRONG_POLICY if isinstance(error, PolicyError) else _BAD
        return _answer(status, {"message": _first_line(error)})
    except NotApprovedError as error:
        return _answer(_REFUSED, {"message": str(error)})
    except UnknownCommitError as error:
        return _answer(_UNKNOWN, {"message": str(error)})


def _show(hub: Hub, query: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the text that people read before they decide."""
    call = _Call.model_validate(dict(query))
    request = find_request(hub, call.id)
    text = hub.documents.read(change_text_key(call.id))
    return {**shown(request), "text": text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + "\n... cut\n"}


def _decide(hub: Hub, body: Any, identity: Mapping[str, Any]) -> dict[str, Any]:
    call = _DecisionCall.model_validate(body)
    ballot = Ballot(call.decision, call.digest, call.reason)
    return decide_approval(hub, Version(call.bundle, call.version), ballot, caller_of(identity))


def _body(event: Mapping[str, Any]) -> Any:
    text = event.get("body") or ""
    return json.loads(base64.b64decode(text) if event.get("isBase64Encoded") else text)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"the approval policy of this hub is wrong: {error}" if isinstance(error, PolicyError) else str(error)


def _answer(status: int, document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", OURS: "1"},
        "body": json.dumps(document),
    }
