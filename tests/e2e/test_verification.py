"""Restores are verified with real data: the weekly run, faults that were sown, restores by hand, and runs cut off."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from backup_apps.domain.verification.rehearsal import PREFIX
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps_local.world import MEMBER_ACCOUNTS

from .conftest import LocalAws
from .databases import LOGIN, SIZE
from .shop import TABLE_INDEX, TABLE_SHAPE, Shop
from .waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def shop(local_aws: LocalAws) -> Iterator[Shop]:
    shop = Shop(local_aws)
    shop.back_up()
    yield shop
    shop.retire()


@pytest.fixture(scope="module")
def databases(local_aws: LocalAws) -> Iterator[Shop]:
    shop = Shop(local_aws, has_databases=True)
    yield shop
    shop.retire()


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
    other = shop.aws.client("kms", shop.account).create_key()["KeyMetadata"]["Arn"]
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
    shop.restore_by_hand(point, targetTableName=name)
    count = len(shop.rehearsals.results(shop.name))
    shop.advance(hours=4)
    result = shop.results(count + 1)["DynamoDB"]
    assert (result.trigger, result.verdict, wrong(result)) == (Trigger.RESTORE, Verdict.VERIFIED, [])
    assert (result.app, result.cleaned) == (shop.name, None)
    assert shop.dynamodb.scan(TableName=name)["Count"] == 3
    shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.name}*", "times": 1})
    shop.restore_by_hand(point, targetTableName=f"{name}-2")
    shop.advance(hours=4)
    result = shop.results(count + 2)["DynamoDB"]
    assert (result.verdict, wrong(result)[0]) == (Verdict.FAILED, "it is empty: 3 items were backed up")
    assert shop.dynamodb.describe_table(TableName=f"{name}-2")["Table"]["TableStatus"] == "ACTIVE"


def test_a_run_that_was_killed_is_taken_up_and_recorded_once(shop: Shop) -> None:
    count = len(shop.rehearsals.results(shop.name))
    shop.rehearse("2027-02-01")
    shop.kill()
    shop.advance(hours=4)
    until(lambda: shop.left_over() or None, "what was restored")
    assert any(shop.name in run for run in shop.tick("2027-02-01T07:30:00Z")["resumed"])
    results = shop.results(count + 2)
    assert {type_: (one.verdict, wrong(one)) for type_, one in results.items()} == {
        "S3": (Verdict.VERIFIED, []),
        "DynamoDB": (Verdict.VERIFIED, []),
    }
    assert shop.left_over() == []
    shop.tick("2027-02-01T08:30:00Z")
    time.sleep(1)
    assert len(shop.rehearsals.results(shop.name)) == count + 2


def test_a_job_of_aws_restore_testing_is_checked_and_answered(shop: Shop) -> None:
    count = len(shop.rehearsals.results(shop.name))
    shop.test_restores()
    result = shop.results(count + 1)["DynamoDB"]
    assert (result.trigger, result.verdict, result.cleaned) == (Trigger.RESTORE_TESTING, Verdict.VERIFIED, None)
    until(lambda: shop.job(result.job).get("DeletionStatus") == "SUCCESSFUL", "the deletion by AWS")
    assert shop.job(result.job)["ValidationStatus"] == "SUCCESSFUL"


def test_whatever_was_spoilt_is_caught(shop: Shop) -> None:
    """What was restored is spoilt before its end is heard of."""
    count = len(shop.rehearsals.results(shop.name))
    shop.rehearse("2027-01-25")
    shop.hear_late(restores=2)
    shop.advance(hours=1, minutes=30)
    bucket, orders = sorted(shop.left_over(), key=lambda name: name in shop.dynamodb.list_tables()["TableNames"])
    shop.s3.delete_object(Bucket=bucket, Key="b.txt")
    key = shop.s3.head_object(Bucket=bucket, Key="a.txt")["SSEKMSKeyId"]
    shop.s3.put_object(Bucket=bucket, Key="a.txt", Body=b"trunc", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    shop.dynamodb.put_item(TableName=orders, Item={"id": {"S": "2"}, "day": {"S": "TUE"}})
    shop.dynamodb.delete_item(TableName=orders, Key={"id": {"S": "1"}})
    gone = [{"Delete": {"IndexName": TABLE_INDEX}}]
    shop.dynamodb.update_table(TableName=orders, GlobalSecondaryIndexUpdates=gone)
    shop.advance(hours=8)
    results = shop.results(count + 2)
    canary, other = (len(f"{name} of {shop.name}") for name in ("canary.txt", "a.txt"))
    assert wrong(results["S3"]) == [
        "it has 2 objects, and 3 were backed up",
        f"it has {5 + canary} bytes, and {canary + 2 * other} were backed up",
        "objects are lost: b.txt",
        "objects are not as they were backed up: a.txt",
    ]
    assert wrong(results["DynamoDB"]) == [
        f"indexes are missing: {TABLE_INDEX}",
        "it has 2 items, and 3 were backed up",
        'items are lost: {"id":{"S":"1"}}',
        'items are not as they were backed up: {"id":{"S":"2"}}',
    ]
    assert shop.left_over() == []


def test_in_another_account_it_is_restored_from_a_copy_that_expires(local_aws: LocalAws) -> None:
    shop = Shop(local_aws, sandbox=MEMBER_ACCOUNTS[1])
    shop.back_up()
    shop.rehearse_elsewhere("2027-02-08")
    shop.hear_late(restores=2)
    shop.advance(hours=2)
    assert len(shop.left_over()) == 2
    shop.advance(hours=4)
    for one in shop.results(2).values():
        assert (one.verdict, wrong(one), one.cleaned, one.account) == (Verdict.VERIFIED, [], True, shop.account)
        assert one.created
        assert f"{PREFIX}{shop.sandbox}-" in one.created
    assert shop.left_over() == []
    vault = local_aws.client("backup", shop.sandbox)
    copies = {"BackupVaultName": f"{shop.name}-sandbox"}
    found = vault.list_recovery_points_by_backup_vault(**copies)["RecoveryPoints"]
    assert len(found) == 2
    for copy in found:
        assert timedelta(days=1) < copy["CalculatedLifecycle"]["DeleteAt"] - copy["CompletionDate"] <= timedelta(days=3)
    shop.advance(days=3)
    assert vault.list_recovery_points_by_backup_vault(**copies)["RecoveryPoints"] == []
    shop.retire()


def test_a_group_is_restored_one_after_the_other_and_checked_as_one(local_aws: LocalAws) -> None:
    shop = Shop(local_aws, is_group=True)
    shop.back_up()
    shop.rehearse("2027-02-15", jobs=1)
    (first,) = shop.waiting()
    assert first.rehearsal.type == "S3"
    shop.advance(hours=2)
    until(lambda: any(one.rehearsal.type == "DynamoDB" for one in shop.waiting()), "the second")
    assert len(shop.left_over()) == 1, "the first stays"
    since = local_aws.last_decision()
    shop.advance(hours=2)
    for one in shop.results(2).values():
        assert (one.verdict, wrong(one), one.cleaned) == (Verdict.VERIFIED, [], True)
    asked = [one["resource"] for one in local_aws.decisions(since) if one["action"] == "lambda:InvokeFunction"]
    assert len([one for one in asked if one.endswith(shop.group_hook.rpartition(":")[2])]) == 1, "asked once, of all"
    assert shop.left_over() == []
    shop.retire()


def test_what_nobody_knows_of_is_hunted_and_what_is_not_a_rehearsals_is_left(shop: Shop) -> None:
    left, kept = f"{PREFIX}{shop.account}-0000000000000000", f"{shop.name}-kept"
    rds = shop.aws.client("rds", shop.account)
    for name in (left, kept):
        shop.dynamodb.create_table(TableName=name, **TABLE_SHAPE)
        rds.create_db_instance(DBInstanceIdentifier=name, **SIZE, **LOGIN)
        rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", **LOGIN)

    def there() -> list[str]:
        instances = [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]]
        clusters = [one["DBClusterIdentifier"] for one in rds.describe_db_clusters()["DBClusters"]]
        found = [*shop.dynamodb.list_tables()["TableNames"], *instances, *clusters]
        return sorted(name for name in found if name in (left, kept))

    assert there() == sorted([left, kept] * 3)
    shop.hunt("2027-02-16T03:30:00Z")
    until(lambda: left not in there(), "the end of the leftovers")
    assert there() == [kept] * 3


def test_that_no_restore_was_verified_for_longer_than_promised_is_told(shop: Shop) -> None:
    shop.tick("2027-06-01T03:30:00Z")
    assert not any(shop.name in one for one in shop.tick("2027-06-01T04:30:00Z")["overdue"]), "told once"
    alert = shop.aws.inbox.wait_for(f"{shop.name}: no verified restore in", 30)
    assert f"Next: backup-apps verify {shop.name} --bundle {shop.name} --history" in alert


def test_databases_are_rehearsed_in_their_network_and_taken_away(databases: Shop) -> None:
    databases.back_up()
    databases.rehearse("2027-06-08", jobs=4)
    databases.advance(hours=4)
    results = databases.results(4)
    assert {type_: (one.verdict, wrong(one), one.cleaned) for type_, one in results.items()} == dict.fromkeys(
        ("S3", "DynamoDB", "RDS", "Aurora"), (Verdict.VERIFIED, [], True)
    )
    assert databases.left_over() == []


def test_another_database_in_its_place_is_caught(databases: Shop) -> None:
    databases.rehearse("2027-06-15", jobs=4)
    databases.hear_late(restores=4)
    databases.advance(hours=1, minutes=30)
    databases.databases.swap(databases.left_over())
    databases.advance(hours=8)
    results = databases.results(8)
    elsewhere = f"the database is in default, not in the subnet group {databases.name}"
    assert wrong(results["RDS"]) == [
        "it is not encrypted, and its source is",
        "the engine is mysql, not postgres",
        "the database has 4 GiB, and its source 5 GiB",
        elsewhere,
        "the database can be reached from the internet",
    ]
    assert wrong(results["Aurora"]) == [
        "it is not encrypted, and its source is",
        "the engine is aurora-mysql, not aurora-postgresql",
        elsewhere,
    ]
    assert databases.left_over() == []


def test_every_run_ended_well_but_the_one_that_was_killed(shop: Shop) -> None:
    """Of those that this file started for its shop: any tick starts more, which end when time goes on."""
    ended = until(lambda: None if "RUNNING" in (states := shop.runs("20270301")) else states, "the end of all runs")
    assert ended.count("ABORTED") == 1
    assert set(ended) == {"SUCCEEDED", "ABORTED"}
