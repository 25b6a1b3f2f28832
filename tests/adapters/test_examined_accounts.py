"""What the doctor reads, through real boto3 clients."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from backup_apps.adapters.examined_accounts import AccountAndRegion, HubAccount
from backup_apps.adapters.examined_trails import trails
from backup_apps.domain.desired import Target
from backup_apps.domain.doctor.deployment import FORWARDED
from backup_apps.domain.doctor.facts import Keeping, Rule, Subscription, Unknown, Vault
from backup_apps.domain.errors import NotFoundError
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.service import BackupService

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Target("123456789012", "eu-west-1")
ROLES = "arn:aws:iam::*:role/*backup*"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def place(aws: None) -> AccountAndRegion:
    backup = boto3.client("backup")
    connect(backup, BackupService(lambda: NOW), HERE.account)
    return AccountAndRegion(lambda service: backup if service == "backup" else boto3.client(service))  # type: ignore[call-overload]


@pytest.fixture
def hub(aws: None) -> HubAccount:
    return HubAccount(lambda service: boto3.client(service), HERE.region)  # type: ignore[call-overload]


def test_a_role_is_read_with_its_trust_and_one_that_is_not_there_is_none(place: AccountAndRegion) -> None:
    boto3.client("iam").create_role(RoleName="acme-backup", AssumeRolePolicyDocument=json.dumps(TRUST))

    role = place.role("acme-backup")

    assert role is not None
    assert (role.arn, role.trust) == (f"arn:aws:iam::{HERE.account}:role/acme-backup", TRUST)
    assert place.role("other") is None


def test_which_roles_can_be_passed_is_read_from_the_sync_role(place: AccountAndRegion) -> None:
    iam = boto3.client("iam")
    with pytest.raises(NotFoundError):
        place.passable_roles()
    iam.create_role(RoleName="backup-apps-sync", AssumeRolePolicyDocument=json.dumps(TRUST))
    statement = {"Sid": "HandRolesToAwsBackup", "Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLES}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "Other", "Resource": "*"}, statement]}
    iam.put_role_policy(RoleName="backup-apps-sync", PolicyName="sync", PolicyDocument=json.dumps(document))

    assert place.passable_roles() == (ROLES,)


def test_a_rule_is_read_with_whom_it_sends_to(place: AccountAndRegion) -> None:
    events = boto3.client("events")
    assert place.rule("backup-apps-forward") is None
    events.put_rule(Name="backup-apps-forward", EventPattern=json.dumps(FORWARDED), State="DISABLED")
    events.put_targets(
        Rule="backup-apps-forward", Targets=[{"Id": "hub", "Arn": "arn:aws:events:eu-west-1:1:event-bus/b"}]
    )

    assert place.rule("backup-apps-forward") == Rule(False, FORWARDED, ("arn:aws:events:eu-west-1:1:event-bus/b",))


def test_a_key_is_read_with_its_policy_and_whether_it_rotates(place: AccountAndRegion) -> None:
    kms = boto3.client("kms")
    identity = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/acme", TargetKeyId=identity)

    alias = f"arn:aws:kms:{HERE.region}:{HERE.account}:alias/acme"
    before, _ = place.key(alias), kms.enable_key_rotation(KeyId=identity)
    after = place.key(alias)

    assert before is not None
    assert after is not None
    assert (before.state, before.rotates, after.rotates) == ("Enabled", False, True)
    assert isinstance(after.policy, dict)
    assert after.policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{HERE.account}:root"}
    assert place.key(f"arn:aws:kms:{HERE.region}:{HERE.account}:alias/other") is None


def test_a_bucket_that_is_not_there_is_none(place: AccountAndRegion, bucket: str) -> None:
    boto3.client("s3").create_bucket(Bucket="plain", CreateBucketConfiguration={"LocationConstraint": HERE.region})  # type: ignore[typeddict-item]

    assert [place.is_versioned(name) for name in (bucket, "plain", "other")] == [True, False, None]


def test_vaults_and_opt_ins_are_counted_and_read(place: AccountAndRegion) -> None:
    backup = place._clients("backup")
    backup.create_backup_vault(BackupVaultName="copies")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}

    bare = place.vault("copies")
    backup.put_backup_vault_access_policy(BackupVaultName="copies", Policy=json.dumps(policy))
    backup.put_backup_vault_lock_configuration(BackupVaultName="copies", MinRetentionDays=7)

    assert bare == Vault(False, None)
    assert place.vault("copies") == Vault(True, policy)
    assert place.vault("other") is None
    assert (place.count_vaults(), place.count_plans()) == (1, 0)
    assert place.opted_in()["DynamoDB"] is True
    assert place.copies_across_accounts() is False


def test_networks_are_there_or_not(place: AccountAndRegion) -> None:
    group = boto3.client("ec2").create_security_group(GroupName="g", Description="d")["GroupId"]

    assert place.has_network(group)
    assert not place.has_network("sg-0123456789abcdef0")
    assert not place.has_network("rehearsals")


def test_the_hub_is_read(hub: HubAccount, bucket: str) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    assert hub.subscriptions(topic) == ()
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@acme.example")
    boto3.client("ssm").put_parameter(Name="/hub/trust-policy", Value="{}", Type="String")

    assert hub.place() == HERE
    assert [one.protocol for one in hub.subscriptions(topic)] == ["email"]
    assert hub.parameter("/hub/trust-policy") == "{}"
    assert hub.keeping(bucket) == Keeping(versioned=True, locked=True)
    with pytest.raises(NotFoundError):
        hub.parameter("/hub/other")


def test_a_subscription_that_waits_is_not_confirmed() -> None:
    class Waiting:
        def get_paginator(self, _: str) -> "Waiting":
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            waits = {"Protocol": "email", "SubscriptionArn": "PendingConfirmation"}
            return [{"Subscriptions": [waits, {"Protocol": "sqs", "SubscriptionArn": "arn:aws:sns:…"}]}]

    hub = HubAccount(lambda _: Waiting(), HERE.region)

    assert hub.subscriptions("topic") == (Subscription("email", False), Subscription("sqs", True))


BASIC = {"ReadWriteType": "All", "IncludeManagementEvents": True}
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


@pytest.mark.parametrize(
    ("selectors", "writes", "keys"),
    [
        ({"EventSelectors": [BASIC]}, True, True),
        ({"EventSelectors": [BASIC | {"ReadWriteType": "ReadOnly"}]}, False, False),
        ({"EventSelectors": [BASIC | {"IncludeManagementEvents": False}]}, False, False),
        ({"EventSelectors": [BASIC | {"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}, True, False),
        ({"AdvancedEventSelectors": [{"FieldSelectors": [MANAGEMENT]}]}, True, True),
        (
            {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
            False,
            False,
        ),
        (
            {"AdvancedEventSelectors": [{"FieldSelectors": [MANAGEMENT, {"Field": "readOnly", "Equals": ["true"]}]}]},
            False,
            False,
        ),
        (
            {
                "AdvancedEventSelectors": [
                    {"FieldSelectors": [MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]}
                ]
            },
            True,
            False,
        ),
    ],
)
def test_what_a_trail_records_is_told_by_its_selectors(selectors: dict[str, Any], writes: bool, keys: bool) -> None:
    (trail,) = trails(Recording(selectors))

    assert (trail.logging, trail.writes, trail.keys) == (True, writes, keys)


def test_a_trail_whose_selectors_may_not_be_read_is_in_doubt(aws: None) -> None:
    boto3.client("s3").create_bucket(
        Bucket="trail-bucket", CreateBucketConfiguration={"LocationConstraint": HERE.region}
    )  # type: ignore[typeddict-item]
    cloudtrail = boto3.client("cloudtrail")
    cloudtrail.create_trail(Name="all", S3BucketName="trail-bucket", IsMultiRegionTrail=True)

    (trail,) = trails(cloudtrail)

    assert trail.logging is False
    assert trails(Recording(None))[0].writes == trails(Recording(None))[0].keys
    assert isinstance(trails(Recording(None))[0].writes, Unknown)


class Recording:
    """A trail that logs; None for selectors that may not be read."""

    def __init__(self, selectors: dict[str, Any] | None) -> None:
        self._selectors = selectors

    def describe_trails(self, **_: Any) -> dict[str, Any]:
        return {"trailList": [{"TrailARN": "arn:trail"}]}

    def get_trail_status(self, **_: Any) -> dict[str, Any]:
        return {"IsLogging": True}

    def get_event_selectors(self, **_: Any) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        if self._selectors is None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetEventSelectors")
        return self._selectors


def test_who_may_put_events_is_read_from_the_bus(hub: HubAccount) -> None:
    events = boto3.client("events")
    arn = events.create_event_bus(Name="backup-apps")["EventBusArn"]

    assert hub.bus_policy(arn) == {}
    events.put_permission(
        EventBusName="backup-apps", Action="events:PutEvents", Principal="111111111111", StatementId="members"
    )
    assert [one["Sid"] for one in hub.bus_policy(arn)["Statement"]] == ["members"]
