"""Buckets, alerts, executions and member accounts on moto."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from backup_apps.adapters.alert_topic import AlertTopic
from backup_apps.adapters.buckets import PolicyBucket, StateBucket
from backup_apps.adapters.clients import client, client_in, partition_of, session
from backup_apps.adapters.executions import SyncExecutions, execution_name
from backup_apps.adapters.member_accounts import MemberAccounts
from backup_apps.adapters.settings_store import setting
from backup_apps.adapters.started_functions import AdmitFunction, HealFunction, PageFunction
from backup_apps.domain.cards.bundles import rejection
from backup_apps.domain.changes import Create, Kind
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError, ThrottledError, UnavailableError, UnreachableError
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.page.occasions import Occasion
from backup_apps.domain.places import Finding
from backup_apps.domain.session_policies import reading_policy
from backup_apps.domain.sessions import SyncSession, session_name
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService
from sync.targets import OURS, REGION

VERSION = Version("acme", "v1")
NOTHING = DesiredTarget(account="111111111111", region=REGION)


def test_a_key_is_written_once(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    assert policy.put_once(VERSION.key, b"one")
    assert not policy.put_once(VERSION.key, b"two")
    upload = policy.fetch(VERSION.key, None, 10)
    assert upload.body == b"one"
    assert datetime.fromisoformat(upload.committed).tzinfo == UTC
    assert upload.object_version


def test_an_upload_is_fetched_by_its_object_version(bucket: str) -> None:
    first = boto3.client("s3").put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    boto3.client("s3").put_object(Bucket=bucket, Key="k", Body=b"two")
    assert PolicyBucket(client("s3"), bucket).fetch("k", first, 10).body == b"one"


def write_once_a_minute(monkeypatch: pytest.MonkeyPatch, bucket: str, key: str, *bodies: bytes | None) -> None:
    """An object written, or deleted, from noon on."""
    for minute, body in enumerate(bodies):
        monkeypatch.setattr("moto.s3.models.utcnow", lambda minute=minute: datetime(2026, 1, 1, 12, minute))
        if body is None:
            boto3.client("s3").delete_object(Bucket=bucket, Key=key)
        else:
            boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def test_uploads_of_late(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version of each, what was deleted since included; what lies beside bundles is none."""
    write_once_a_minute(monkeypatch, bucket, "bundles/acme/v1.zip", b"at noon", b"one", b"two", None)
    write_once_a_minute(monkeypatch, bucket, "bundles/acme/v1.attestation.json", None, b"{}")
    write_once_a_minute(monkeypatch, bucket, "elsewhere/v1.zip", None, b"three")
    found = PolicyBucket(client("s3"), bucket).uploaded_since(datetime(2026, 1, 1, 12, 1, tzinfo=UTC))
    assert {(one.key, one.committed.isoformat()) for one in found} == {
        ("bundles/acme/v1.zip", "2026-01-01T12:01:00+00:00"),
        ("bundles/acme/v1.zip", "2026-01-01T12:02:00+00:00"),
    }
    policy = PolicyBucket(client("s3"), bucket)
    assert sorted(policy.fetch(one.key, one.object_version, 10).body for one in found) == [b"one", b"two"]


def test_uploads_come_in_pages(bucket: str) -> None:
    s3 = client("s3")
    page = {"IsTruncated": True, "NextKeyMarker": "k", "NextVersionIdMarker": "1", "Versions": []}
    last = {"Key": "bundles/acme/v1.zip", "VersionId": "2", "LastModified": datetime(2026, 1, 1, tzinfo=UTC)}
    with Stubber(s3) as stub:
        stub.add_response("list_object_versions", page, {"Bucket": bucket, "Prefix": "bundles/"})
        wanted = {"Bucket": bucket, "Prefix": "bundles/", "KeyMarker": "k", "VersionIdMarker": "1"}
        stub.add_response("list_object_versions", {"IsTruncated": False, "Versions": [last]}, wanted)
        (found,) = PolicyBucket(s3, bucket).uploaded_since(datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.key, found.object_version) == ("bundles/acme/v1.zip", "2")


