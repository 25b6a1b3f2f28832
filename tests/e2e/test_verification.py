"""Restores are verified with real data: the weekly run, faults that were sown, restores by hand, and runs cut off."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar
from urllib.request import Request, urlopen

import pytest

from backup_apps.adapters.rehearsals import TableRehearsals
from backup_apps.domain.verification.rehearsal import PREFIX
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps_local.clients import table
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, written
from .conftest import LocalAws
from .eventbridge import invoke

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

MEMBER = MEMBER_ACCOUNTS[0]
TABLE_SHAPE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "day", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-day",
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, timeout: float = 60) -> Found:
    deadline = time.monotonic() + timeout
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.2)
    return found


class Shop:
    """An app with a bucket and a table that are backed up daily and rehearsed on Mondays."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws, self.name = aws, f"shop-{new_version()}"
        self.bucket, self.table = f"{self.name}-invoices", f"{self.name}-orders"
        self.s3, self.dynamodb = aws.client("s3", MEMBER), aws.client("dynamodb", MEMBER)
        self.backup = aws.client("backup", MEMBER)
        self.rehearsals = TableRehearsals(table(aws.endpoint, aws.outputs["StateTable"], HUB))
        self._fill()
        spec = small_spec(self.name)
        resources = [f"arn:aws:s3:::{self.bucket}", self.table_arn]
        spec["policy"]["plans"]["daily"]["selections"] = {"data": {"resources": resources}}
        key = "arn:aws:kms:${region}:${account}:alias/acme-backup"
        spec["policy"]["verification"] = {
            "schedule": "cron(0 6 ? * MON *)",
            "maxAge": "7d",
            "rto": "8h",
            "sandbox": {"kmsKey": key},
            "checks": {"s3": {"canary": "canary.txt"}, "dynamodb": {"canary": {"id": "canary"}}},
        }
        assert aws.push(self.name, new_version(), written(self.name, spec))["state"] == "synced"

    def _fill(self) -> None:
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": HOME_REGION})
        for name in ("canary.txt", "a.txt", "b.txt"):
            self.s3.put_object(Bucket=self.bucket, Key=name, Body=f"{name} of {self.name}".encode())
        made = self.dynamodb.create_table(TableName=self.table, **TABLE_SHAPE)
        self.table_arn = made["TableDescription"]["TableArn"]
        for name in ("canary", "1", "2"):
            item = {"id": {"S": name}, "day": {"S": "MON"}, "blob": {"B": b"\x00\xff"}, "tags": {"SS": ["x", "y"]}}
            self.dynamodb.put_item(TableName=self.table, Item=item)

    def tell(self, path: str, document: dict[str, Any]) -> None:
        asked = Request(f"{self.aws.endpoint}/_backup_apps/{path}", data=json.dumps(document).encode(), method="POST")
        with urlopen(asked, timeout=120):
            pass

    def advance(self, **time_: float) -> None:
        self.tell("advance", time_)

    def back_up(self) -> None:
        """By the plan, and until it is known what was backed up."""
        before = self.manifests()
        self.advance(days=1)
        until(lambda: True if self.manifests() >= before + 4 else None, "the manifests")

    def manifests(self) -> int:
        """Of both ends of each backup job."""
        s3, bucket = self.aws.client("s3"), self.aws.outputs["StateBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="manifests/")
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        bodies = [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
        return len([one for one in bodies if self.name in one["resource"]])

    def tick(self, moment: str) -> dict[str, Any]:
        return invoke(self.aws, "backup-apps-start-verifications", {"time": moment})

    def rehearse(self, monday: str, jobs: int = 2) -> None:
        """The hourly event on a Monday, until the restores have begun."""
        before = len(self.jobs())
        assert any(self.name in run for run in self.tick(f"{monday}T06:30:00Z")["started"])
        until(lambda: True if len(self.waiting()) >= jobs else None, "the restores")
        assert len(self.jobs()) == before + jobs

    def waiting(self) -> list[Any]:
        return [one for one in self.rehearsals.unfinished() if one.rehearsal.app == self.name and one.rehearsal.job]

    def points(self) -> dict[str, str]:
        """The ARN of a recovery point by the type of its resource."""
        found = self.backup.list_recovery_points_by_backup_vault(BackupVaultName=self.name)["RecoveryPoints"]
        return {one["ResourceType"]: one["RecoveryPointArn"] for one in found}

    def jobs(self) -> list[dict[str, Any]]:
        found = self.backup.list_restore_jobs()["RestoreJobs"]
        return [one for one in found if self.name in one.get("SourceResourceArn", "")]

    def results(self, count: int, timeout: float = 60) -> dict[str, Result]:
        """The last of each type, once there are so many in all."""
        try:
            found = until(
                lambda: known if len(known := self.rehearsals.results(self.name)) >= count else None, "results", timeout
            )
        except AssertionError:
            raise AssertionError(self.story()) from None
        assert len(found) == count
        return {one.type: one for one in found}

    def story(self) -> str:
        """What a person would look at who asks why nothing came."""
        logs = self.aws.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        events = [
            event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]
        ]
        failed = [f"{one}: {two}" for one, two in pairwise(events) if "Error" in two and one[:1].isspace()]
        return "\n".join([*failed, str(self.waiting())])

    def left_over(self) -> list[str]:
        buckets = [one["Name"] for one in self.s3.list_buckets()["Buckets"]]
        return [one for one in [*buckets, *self.dynamodb.list_tables()["TableNames"]] if one.startswith(PREFIX)]


@pytest.fixture(scope="module")
def shop(local_aws: LocalAws) -> Shop:
    shop = Shop(local_aws)
    shop.back_up()
    return shop


def wrong(result: Result) -> list[str]:
    return [one.message for one in result.findings]


def test_the_weekly_run_restores_compares_and_cleans_up(shop: Shop) -> None:
    shop.rehearse("2027-01-04")
    shop.advance(hours=4)
    results = shop.results(2)
    assert {type_: (one.verdict, wrong(one)) for type_, one in results.items()} == {
        "S3": (Verdict.VERIFIED, []),
        "DynamoDB": (Verdict.VERIFIED, []),
    }
    for one in results.values():
        assert (one.trigger, one.cleaned, one.app) == (Trigger.SCHEDULE, True, shop.name)
        assert one.seconds
    assert shop.left_over() == []
    assert shop.waiting() == []


def test_asking_twice_starts_nothing(shop: Shop) -> None:
    jobs = len(shop.jobs())
    shop.tick("2027-01-04T07:30:00Z")
    time.sleep(1)
    assert len(shop.jobs()) == jobs


def test_a_restore_that_comes_back_empty_is_caught(shop: Shop) -> None:
    shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.name}*", "times": 2})
    shop.rehearse("2027-01-11")
    shop.advance(hours=4)
    results = shop.results(4)
    assert "it is empty: 3 objects were backed up" in wrong(results["S3"])
    assert "it is empty: 3 items were backed up" in wrong(results["DynamoDB"])
    assert {one.verdict for one in results.values()} == {Verdict.FAILED}
    assert shop.left_over() == []
    alert = shop.aws.inbox.wait_for(f"{shop.name}: restore failed verification", 30)
    assert "can't be trusted to restore: it is empty: 3 " in alert
    assert f"Next: backup-apps verify {shop.name} --bundle {shop.name} --history" in alert


