"""Which calls are looked into, and what they say."""

from typing import Any

import pytest

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.events import touched

OWN = {"backup-apps-sync"}
ALICE = "arn:aws:sts::111111111111:assumed-role/Admin/alice"


def call(name: str, source: str = "backup.amazonaws.com", role: str = "Admin", **detail: Any) -> dict[str, Any]:
    identity = {"type": "AssumedRole", "arn": ALICE, "sessionContext": {"sessionIssuer": {"userName": role}}}
    told = {"eventSource": source, "eventName": name, "eventTime": "2026-01-01T12:00:00Z", "userIdentity": identity}
    return {"account": "111111111111", "region": "eu-west-1", "source": "aws.backup", "detail": told | detail}


CASES = [
    (call("UpdateBackupPlan", requestParameters={"backupPlanId": "p-1"}), {"p-1"}),
    (call("CreateBackupPlan", requestParameters={"backupPlan": {"backupPlanName": "new"}}), {"new"}),
    (call("DeleteBackupSelection", requestParameters={"backupPlanId": "p-1", "selectionId": "s-1"}), {"p-1"}),
    (call("PutBackupVaultAccessPolicy", requestParameters={"backupVaultName": "primary"}), {"primary"}),
    (
        call("TagResource", requestParameters={"resourceArn": "arn:aws:backup:eu-west-1:1:backup-plan:p-1"}),
        {"p-1", "arn:aws:backup:eu-west-1:1:backup-plan:p-1"},
    ),
    (call("DeleteRestoreTestingPlan", requestParameters={"restoreTestingPlanName": "shop"}), {"shop"}),
    (
        call("CreateRestoreTestingPlan", requestParameters={"restoreTestingPlan": {"restoreTestingPlanName": "shop"}}),
        {"shop"},
    ),
    (
        call(
            "UntagResource",
            requestParameters={"resourceArn": "arn:aws:backup:eu-west-1:1:restore-testing-plan:s_b-1-2"},
        ),
        {"s_b", "arn:aws:backup:eu-west-1:1:restore-testing-plan:s_b-1-2"},
    ),
    (
        call("UpdateRegionSettings", requestParameters={"resourceTypeOptInPreference": {"EBS": False}}),
        {"EBS"},
    ),
    (
        call(
            "ScheduleKeyDeletion", "kms.amazonaws.com", requestParameters={"keyId": "k-1"}, resources=[{"ARN": "arn:k"}]
        ),
        {"k-1", "arn:k"},
    ),
]


@pytest.mark.parametrize(
    ("event", "names"), CASES, ids=lambda case: case["detail"]["eventName"] if "detail" in case else ""
)
def test_a_call_says_where_what_and_who(event: dict[str, Any], names: set[str]) -> None:
    touch = touched(event, OWN)
    assert touch is not None
    assert touch.target == Target("111111111111", "eu-west-1")
    assert touch.names == names
    assert touch.actor == (ALICE, event["detail"]["eventName"], "2026-01-01T12:00:00Z")


@pytest.mark.parametrize(
    "event",
    [
        call("UpdateBackupPlan", errorCode="AccessDenied"),
        call("UpdateBackupPlan", role="backup-apps-sync"),
        call("StartBackupJob"),
        call("UpdateBackupPlan", "kms.amazonaws.com"),
        call("PutKeyPolicy", "kms.amazonaws.com"),
        {"account": "111111111111", "region": "eu-west-1", "source": "aws.backup", "detail": {"state": "COMPLETED"}},
        {},
    ],
    ids=["refused", "our own", "no configuration", "another service's", "unknown", "no call", "empty"],
)
def test_what_changed_nothing_that_a_bundle_asks_for_is_passed_over(event: dict[str, Any]) -> None:
    assert touched(event, OWN) is None


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::111111111111:root"}, "arn:aws:iam::111111111111:root"),
        ({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}, "backup.amazonaws.com"),
        ({"type": "AWSAccount", "principalId": "AIDA"}, "AIDA"),
        ({}, "unknown"),
    ],
)
def test_an_actor_has_the_best_name_that_cloudtrail_gives(identity: dict[str, Any], name: str) -> None:
    touch = touched(call("UpdateBackupPlan", userIdentity=identity), OWN)
    assert touch is not None
    assert touch.actor.arn == name
