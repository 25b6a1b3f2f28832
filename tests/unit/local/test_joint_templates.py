"""Templates mean on the local AWS what they mean to CloudFormation."""

import json
from datetime import UTC, datetime

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


@pytest.mark.parametrize("enabled", [True, "true", False, None])
def test_a_bucket_has_the_object_lock_of_its_template(aws: LocalAws, enabled: object) -> None:
    from ministack.core.responses import request_scope
    from ministack.services.cloudformation import provisioners

    bucket = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    s3 = aws.client("s3", HUB)
    with request_scope(HUB, "eu-west-1"):
        bucket["create"]("Bucket", {"BucketName": "kept", "ObjectLockEnabled": enabled}, "stack")
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": datetime(2099, 1, 1, tzinfo=UTC)}
    if enabled:
        s3.put_object(Bucket="kept", Key="k", Body=b"", **lock)
        assert s3.head_object(Bucket="kept", Key="k")["ObjectLockMode"] == "GOVERNANCE"
    else:
        with pytest.raises(s3.exceptions.ClientError, match="ObjectLockConfiguration"):
            s3.put_object(Bucket="kept", Key="k", Body=b"", **lock)
