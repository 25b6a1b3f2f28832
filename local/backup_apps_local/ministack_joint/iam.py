"""Every decision of IAM passes here: those that MiniStack asks for, and those that it forgets to ask for.

Put right: `aws:PrincipalArn` is the role of a session; a request on this machine's loopback counts as sent by
TLS, since it stands for one to AWS that is; what is asked of a key by its alias is decided on the key, and of a role by
its name on the role with its path.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
"""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_actions import identity_denial_message
from ministack.core.iam_evaluator import AuthError, EvalContext, EvalResult
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, kms

from backup_apps_local.decisions import DecisionLog

Response = tuple[int, dict[str, str], bytes]

_OF_ALL = {
    "elasticfilesystem:DescribeFileSystems": "arn:aws:elasticfilesystem:{region}:{account}:file-system/*",
    "rds:DescribeDBClusters": "arn:aws:rds:{region}:{account}:cluster:*",
    "rds:DescribeDBInstances": "arn:aws:rds:{region}:{account}:db:*",
}
"""Calls that look at all resources of a kind, which policies may name.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html"""


class Authority:
    def __init__(self, decisions: DecisionLog) -> None:
        self._decisions = decisions
        self._evaluate = iam_evaluator.enforce
        self._pin_origin = app.pin_request_origin
        self._condition_key = iam_evaluator._resolve_condition_key

    def install(self) -> None:
        iam_evaluator.enforce = self.enforce
        iam_evaluator._resolve_condition_key = self.condition_key
        app.pin_request_origin = lambda address, secure: self._pin_origin(address, True)

    def enforce(
        self,
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> EvalResult | AuthError | None:
        """In place of MiniStack's check of a request; None is allowed. Of AWS Backup MiniStack knows no ARN, so here
        only the signature is checked, and `backup.BackupGate` authorises."""
        if service == "backup":
            return iam_evaluator.check_credentials(access_key_id, service)
        if iam_action in _OF_ALL and resource_arn == "*":
            resource_arn = _OF_ALL[iam_action].format(region=get_region(), account=get_account_id())
        resource = key_of_alias(resource_arn) if ":alias/" in resource_arn else with_path(resource_arn)
        return self.decide(access_key_id, iam_action, resource, service_context or {}, service)

    def condition_key(self, key: str, context: EvalContext) -> Any:
        if key.lower() == "aws:principalarn":
            return role_of_session(context.principal_arn)
        return self._condition_key(key, context)

    def decide(
        self, access_key: str, action: str, resource: str, context: Mapping[str, Any], service: str = ""
    ) -> EvalResult | AuthError | None:
        """What the caller of this request may do; None is allowed, as in MiniStack."""
        service = service or action.partition(":")[0]
        verdict = self._evaluate(access_key, action, service, get_region(), resource, dict(context))
        if not isinstance(verdict, AuthError) and not iam_evaluator.is_root_access_key(access_key):
            self._record(iam_evaluator.caller_arn(), action, resource, verdict is None)
        return verdict

    def decide_for_role(self, role_arn: str, service: str, action: str, resource: str) -> EvalContext | None:
        """What a role may do in the hands of an AWS service such as `events.amazonaws.com`: None is refused."""
        if find_role(role_arn) is None:
            return None
        account, name = account_of(role_arn), name_of(role_arn)
        context = EvalContext(role_arn, "AssumedRole", account, action, resource, get_region())
        policies = iam_evaluator._gather_role_policies(name, account)
        allowed = iam_evaluator.evaluate(context, policies).decision == "Allow" and trusts(role_arn, service)
        session = f"arn:aws:sts::{account}:assumed-role/{name}/{service.partition('.')[0]}"
        self._record(session, action, resource, allowed)
        return context if allowed else None

    def _record(self, principal: str, action: str, resource: str, allowed: bool) -> None:
        self._decisions.record(get_account_id(), get_region(), principal, action, resource, allowed=allowed)


def account_of(arn: str) -> str:
    return arn.split(":")[4]


def name_of(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]


def find_role(role_arn: str) -> dict[str, Any] | None:
    """The role as MiniStack keeps it, in the account that its ARN names."""
    if role_arn.count(":") < 5:
        return None
    role: dict[str, Any] | None = iam._roles.get_scoped(account_of(role_arn), None, name_of(role_arn))
    return role


def key_of_alias(arn: str) -> str:
    """The ARN of the key; that of the alias where there is no such alias."""
    key = kms._resolve_key(arn)
    return str(key["Arn"]) if key else arn


def with_path(arn: str) -> str:
    """The ARN of a role as it is: calls name roles without their paths, policies with them."""
    role = find_role(arn) if arn.startswith("arn:aws:iam::") and ":role/" in arn else None
    return str(role["Arn"]) if role else arn


def role_of_session(principal: str) -> str:
    """The ARN of the role that a session belongs to; any other principal is itself."""
    _, is_session, session = principal.partition(":assumed-role/")
    if not is_session:
        return principal
    role = find_role(f"arn:aws:iam::{account_of(principal)}:role/{session.split('/')[0]}")
    return str(role["Arn"]) if role else principal


def trusts(role_arn: str, service: str) -> bool:
    """Whether the role exists and its trust policy lets the AWS service assume it, on behalf of the role's account."""
    role = find_role(role_arn)
    if role is None:
        return False
    account = account_of(role_arn)
    keys = {"aws:sourceaccount": account}
    context = EvalContext(service, "", account, "sts:AssumeRole", role_arn, get_region(), service_context=keys)
    policy = role["AssumeRolePolicyDocument"]
    return bool(iam_evaluator.evaluate_resource_policy(policy, context, service=service).decision == "Allow")


def denial_message(action: str, resource: str, verdict: EvalResult | AuthError) -> str:
    if isinstance(verdict, AuthError):
        return str(verdict.message)
    return str(identity_denial_message(action, verdict.principal_arn, resource, verdict.decision == "Deny"))
