"""Alerts, executions, started functions and settings on moto."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.alert_topic import AlertTopic
from backup_apps.adapters.clients import client, client_in, partition_of
from backup_apps.adapters.executions import SyncExecutions, execution_name
from backup_apps.adapters.settings_store import setting
from backup_apps.adapters.started_functions import AdmitFunction, HealFunction, PageFunction
from backup_apps.domain.cards.bundles import rejection
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.page.occasions import Occasion
from backup_apps.domain.places import Finding
from sync.targets import REGION

VERSION = Version("acme", "v1")


def test_functions_are_started_without_waiting_for_them(aws: None) -> None:
    lambda_ = client("lambda")
    upload = {"detail": {"object": {"key": "bundles/acme/v1.zip", "version-id": "7"}}}
    place = {"bundle": "acme", "account": "1" * 12, "region": REGION}
    occasion = {"source": "backup-apps", "detail": {"input": '{"bundle": "acme"}'}}
    with Stubber(lambda_) as stub:
        for name, event in (("admit", upload), ("heal", place), ("page", occasion)):
            wanted = {"FunctionName": name, "InvocationType": "Event", "Payload": json.dumps(event).encode()}
            stub.add_response("invoke", {"StatusCode": 202}, wanted)
        AdmitFunction(lambda: lambda_, "admit").start("bundles/acme/v1.zip", "7")
        HealFunction(lambda: lambda_, "heal").start("acme", Target("1" * 12, REGION))
        PageFunction(lambda: lambda_, "page").publish("acme")
        stub.assert_no_pending_responses()
    assert Occasion.model_validate(occasion).bundle == "acme"


def test_a_setting_is_read_and_a_missing_one_is_an_error(aws: None) -> None:
    boto3.client("ssm").put_parameter(Name="/hub/trust-policy", Value="{}", Type="String")
    assert setting(client("ssm"), "/hub/trust-policy") == "{}"
    with pytest.raises(NotFoundError):
        setting(client("ssm"), "/hub/other")


def subscribed(region: str, name: str, **filters: list[str]) -> tuple[str, str]:
    """A topic, and a queue that hears of it what the filters let through."""
    sns, sqs = boto3.client("sns", region_name=region), boto3.client("sqs", region_name=region)
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {"FilterPolicy": json.dumps(filters)} if filters else {}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return topic, queue


def heard(region: str, queue: str) -> list[dict[str, Any]]:
    received = boto3.client("sqs", region_name=region).receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(one["Body"]) for one in received.get("Messages", ())]


def alerts_of(topic: str) -> AlertTopic:
    return AlertTopic(lambda region: client_in(region, "sns"), topic)


def test_an_alert_is_text_for_people_json_for_machines_and_attributes_to_filter(aws: None) -> None:
    topic, queue = subscribed(REGION, "alerts")
    finding = Finding("apps/shop.yaml", 7, 3, "policy.plans", "wrong")
    alerts_of(topic).publish(rejection(VERSION, [finding], "s3://state/errors.json").alert())
    (envelope,) = heard(REGION, queue)
    assert envelope["Subject"] == "acme v1 rejected: 1 error"
    assert json.loads(envelope["Message"])["errors"][0]["file"] == "apps/shop.yaml"
    assert {name: one["Value"] for name, one in envelope["MessageAttributes"].items()} == {
        "severity": "error",
        "bundle": "acme",
        "type": "bundle-rejected",
    }


def test_an_app_hears_on_its_own_topic_in_another_region_what_its_filter_lets_through(aws: None) -> None:
    hub, hubs = subscribed(REGION, "alerts")
    topic, queue = subscribed("us-west-2", "oncall", app=["one"], severity=["critical"])
    alert = rejection(VERSION, [], "s3://state/errors.json").alert()
    wide = {"severity": ("critical",), "type": ("drift",), "app": ("one", "two"), "account": ()}
    alerts_of(hub).publish(alert, topic)
    alerts_of(hub).publish(alert._replace(attributes=wide), topic)
    (envelope,) = heard("us-west-2", queue)
    assert envelope["MessageAttributes"]["app"] == {"Type": "String.Array", "Value": '["one", "two"]'}
    assert "account" not in envelope["MessageAttributes"]
    assert heard(REGION, hubs) == []


def test_a_topic_that_is_not_there_is_one_of_our_errors(aws: None) -> None:
    alert = rejection(VERSION, [], "s3://state/errors.json").alert()
    with pytest.raises(NotFoundError):
        alerts_of(f"arn:aws:sns:{REGION}:123456789012:gone").publish(alert)


def test_a_sync_is_started_once(aws: None) -> None:
    role = "arn:aws:iam::123456789012:role/states"
    machine = boto3.client("stepfunctions").create_state_machine(
        name="sync",
        roleArn=role,
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    )["stateMachineArn"]
    executions = SyncExecutions(client("stepfunctions"), machine)
    executions.start(VERSION, {"bundle": "acme"})
    executions.start(VERSION, {"bundle": "acme", "late": True})
    (only,) = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert only["name"] == execution_name(VERSION)


def test_names_of_executions_fit_and_differ() -> None:
    long = [Version("b" * 40, "v" * 63 + last) for last in "ab"]
    names = {execution_name(version) for version in long}
    assert len(names) == 2
    assert all(len(name) <= 80 for name in names)


def test_partitions() -> None:
    assert [partition_of(region) for region in ("eu-west-1", "cn-north-1", "us-gov-west-1")] == [
        "aws",
        "aws-cn",
        "aws-us-gov",
    ]
