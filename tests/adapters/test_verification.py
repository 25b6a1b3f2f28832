"""Facts of real buckets and tables, what takes them away, and rehearsals in the table."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from backup_apps.adapters.clients import client
from backup_apps.adapters.rehearsals import TableRehearsals
from backup_apps.adapters.restored_facts import facts_of
from backup_apps.adapters.restored_removal import left_behind, remove
from backup_apps.domain.errors import TakenOverError
from backup_apps.domain.verification.facts import SAMPLED, Bucket, Table
from backup_apps.domain.verification.rehearsal import PREFIX, REHEARSED, Rehearsal
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import Kept, Question

NAME = f"{PREFIX}111111111111-0123456789abcdef"
ARN = f"arn:aws:dynamodb:eu-west-1:123456789012:table/{NAME}"


def made_bucket(*keys: str) -> Any:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in keys:
        s3.put_object(Bucket=NAME, Key=key, Body=key.encode())
    return s3


def made_table(*items: dict[str, Any]) -> Any:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
    )
    for item in items:
        dynamodb.put_item(TableName=NAME, Item=item)
    return dynamodb


def bucket_facts(**question: Any) -> Bucket:
    facts = facts_of(client, Question("S3", f"arn:aws:s3:::{NAME}", **question))
    assert isinstance(facts, Bucket)
    return facts


def table_facts(**question: Any) -> Table:
    facts = facts_of(client, Question("DynamoDB", ARN, **question))
    assert isinstance(facts, Table)
    return facts


def test_a_bucket(aws: None) -> None:
    made_bucket("a", "bb")
    facts = bucket_facts(bucket_canary="a")
    assert (facts.objects, facts.bytes, set(facts.sample), facts.canary) == (2, 3, {"a", "bb"}, True)
    assert bucket_facts(bucket_canary="c").canary is False
    assert bucket_facts(sampled=["bb", "gone"]).sample.keys() == {"bb"}


def test_a_sample_is_the_same_of_the_same_names(aws: None) -> None:
    made_bucket(*(f"{number}.txt" for number in range(SAMPLED + 20)))
    first = bucket_facts()
    assert len(first.sample) == SAMPLED
    boto3.client("s3").put_object(Bucket=NAME, Key=next(iter(first.sample)), Body=b"altered")
    second = bucket_facts()
    assert second.sample.keys() == first.sample.keys()
    assert second.sample != first.sample


class LargeBucket:
    """S3 with a bucket of 100,000 objects of two bytes."""

    def get_paginator(self, operation: str) -> "LargeBucket":
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        for start in range(0, 100_000, 1000):
            yield {"Contents": [{"Key": f"{start + number:09}", "Size": 2} for number in range(1000)]}

    def get_object(self, **asked: Any) -> dict[str, Any]:
        return {"Body": self}

    def iter_chunks(self, size: int) -> list[bytes]:
        return [b"ab"]


def test_the_names_of_a_large_bucket_are_not_held() -> None:
    question = Question("S3", f"arn:aws:s3:::{NAME}", bucket_canary=f"{99_999:09}")
    tracemalloc.start()
    facts = facts_of(lambda service: LargeBucket(), question)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(facts, Bucket)
    assert (facts.objects, facts.bytes, len(facts.sample), facts.canary) == (100_000, 200_000, SAMPLED, True)
    assert peak < 2_000_000


def test_a_table(aws: None) -> None:
    made_table({"id": {"N": "1"}, "tags": {"SS": ["b", "a"]}, "blob": {"B": b"\x00"}}, {"id": {"N": "2"}})
    facts = table_facts(table_canary={"id": "1"})
    assert (facts.status, facts.items, facts.key_schema, facts.canary) == ("ACTIVE", 2, ("id HASH",), True)
    assert table_facts(table_canary={"id": "3"}).canary is False
    assert facts.sample.keys() == {'{"id":{"N":"1"}}', '{"id":{"N":"2"}}'}


def test_the_order_of_a_set_says_nothing_and_an_altered_item_does(aws: None) -> None:
    dynamodb = made_table({"id": {"N": "1"}, "tags": {"SS": ["b", "a"]}})
    first = table_facts()
    dynamodb.put_item(TableName=NAME, Item={"id": {"N": "1"}, "tags": {"SS": ["a", "b"]}})
    assert table_facts() == first
    dynamodb.put_item(TableName=NAME, Item={"id": {"N": "1"}, "tags": {"SS": ["a", "c"]}})
    assert table_facts().sample != first.sample


def test_a_table_larger_than_the_sample(aws: None) -> None:
    made_table(*({"id": {"N": str(number)}} for number in range(3 * SAMPLED)))
    facts = table_facts()
    assert (facts.items, len(facts.sample)) == (3 * SAMPLED, SAMPLED)
    assert table_facts(sampled=facts.sample.keys()).sample == facts.sample


@pytest.mark.parametrize(
    "question",
    [
        Question("S3", "arn:aws:s3:::nothing"),
        Question("DynamoDB", ARN),
        Question("EBS", "arn:aws:ec2:eu-west-1:123456789012:volume/vol-0123456789abcdef0"),
        Question("RDS", "arn:aws:rds:eu-west-1:123456789012:db:nothing"),
        Question("Aurora", "arn:aws:rds:eu-west-1:123456789012:cluster:nothing"),
        Question("EC2", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"),
        Question("EFS", "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"),
        Question("S3", ""),
        Question("FSx", "arn:aws:fsx:eu-west-1:123456789012:file-system/fs-1"),
    ],
    ids=lambda question: f"{question.type} {question.arn[-8:]}",
)
def test_what_is_not_there_or_cannot_be_read(aws: None, question: Question) -> None:
    assert facts_of(client, question) is None


def test_a_rehearsed_bucket_is_taken_away_with_all_of_its_versions(aws: None) -> None:
    s3 = made_bucket("a", "b")
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=NAME, Key="a", Body=b"again")
    s3.delete_object(Bucket=NAME, Key="b")
    assert remove(client, "S3", NAME) is True
    assert s3.list_buckets()["Buckets"] == []
    assert remove(client, "S3", NAME) is True


def test_a_rehearsed_table_is_gone_once_it_is_gone(aws: None) -> None:
    dynamodb = made_table()
    while not remove(client, "DynamoDB", NAME):
        continue
    assert dynamodb.list_tables()["TableNames"] == []


DATABASE: dict[str, Any] = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "MasterUsername": "crm",
    "MasterUserPassword": "not-a-secret",
}


def made_database(name: str) -> None:
    boto3.client("rds").create_db_instance(DBInstanceIdentifier=name, AllocatedStorage=20, **DATABASE)


def made_cluster(name: str) -> None:
    asked = DATABASE | {"Engine": "aurora-postgresql"}
    asked.pop("DBInstanceClass")
    boto3.client("rds").create_db_cluster(DBClusterIdentifier=name, **asked)


def test_what_is_left_behind_is_told_by_name_and_age(aws: None) -> None:
    made_bucket("a")
    made_table()
    boto3.client("s3").create_bucket(Bucket="invoices", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name in (NAME, "crm"):
        made_database(name)
        made_cluster(name)
    now = datetime.now(UTC)
    for type_ in REHEARSED:
        assert left_behind(client, type_, now + timedelta(minutes=1)) == (NAME,), type_
        assert left_behind(client, type_, now - timedelta(minutes=1)) == (), type_


def test_a_database_that_is_being_created_has_no_age() -> None:
    class Rds:
        def get_paginator(self, operation: str) -> "Rds":
            return self

        def paginate(self) -> list[dict[str, Any]]:
            return [{"DBInstances": [{"DBInstanceIdentifier": NAME}]}]

    assert left_behind(lambda service: Rds(), "RDS", datetime.now(UTC)) == ()


def test_nothing_of_another_name_is_taken_away(aws: None) -> None:
    with pytest.raises(ValueError, match="invoices is not of a rehearsal"):
        remove(client, "S3", "invoices")


def test_rehearsals_are_kept_until_they_are_finished(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))
    one = Rehearsal(run="run", trigger=Trigger.HAND, account="111111111111", region="eu-west-1", type="S3")
    rehearsals.keep(one, "token")
    assert rehearsals.find(one.key) == Kept(one, "token")
    assert rehearsals.unfinished() == (Kept(one, "token"),)
    rehearsals.finish(one)
    assert (rehearsals.find(one.key), rehearsals.unfinished()) == (None, ())


def test_a_rehearsal_is_of_one_execution_at_a_time(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))
    one = Rehearsal(run="run", trigger=Trigger.HAND, account="111111111111", region="eu-west-1", type="S3")
    rehearsals.keep(one)
    rehearsals.keep(one, "token")
    taken_up = one.model_copy(update={"resumed_by": "again"})
    with pytest.raises(TakenOverError):
        rehearsals.keep(taken_up)
    rehearsals.keep(taken_up, was="run")
    with pytest.raises(TakenOverError):
        rehearsals.keep(one, "token")
    assert rehearsals.find(one.key) == Kept(taken_up, None)


def test_what_is_asked_for_is_kept_until_it_has_begun(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))
    request = {"run": "run", "trigger": "schedule"}
    assert (rehearsals.ask(request), rehearsals.ask(request), rehearsals.asked()) == (True, False, (request,))
    again = request | {"resumed_by": "again"}
    rehearsals.ask_again(again, "run")
    with pytest.raises(TakenOverError):
        rehearsals.ask_again(request | {"resumed_by": "another"}, "run")
    assert rehearsals.asked() == (again,)
    rehearsals.settle("run")
    with pytest.raises(TakenOverError):
        rehearsals.ask_again(again, "run")
    assert rehearsals.asked() == ()


def test_so_many_restore_in_one_place_at_once(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))
    place: dict[str, Any] = {"trigger": Trigger.HAND, "account": "111111111111", "region": "eu-west-1", "type": "S3"}
    first, second, third = (Rehearsal(run=run, **place) for run in "123")
    assert [rehearsals.enter(one, 2) for one in (first, second, third, first)] == [True, True, False, True]
    assert rehearsals.enter(third.model_copy(update={"region": "us-east-1"}), 2) is True
    rehearsals.leave(first)
    rehearsals.leave(first)
    assert [rehearsals.enter(one, 2) for one in (third, first)] == [True, False]
    rehearsals.leave(second)
    rehearsals.leave(third)
    assert rehearsals.enter(first, 2) is True


def test_what_is_noted_keeps_its_first_time(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))
    first, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert rehearsals.is_noted("acme", "told/shop") is False
    assert [rehearsals.note("acme", "told/shop", at) for at in (first, later)] == [first.isoformat()] * 2
    assert (rehearsals.is_noted("acme", "told/shop"), rehearsals.is_noted("other", "told/shop")) == (True, False)


def test_a_restore_has_one_result(table: str) -> None:
    rehearsals = TableRehearsals(boto3.resource("dynamodb").Table(table))

    def result(job: str, at: str, app: str | None = "shop") -> Result:
        place: dict[str, Any] = {"account": "111111111111", "region": "eu-west-1", "type": "S3"}
        return Result(app=app, trigger=Trigger.HAND, run="run", at=at, job=job, verdict=Verdict.VERIFIED, **place)

    assert rehearsals.add("acme", result("2", "2026-01-01")) is True
    assert rehearsals.add("acme", result("1", "2026-01-02")) is True
    assert rehearsals.add("acme", result("1", "2026-01-03")) is False
    assert rehearsals.add("acme", result("3", "2026-01-03", app=None)) is True
    assert [one.job for one in rehearsals.results("acme")] == ["2", "1", "3"]
    assert [one.job for one in rehearsals.results("acme", "shop")] == ["2", "1"]
