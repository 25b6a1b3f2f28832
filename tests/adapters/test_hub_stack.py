"""The hub's function that compares, as the command line calls it; the Lambda service answers from a stub."""

import io
import json
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from backup_apps.adapters.clients import client
from backup_apps.adapters.hub_stack import DiffFunction, LookFunction, SweepFunction
from backup_apps.adapters.started_functions import HealFunction
from backup_apps.domain.desired import Target
from backup_apps.domain.difference import diff
from backup_apps.domain.errors import AwsError, UnreachableError
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.assessment import assess_changes
from sync.targets import BUNDLE, live, plan, target, vault

pytestmark = pytest.mark.usefixtures("aws")

DESIRED = target(vault(), plan())


def answered(document: Any, **members: Any) -> AssessedChangeSet:
    functions = client("lambda")
    with Stubber(functions) as stub:
        payload = io.BytesIO(json.dumps(document).encode())
        stub.add_response("invoke", {"Payload": payload, **members}, {"FunctionName": "diff", "Payload": ANY})
        return DiffFunction(functions, "diff").diff(BUNDLE, DESIRED)


def test_the_answer_is_read_as_it_was_found() -> None:
    found = assess_changes(diff(DESIRED, live(), BUNDLE), live())
    assert answered(found.to_json()) == found


def test_what_the_function_could_not_do_is_told() -> None:
    with pytest.raises(AwsError, match="the role is missing"):
        answered({"errorType": "UnreachableError", "errorMessage": "the role is missing"}, FunctionError="Unhandled")


def test_a_hub_that_judges_nothing_is_older() -> None:
    with pytest.raises(AwsError, match="older than this command line; deploy it again"):
        answered(diff(DESIRED, live(), BUNDLE).to_json())


def test_a_sweep_says_where_and_whether_the_bundle_tells_of_what_nobody_manages() -> None:
    functions = client("lambda")
    asked = {"bundle": BUNDLE, "account": "111111111111", "region": "eu-west-1", "unmanaged": True}
    with Stubber(functions) as stub:
        payload = io.BytesIO(b'{"opened": 1}')
        expected = {"FunctionName": "sweep", "Payload": json.dumps(asked).encode()}
        stub.add_response("invoke", {"Payload": payload}, expected)
        sweep = SweepFunction(functions, "sweep").sweep
        assert sweep(BUNDLE, Target("111111111111", "eu-west-1"), unmanaged=True) == {"opened": 1}


def test_a_hub_that_can_not_sweep_is_told_apart() -> None:
    with pytest.raises(AwsError, match="the hub is older"):
        SweepFunction(client("lambda"), "").sweep(BUNDLE, Target("111111111111", "eu-west-1"), unmanaged=True)


def test_healing_is_started_and_not_waited_for() -> None:
    functions = client("lambda")
    asked = b'{"bundle": "acme", "account": "111111111111", "region": "eu-west-1"}'
    with Stubber(functions) as stub:
        expected = {"FunctionName": "heal", "InvocationType": "Event", "Payload": asked}
        stub.add_response("invoke", {"StatusCode": 202}, expected)
        HealFunction(lambda: functions, "heal").start("acme", Target("111111111111", "eu-west-1"))
        stub.assert_no_pending_responses()


def looked(document: Any, **members: Any) -> Any:
    functions = client("lambda")
    with Stubber(functions) as stub:
        payload = io.BytesIO(json.dumps(document).encode())
        stub.add_response("invoke", {"Payload": payload, **members}, {"FunctionName": "look", "Payload": ANY})
        return LookFunction(functions, "look").look(Target("111111111111", "eu-west-1"), {"name": "arn:of-it"})


def test_a_look_at_a_resource_is_what_the_function_answers() -> None:
    assert looked({"facts": {}}) == {"facts": {}}


@pytest.mark.parametrize(("type_", "error"), [("UnreachableError", UnreachableError), ("AccessDeniedError", AwsError)])
def test_an_account_that_can_not_be_entered_is_told_apart(type_: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="111111111111/eu-west-1: the role is missing") as caught:
        looked({"errorType": type_, "errorMessage": "the role is missing"}, FunctionError="Unhandled")
    assert isinstance(caught.value, UnreachableError) is (type_ == "UnreachableError")


def test_a_hub_without_the_function_is_older() -> None:
    with pytest.raises(AwsError, match="older than this command line; deploy it again"):
        LookFunction(client("lambda"), "").look(Target("111111111111", "eu-west-1"), {})
