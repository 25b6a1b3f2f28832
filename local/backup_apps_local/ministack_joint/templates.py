"""What CloudFormation does and MiniStack's does not: conditions know the pseudo parameters, an event bus has the policy
that its template gives it, a bucket the Object Lock, and a state machine's definition may be YAML.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

import json
from typing import Any

import yaml
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, s3
from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

_BUS = "AWS::Events::EventBus"
_BUCKET = "AWS::S3::Bucket"


class Templates:
    def __init__(self) -> None:
        self._evaluate_conditions = engine._evaluate_conditions
        self._read_definition = provisioners._sfn_definition
        self._provision_bus = dict(provisioners._RESOURCE_HANDLERS[_BUS])
        self._create_bucket = provisioners._RESOURCE_HANDLERS[_BUCKET]["create"]

    def install(self) -> None:
        for module in (engine, changesets, handlers, stacks):
            module._evaluate_conditions = self.evaluate_conditions
        provisioners._sfn_definition = self.read_definition
        provisioners._RESOURCE_HANDLERS[_BUS] |= {"create": self.create_bus, "update": self.update_bus}
        provisioners._RESOURCE_HANDLERS[_BUCKET] |= {"create": self.create_bucket}

    def evaluate_conditions(self, template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
        pseudo = {"AWS::Region": get_region(), "AWS::AccountId": get_account_id(), "AWS::Partition": "aws"}
        values = {name: {"Value": value} for name, value in pseudo.items()}
        return dict(self._evaluate_conditions(template, values | parameters))

    def read_definition(self, properties: dict[str, Any]) -> str:
        definition: str = self._read_definition(properties)
        return definition if definition.lstrip().startswith("{") else json.dumps(yaml.safe_load(definition))

    def create_bucket(self, logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = self._create_bucket(logical_id, properties, stack)
        if str(properties.get("ObjectLockEnabled")).lower() == "true":
            s3._bucket_object_lock[created[0]] = {"enabled": True, "default_retention": None}
            s3._bucket_versioning[created[0]] = "Enabled"
        return created

    def create_bus(self, logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = self._provision_bus["create"](logical_id, properties, stack)
        _set_policy(created[0], properties)
        return created

    def update_bus(self, name: str, old: dict[str, Any], new: dict[str, Any], stack: str, *rest: Any) -> Any:
        updated = self._provision_bus["update"](name, old, new, stack, *rest)
        _set_policy(updated[0], new)
        return updated


def _set_policy(bus: str, properties: dict[str, Any]) -> None:
    eventbridge._event_bus_policies.pop(bus, None)
    if policy := properties.get("Policy"):
        eventbridge._event_bus_policies[bus] = policy
