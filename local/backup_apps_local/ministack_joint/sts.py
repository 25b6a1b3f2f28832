"""What a session carries beside its role: session tags need sts:TagSession, a source identity sts:SetSourceIdentity,
of the role's trust policy and, across accounts, of the caller. MiniStack asks only the trust policy, about tags, and
forgets the identity, which on AWS stays with the session and with every session that is opened from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, EvalContext, EvalResult
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import sts

from backup_apps_local.ministack_joint.iam import Authority, Response, account_of, denial_message, find_role


class SessionGate:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._answer = app.SERVICE_HANDLERS["sts"]
        self._principal_keys = iam_evaluator._principal_keys

    def install(self) -> None:
        sts._evict_expired_sessions = forget_expired_sessions
        app.SERVICE_HANDLERS["sts"] = self.answer
        iam_evaluator._principal_keys = self.principal_keys

    def principal_keys(self, credential: Any) -> dict[str, Any]:
        """What conditions of policies may ask about the caller."""
        identity = _source_identity(credential.access_key_id)
        keys: dict[str, Any] = self._principal_keys(credential)
        return keys | ({"aws:sourceidentity": identity} if identity else {})

    async def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        access_key = extract_access_key_id(headers, query)
        if app.AUTH and form.get("Action") == "AssumeRole":
            refusal = self._refusal(form, access_key)
            if refusal:
                return refusal
        response: Response = await self._answer(method, path, headers, body, query)
        identity = _source_identity(access_key) or form.get("SourceIdentity")
        return _with_source_identity(response, identity) if identity else response

    def _refusal(self, form: Mapping[str, str], access_key: str) -> Response | None:
        role_arn = form.get("RoleArn", "")
        role = find_role(role_arn)
        if role is None:
            return None  # refused by STS itself
        keys = {"sts:externalid": form.get("ExternalId"), "sts:sourceidentity": form.get("SourceIdentity")}
        for action in _actions_beside_assume_role(form):
            if account_of(role_arn) != get_account_id():
                verdict = self._authority.decide(access_key, action, role_arn, keys)
                if verdict is not None:
                    return _denied(action, role_arn, verdict)
            if not _trusts_caller(role, role_arn, action, keys):
                return _denied(action, role_arn, EvalResult("ImplicitDeny", iam_evaluator.caller_arn()))
        return None


def forget_expired_sessions() -> None:
    """MiniStack's own goes through sessions while other threads open some, which fails the function that starts in this
    one, and takes down all others of its name."""
    for key, session in list(sts._sessions.items()):
        if sts._session_expired(session):
            sts._sessions.pop(key, None)


def _source_identity(access_key: str) -> str | None:
    identity: str | None = (sts._sessions.get(access_key) or {}).get("SourceIdentity")
    return identity


def _with_source_identity(response: Response, identity: str) -> Response:
    """The answer of AssumeRole, which names the identity, and the session, which keeps it; any other as it is."""
    status, headers, body = response
    opened = re.search(rb"<AssumeRoleResult>.*<AccessKeyId>(\w+)</AccessKeyId>", body, re.DOTALL)
    if not opened:
        return response
    sts._sessions[opened[1].decode()]["SourceIdentity"] = identity
    told = f"<SourceIdentity>{identity}</SourceIdentity></AssumeRoleResult>".encode()
    return status, headers, body.replace(b"</AssumeRoleResult>", told)


def _actions_beside_assume_role(form: Mapping[str, str]) -> list[str]:
    tags = ["sts:TagSession"] if any(name.startswith("Tags.member.") for name in form) else []
    return tags + (["sts:SetSourceIdentity"] if form.get("SourceIdentity") else [])


def _trusts_caller(role: dict[str, Any], role_arn: str, action: str, keys: dict[str, Any]) -> bool:
    caller = iam_evaluator.caller_arn()
    context = EvalContext(caller, "AssumedRole", get_account_id(), action, role_arn, get_region(), service_context=keys)
    return bool(iam_evaluator.evaluate_trust_policy(role["AssumeRolePolicyDocument"], caller, context))


def _denied(action: str, role_arn: str, verdict: EvalResult | AuthError) -> Response:
    message = denial_message(action, role_arn, verdict)
    response: Response = access_denied_response("sts", action, iam_evaluator.caller_arn(), "", message=message)
    return response