def test_a_listing_that_is_throttled_says_so(bucket: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("list_object_versions", "SlowDown")
        with pytest.raises(ThrottledError):
            PolicyBucket(s3, bucket).uploaded_since(datetime(2026, 1, 1, tzinfo=UTC))


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


def test_an_object_as_it_was_at_a_moment(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_once_a_minute(monkeypatch, bucket, "k", b"one", b"two", None, b"three")
    write_once_a_minute(monkeypatch, bucket, "k-2", b"another key")
    policy = PolicyBucket(client("s3"), bucket)

    def at(moment: str) -> bytes | None:
        found = policy.fetch_as_of("k", f"2026-01-01T{moment}+00:00", 100)
        return found and found.body

    assert at("11:59:59") is None
    assert (at("12:00:00"), at("12:00:59"), at("12:01:00"), at("12:01:59")) == (b"one", b"one", b"two", b"two")
    assert at("12:02:30") is None
    assert (at("12:03:00"), at("23:00:00")) == (b"three", b"three")
    too_large = policy.fetch_as_of("k", "2026-01-01T12:00:00+00:00", 2)
    assert too_large is not None
    assert too_large.body is None
    assert policy.fetch_as_of("nothing", "2026-01-01T12:00:00+00:00", 1) is None


def test_more_versions_than_a_page_holds(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    for number in range(1100):
        policy.put("k", str(number).encode())
    found = policy.fetch_as_of("k", "2999-01-01T00:00:00+00:00", 100)
    assert found is not None
    assert found.body == b"1099"


def test_a_setting_is_read_and_a_missing_one_is_an_error(aws: None) -> None:
    boto3.client("ssm").put_parameter(Name="/hub/trust-policy", Value="{}", Type="String")
    assert setting(client("ssm"), "/hub/trust-policy") == "{}"
    with pytest.raises(NotFoundError):
        setting(client("ssm"), "/hub/other")


def test_an_upload_that_is_too_large_is_not_read(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    policy.put_once("k", b"12345")
    assert policy.fetch("k", None, 5).body == b"12345"
    assert policy.fetch("k", None, 4).body is None


def test_what_is_not_in_a_bucket_is_not_found(bucket: str) -> None:
    with pytest.raises(NotFoundError):
        PolicyBucket(client("s3"), bucket).fetch("k", None, 10)
    with pytest.raises(NotFoundError):
        StateBucket(client("s3"), bucket).read("k")


def test_documents(bucket: str) -> None:
    state = StateBucket(client("s3"), bucket)
    state.write("changes/a.json", '{"é": 1}')
    assert state.read("changes/a.json") == '{"é": 1}'
    assert state.location("changes/a.json") == "s3://bundles/changes/a.json"
    head = boto3.client("s3").head_object(Bucket=bucket, Key="changes/a.json")
    assert head["ContentType"] == "application/json"


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


@pytest.fixture
def members(aws: None, monkeypatch: pytest.MonkeyPatch) -> MemberAccounts:
    return MemberAccounts(
        plan_role="backup-apps-plan",
        sync_role="backup-apps-sync",
        external_id="xid",
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_member_is_reached_by_its_role_with_the_external_id(
    members: MemberAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}
    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.update(params))
    key = boto3.client("kms", **_as_member("111111111111")).create_key()["KeyMetadata"]["Arn"]
    boto3.client("kms", **_as_member("111111111111")).create_alias(AliasName="alias/acme", TargetKeyId=key)
    member = members.for_planning(Target("111111111111", REGION), "acme-" + "v" * 64)
    assert asked == {
        "RoleArn": "arn:aws:iam::111111111111:role/backup-apps-plan",
        "RoleSessionName": session_name("acme-" + "v" * 64),
        "ExternalId": "xid",
        "DurationSeconds": 900,
    }
    assert member.key_arn(f"arn:aws:kms:{REGION}:111111111111:alias/acme") == key
    with pytest.raises(NotFoundError):
        member.key_arn("alias/unknown")


def test_a_sync_says_who_it_is_and_takes_no_more_than_it_needs(members: MemberAccounts) -> None:
    asked: dict[str, object] = {}
    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.update(params))
    members.for_syncing(NOTHING, SyncSession(VERSION, "jane@acme.example"))
    assert asked == {
        "RoleArn": "arn:aws:iam::111111111111:role/backup-apps-sync",
        "RoleSessionName": f"{VERSION.bundle}-{VERSION.version}",
        "SourceIdentity": f"{VERSION.bundle}@{VERSION.version}",
        "Tags": [
            {"Key": "backup-apps:bundle", "Value": VERSION.bundle},
            {"Key": "backup-apps:version", "Value": VERSION.version},
            {"Key": "backup-apps:approver", "Value": "jane@acme.example"},
        ],
        "Policy": reading_policy(NOTHING, "aws"),
        "ExternalId": "xid",
        "DurationSeconds": 900,
    }


def test_sessions_whose_policies_aws_can_not_pack_are_shared_by_fewer_changes(members: MemberAccounts) -> None:
    opened: list[int] = []
    service = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    connect(session(), service, "111111111111")
    wanted = [
        Create(kind=Kind.VAULT, name=name, after={"BackupVaultName": name, "BackupVaultTags": OURS})
        for name in ("vault-a", "vault-b", "vault-c", "vault-d", "vault-e")
    ]
    member = members.for_syncing(NOTHING, SyncSession(VERSION))

    def too_large(params: dict[str, str], **_: object) -> None:
        opened.append(params["Policy"].count(":backup-vault:"))
        if opened[-1] > 1:
            told = {"Error": {"Code": "PackedPolicyTooLarge", "Message": "Packed size 110 percent"}}
            raise ClientError(told, "AssumeRole")

    client("sts").meta.events.register("provide-client-params.sts.AssumeRole", too_large)
    done = list(member.apply(wanted, LiveTarget(account="111111111111", region=REGION), VERSION))
    assert [(one.change.name, [call.operation for call in one.calls]) for one in done] == [
        (one.name, ["CreateBackupVault"]) for one in wanted
    ]
    assert opened == [5, 2, 1, 4, 2, 1, 3, 1, 2, 1, 1]
    assert len(service.journal.writes) == 5


def _as_member(account: str) -> dict[str, str]:
    role = f"arn:aws:iam::{account}:role/setup"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    return {
        "region_name": REGION,
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AccessDenied", UnreachableError), ("Throttling", ThrottledError), ("ServiceUnavailable", UnavailableError)],
)
def test_a_role_that_can_not_be_assumed_is_unreachable_unless_it_is_worth_another_try(
    members: MemberAccounts, code: str, expected: type[Exception]
) -> None:
    with Stubber(client("sts")) as stubbed:
        stubbed.add_client_error("assume_role", code, "no")
        with pytest.raises(expected) as caught:
            members.for_syncing(NOTHING, SyncSession(VERSION))
    if expected is UnreachableError:
        assert "arn:aws:iam::111111111111:role/backup-apps-sync: no" in str(caught.value)


def test_partitions() -> None:
    assert [partition_of(region) for region in ("eu-west-1", "cn-north-1", "us-gov-west-1")] == [
        "aws",
        "aws-cn",
        "aws-us-gov",
    ]
