"""What EventBridge hands to a function: the function's policy must let the rule in; a failed event is tried again, and
then goes, with the permissions of the function's role, to its destination for failures.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc

from backup_apps_local.ministack_joint.iam import Authority

_EVENTS = "events.amazonaws.com"
_SEND = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}

_rule_arn: ContextVar[str] = ContextVar("rule_arn", default="")


class Deliveries:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._invoke_target = eventbridge._invoke_target
        self._route_failure = lambda_svc._route_async_failure

    def install(self) -> None:
        eventbridge._invoke_target = self.invoke_target
        eventbridge._dispatch_to_lambda = self.dispatch_to_lambda
        lambda_svc._route_async_failure = self.route_failure

    def invoke_target(self, target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], *view: Any) -> None:
        token = _rule_arn.set(rule["Arn"])
        try:
            self._invoke_target(target, event, rule, *view)
        finally:
            _rule_arn.reset(token)

    def dispatch_to_lambda(self, function_arn: str, payload: str) -> None:
        function, config, name = lambda_svc._get_func_record_for_ref(function_arn)
        if not function or not config:
            eventbridge.logger.warning("EventBridge: there is no function %s", name)
        elif app.AUTH and not _lets_in(function_arn, _rule_arn.get()):
            eventbridge.logger.warning("EventBridge: the policy of %s does not let in %s", name, _rule_arn.get())
        else:
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    def route_failure(self, target_arn: str, function: str, event: Any, result: dict[str, Any]) -> None:
        role = lambda_svc._functions[function]["config"]["Role"]
        action = _SEND[target_arn.split(":")[2]]
        if app.AUTH and self._authority.decide_for_role(role, "lambda.amazonaws.com", action, target_arn) is None:
            lambda_svc.logger.warning("Lambda %s: its role may not %s on %s", function, action, target_arn)
            return
        self._route_failure(target_arn, function, event, result)


def _lets_in(function_arn: str, rule_arn: str) -> bool:
    policy, account = lambda_svc.function_policy_for_arn(function_arn)
    keys = {"aws:sourcearn": rule_arn, "aws:sourceaccount": get_account_id()}
    context = EvalContext(
        _EVENTS, "", account, "lambda:InvokeFunction", function_arn, get_region(), service_context=keys
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy, context, service=_EVENTS).decision == "Allow")
