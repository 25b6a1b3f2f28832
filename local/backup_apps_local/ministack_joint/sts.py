"""What a session carries beside its role: session tags need sts:TagSession, a source identity sts:SetSourceIdentity,
of the role's trust policy and, across accounts, of the caller. MiniStack asks only the trust policy, about tags.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, EvalContext, EvalResult
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id

from backup_apps_local.ministack_joint.iam import Authority, Response, account_of, denial_message, find_role


class SessionGate:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._answer = app.SERVICE_HANDLERS["sts"]

    def install(self) -> None:
        app.SERVICE_HANDLERS["sts"] = self.answer

    async def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if app.AUTH and form.get("Action") == "AssumeRole":
            refusal = self._refusal(form, extract_access_key_id(headers, query))
            if refusal:
                return refusal
        response: Response = await self._answer(method, path, headers, body, query)
        return response

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
