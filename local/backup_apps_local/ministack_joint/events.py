"""Event buses of other accounts and regions as targets of rules, where MiniStack's own delivery ends at the border of
the region; and S3 events that name the version of the object, as those of a versioned bucket do.

The rule's role must allow events:PutEvents on the bus, and across accounts the bus must allow that role. An event keeps
its own account and region, and is carried once, so that no loop arises.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, s3

from backup_apps_local.ministack_joint.iam import Authority

_object_version: ContextVar[str | None] = ContextVar("object_version", default=None)


class BusGate:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._dispatch = eventbridge._dispatch_to_event_bus
        self._fire_s3_event = s3._fire_s3_event
        self._dispatch_event = eventbridge._dispatch_event

    def install(self) -> None:
        eventbridge._dispatch_to_event_bus = self.dispatch
        s3._fire_s3_event = self.fire_s3_event
        eventbridge._dispatch_event = self.dispatch_event

    def dispatch(
        self, bus: Any, event: dict[str, Any], rule: dict[str, Any], path: set[str], payload: str | None = None
    ) -> None:
        if (bus.account_id, bus.region) == (get_account_id(), get_region()):
            self._dispatch(bus, event, rule, path, payload)
        elif not self._carry(str(bus), bus.account_id, bus.region, event, _role_of_target(rule, str(bus)), payload):
            eventbridge.logger.warning("EventBridge: %s did not take an event of rule %s", bus, rule["Name"])

    def fire_s3_event(self, *event: Any, version_id: str | None = None, **more: Any) -> None:
        token = _object_version.set(version_id)
        try:
            self._fire_s3_event(*event, version_id=version_id, **more)
        finally:
            _object_version.reset(token)

    def dispatch_event(self, event: dict[str, Any], *view: Any) -> None:
        version = _object_version.get()
        if event["Source"] == "aws.s3" and version:
            detail = json.loads(event["Detail"])
            event = {**event, "Detail": json.dumps(detail | {"object": detail["object"] | {"version-id": version}})}
        self._dispatch_event(event, *view)

    def _carry(
        self, bus_arn: str, account: str, region: str, event: dict[str, Any], role: str, payload: str | None
    ) -> bool:
        sender = self._authority.decide_for_role(role, "events.amazonaws.com", "events:PutEvents", bus_arn)
        name = bus_arn.partition("event-bus/")[2]
        with request_scope(account, region):
            if sender is None or "_Carried" in event or not _takes_from(name, sender):
                return False
            carried = {**event, "EventBusName": name, "_Carried": True, "_DispatchPath": []}
            eventbridge._dispatch_event(carried if payload is None else {**carried, "Detail": payload})
            return True


def _role_of_target(rule: dict[str, Any], target_arn: str) -> str:
    key = eventbridge._rule_key(rule["Name"], rule.get("EventBusName", "default"))
    roles: list[str] = [t.get("RoleArn", "") for t in eventbridge._targets[key] if t["Arn"] == target_arn]
    return roles[0]


def _takes_from(bus: str, sender: EvalContext) -> bool:
    """Whether the bus, in the scope of its account and region, takes events of the role; its own account needs none."""
    if bus not in eventbridge._event_buses:
        return False
    decision = iam_evaluator.evaluate_resource_policy(eventbridge._event_bus_policies.get(bus), sender).decision
    return bool(decision == "Allow" or (decision != "Deny" and sender.principal_account == get_account_id()))
