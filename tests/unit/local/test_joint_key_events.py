"""What is done to a KMS key is told by CloudTrail, as what is done to AWS Backup is."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, MEMBER, LocalAws, allow, policy
from .test_joint_backup_events import queue_of_rule, told

RULE = {"source": ["aws.kms"], "detail-type": ["AWS API Call via CloudTrail"]}
SSO = "/aws-reserved/sso.amazonaws.com/eu-west-1/"


def new_key(aws: LocalAws) -> dict[str, Any]:
    return dict(aws.client("kms", MEMBER).create_key()["KeyMetadata"])


def test_rotation_off_tells_who_and_which_key(aws: LocalAws) -> None:
    key = new_key(aws)["Arn"]
    url = queue_of_rule(aws, MEMBER, RULE)
    aws.backup.advance(days=3)
    aws.client("kms", MEMBER).disable_key_rotation(KeyId=key)
    (event,) = told(aws, MEMBER, url, 1)
    assert (event["source"], event["account"], event["region"]) == ("aws.kms", MEMBER, "eu-west-1")
    assert (event["resources"], event["time"]) == ([], "2026-01-04T00:00:00Z")
    detail = event["detail"]
    assert (detail["eventSource"], detail["eventName"]) == ("kms.amazonaws.com", "DisableKeyRotation")
    assert (detail["requestParameters"], detail["responseElements"]) == ({"keyId": key}, None)
    assert detail["resources"] == [{"accountId": MEMBER, "type": "AWS::KMS::Key", "ARN": key}]
    assert detail["userIdentity"]["type"] == "Root"


def test_a_deletion_that_is_scheduled_tells_when_it_will_be(aws: LocalAws) -> None:
    key = new_key(aws)
    url = queue_of_rule(aws, MEMBER, RULE)
    aws.client("kms", MEMBER).schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    (event,) = told(aws, MEMBER, url, 1)
    assert event["detail"]["requestParameters"] == {"keyId": key["KeyId"], "pendingWindowInDays": 7}
    answer = event["detail"]["responseElements"]
    assert (answer["keyId"], answer["keyState"]) == (key["Arn"], "PendingDeletion")
    assert answer["deletionDate"][-2:] in ("AM", "PM")
    assert event["detail"]["resources"][0]["ARN"] == key["Arn"]


def test_every_change_is_told_in_order_and_no_read_is(aws: LocalAws) -> None:
    key = {"KeyId": new_key(aws)["KeyId"]}
    url = queue_of_rule(aws, MEMBER, RULE)
    kms = aws.client("kms", MEMBER)
    kms.describe_key(**key)
    kms.enable_key_rotation(**key)
    kms.get_key_rotation_status(**key)
    kms.put_key_policy(**key, Policy="{}")
    kms.disable_key(**key)
    kms.enable_key(**key)
    kms.schedule_key_deletion(**key)
    kms.cancel_key_deletion(**key)
    names = [event["detail"]["eventName"] for event in told(aws, MEMBER, url, 6)]
    assert names == [
        "EnableKeyRotation",
        "PutKeyPolicy",
        "DisableKey",
        "EnableKey",
        "ScheduleKeyDeletion",
        "CancelKeyDeletion",
    ]


def test_a_refusal_is_told_with_its_error(aws: LocalAws) -> None:
    url = queue_of_rule(aws, MEMBER, RULE)
    with pytest.raises(ClientError):
        aws.client("kms", MEMBER).disable_key(KeyId="11111111-2222-3333-4444-555555555555")
    (event,) = told(aws, MEMBER, url, 1)
    assert (event["detail"]["errorCode"], event["detail"]["responseElements"]) == ("NotFoundException", None)
    assert "resources" not in event["detail"]


def test_what_can_not_be_read_is_not_told(aws: LocalAws) -> None:
    url = queue_of_rule(aws, MEMBER, RULE)
    kms = aws.client("kms", MEMBER)

    def garble(request: Any, **_: Any) -> None:
        request.data = b"not json"

    kms.meta.events.register("before-sign", garble)
    with pytest.raises(ClientError, match="SerializationException"):
        kms.disable_key(KeyId="any")
    aws.client("kms", MEMBER).enable_key(KeyId=new_key(aws)["KeyId"])
    assert [event["detail"]["eventName"] for event in told(aws, MEMBER, url, 1)] == ["EnableKey"]


def test_a_session_is_told_with_the_path_and_the_id_of_its_role(aws: LocalAws) -> None:
    role = aws.client("iam", MEMBER).create_role(
        RoleName="AWSReservedSSO_KeyAdmin_0123456789abcdef",
        Path=SSO,
        AssumeRolePolicyDocument=_trusting(HUB),
    )["Role"]
    aws.client("iam", MEMBER).put_role_policy(
        RoleName=role["RoleName"], PolicyName="p", PolicyDocument=policy(allow("kms:DisableKey", "*"))
    )
    key = new_key(aws)["KeyId"]
    url = queue_of_rule(aws, MEMBER, RULE)
    aws.session("kms", role["Arn"]).disable_key(KeyId=key)
    (event,) = told(aws, MEMBER, url, 1)
    identity = event["detail"]["userIdentity"]
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["arn"], issuer["principalId"]) == (role["Arn"], role["RoleId"])
    assert SSO in issuer["arn"]
    assert SSO not in identity["arn"]


def _trusting(account: str) -> str:
    return policy(allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{account}:root"}))
