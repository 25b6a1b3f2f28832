"""Templates mean on the local AWS what they mean to CloudFormation."""

import json

import pytest

from backup_apps_local.ministack_joint import MINISTACK_VERSION, require_version

from .in_process import HUB, MEMBER, LocalAws, allow

HOME = {"Conditions": {"IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "Home"}]}}}


def test_another_version_of_ministack_is_refused() -> None:
    require_version(MINISTACK_VERSION)
    with pytest.raises(RuntimeError, match=r"fits MiniStack 1\.5\.33, and 1\.5\.34 is installed"):
        require_version("1.5.34")


@pytest.mark.parametrize(("region", "is_home"), [("eu-west-1", True), ("us-east-1", False)])
def test_a_condition_knows_its_region(aws: LocalAws, region: str, is_home: bool) -> None:
    from ministack.core.responses import request_scope
    from ministack.services.cloudformation import changesets, engine, handlers, stacks

    for module in (engine, changesets, handlers, stacks):
        with request_scope(MEMBER, region):
            assert module._evaluate_conditions(HOME, {"Home": {"Value": "eu-west-1"}}) == {"IsHome": is_home}


@pytest.mark.parametrize("definition", ['{"StartAt": "A"}', "# a comment\nStartAt: A\n"])
def test_a_definition_may_be_json_or_yaml(aws: LocalAws, definition: str) -> None:
    from ministack.services.cloudformation import provisioners

    assert json.loads(provisioners._sfn_definition({"DefinitionString": definition})) == {"StartAt": "A"}


def test_an_event_bus_has_the_policy_of_its_template(aws: LocalAws) -> None:
    from ministack.core.responses import request_scope
    from ministack.services.cloudformation import provisioners

    bus = provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]
    document = {"Version": "2012-10-17", "Statement": [allow("events:PutEvents", "*", Principal={"AWS": MEMBER})]}
    properties = {"Name": "hub", "Policy": document}
    events = aws.client("events", HUB)
    with request_scope(HUB, "eu-west-1"):
        bus["create"]("Bus", properties, "stack")
        assert json.loads(events.describe_event_bus(Name="hub")["Policy"]) == document
        bus["update"]("hub", properties, {"Name": "hub"}, "stack")
        assert "Policy" not in events.describe_event_bus(Name="hub")
