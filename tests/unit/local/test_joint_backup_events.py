"""Events of AWS Backup reach the rules of the account and region where they happened."""

import json
import time
from typing import Any

from .in_process import MEMBER, LocalAws, allow, policy

RULE = {"source": ["aws.backup"], "detail-type": ["Backup Vault State Change"]}


def queue_of_rule(aws: LocalAws, account: str, pattern: dict[str, Any]) -> str:
    sqs, events = aws.client("sqs", account), aws.client("events", account)
    url = str(sqs.create_queue(QueueName="told")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sending = allow("sqs:SendMessage", arn, Principal={"Service": "events.amazonaws.com"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(sending)})
    events.put_rule(Name="told", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="told", Targets=[{"Id": "1", "Arn": arn}])
    return url


def told(aws: LocalAws, account: str, url: str, count: int) -> list[dict[str, Any]]:
    """Events are carried in a thread, so they take a moment."""
    sqs, found = aws.client("sqs", account), []
    deadline = time.monotonic() + 10
    while len(found) < count and time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        found += [json.loads(message["Body"]) for message in messages]
        time.sleep(0.02)
    return found


def test_an_event_is_on_the_bus_of_its_account_at_its_time(aws: LocalAws) -> None:
    url = queue_of_rule(aws, MEMBER, RULE)
    backup = aws.client("backup", MEMBER)
    aws.client("backup", MEMBER, "us-east-1").create_backup_vault(BackupVaultName="elsewhere")
    aws.client("backup", "222222222222").create_backup_vault(BackupVaultName="theirs")
    backup.create_backup_vault(BackupVaultName="acme")
    aws.backup.advance(days=3)
    backup.delete_backup_vault(BackupVaultName="acme")
    first, second = told(aws, MEMBER, url, 2)
    assert [each["detail"] for each in (first, second)] == [
        {"backupVaultName": "acme", "state": "CREATED"},
        {"backupVaultName": "acme", "state": "DELETED"},
    ]
    assert (first["account"], first["region"], first["time"]) == (MEMBER, "eu-west-1", "2026-01-01T00:00:00Z")
    assert second["time"] == "2026-01-04T00:00:00Z"
    assert first["resources"] == [f"arn:aws:backup:eu-west-1:{MEMBER}:backup-vault:acme"]


def test_cloudtrail_tells_who(aws: LocalAws) -> None:
    pattern = {"source": ["aws.backup"], "detail": {"eventName": ["UpdateRegionSettings"]}}
    url = queue_of_rule(aws, MEMBER, pattern)
    aws.client("backup", MEMBER).update_region_settings(ResourceTypeOptInPreference={"S3": True})
    (event,) = told(aws, MEMBER, url, 1)
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert event["detail"]["userIdentity"]["type"] == "Root"