def test_the_wrong_key_is_caught(shop: Shop) -> None:
    other = shop.aws.client("kms", MEMBER).create_key()["KeyMetadata"]["Arn"]
    shop.tell("faults", {"kind": "restore-has-wrong-key", "target": f"*{shop.name}*", "times": 2, "value": other})
    shop.rehearse("2027-01-18")
    shop.advance(hours=4)
    for one in shop.results(6).values():
        assert one.verdict is Verdict.FAILED
        assert f"it is encrypted with {other}, not with " in wrong(one)[0]
    assert shop.left_over() == []


def test_a_restore_by_hand_is_verified_unasked_and_not_touched(shop: Shop) -> None:
    """And since nobody knows what the source holds now but the manifest, a spoilt one is found out."""
    name, point = f"{shop.name}-by-hand", shop.points()["DynamoDB"]
    role = f"arn:aws:iam::{MEMBER}:role/backup-apps-restore"
    asked = {"RecoveryPointArn": point, "Metadata": {"targetTableName": name}, "IamRoleArn": role}
    shop.backup.start_restore_job(**asked)
    count = len(shop.rehearsals.results(shop.name))
    shop.advance(hours=4)
    result = shop.results(count + 1)["DynamoDB"]
    assert (result.trigger, result.verdict, wrong(result)) == (Trigger.RESTORE, Verdict.VERIFIED, [])
    assert (result.app, result.cleaned) == (shop.name, None)
    assert shop.dynamodb.scan(TableName=name)["Count"] == 3
    shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.name}*", "times": 1})
    shop.backup.start_restore_job(**{**asked, "Metadata": {"targetTableName": f"{name}-2"}})
    shop.advance(hours=4)
    result = shop.results(count + 2)["DynamoDB"]
    assert (result.verdict, wrong(result)[0]) == (Verdict.FAILED, "it is empty: 3 items were backed up")
    assert shop.dynamodb.describe_table(TableName=f"{name}-2")["Table"]["TableStatus"] == "ACTIVE"


def test_a_run_that_was_killed_is_taken_up_and_recorded_once(shop: Shop) -> None:
    count = len(shop.rehearsals.results(shop.name))
    shop.rehearse("2027-02-01")
    step_functions = shop.aws.client("stepfunctions")
    machine = shop.aws.outputs["VerifyStateMachine"]
    running = step_functions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    for one in running:
        step_functions.stop_execution(executionArn=one["executionArn"])
    shop.advance(hours=4)
    until(lambda: shop.left_over() or None, "what was restored")
    assert shop.tick("2027-02-01T07:30:00Z")["resumed"]
    results = shop.results(count + 2)
    assert {one.verdict for one in results.values()} == {Verdict.VERIFIED}
    assert shop.left_over() == []
    shop.tick("2027-02-01T08:30:00Z")
    time.sleep(1)
    assert len(shop.rehearsals.results(shop.name)) == count + 2


def test_a_lost_object_and_an_altered_item_are_caught(shop: Shop) -> None:
    """What was restored is spoilt before its end is heard of."""
    shop.tell("faults", {"kind": "event-late", "target": "Restore Job State Change", "times": None, "delay": 120})
    count = len(shop.rehearsals.results(shop.name))
    shop.rehearse("2027-01-25")
    shop.advance(hours=1, minutes=30)
    bucket, orders = sorted(shop.left_over(), key=lambda name: name in shop.dynamodb.list_tables()["TableNames"])
    shop.s3.delete_object(Bucket=bucket, Key="b.txt")
    shop.dynamodb.put_item(TableName=orders, Item={"id": {"S": "2"}, "day": {"S": "TUE"}})
    shop.advance(hours=8)
    results = shop.results(count + 2)
    assert "objects are lost: b.txt" in wrong(results["S3"])
    assert 'items are not as they were backed up: {"id":{"S":"2"}}' in wrong(results["DynamoDB"])
    assert shop.left_over() == []
