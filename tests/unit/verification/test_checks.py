"""Each check has a restore that it objects to, and none objects to a restore that is what was backed up."""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.verification.case import Case
from backup_apps.domain.verification.facts import (
    Bucket,
    Database,
    Facts,
    FileSystem,
    Instance,
    Manifest,
    Table,
    Volume,
)
from backup_apps.domain.verification.judgement import CHECKS, judge
from backup_apps.domain.verification.verdict import Verdict, joined

KEY, OTHER_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1", "arn:aws:kms:eu-west-1:111111111111:key/2"
BUCKET = Bucket(objects=2, bytes=30, sample={"a.txt": "aa", "b.txt": "bb"}, canary=True)
TABLE = Table(
    status="ACTIVE",
    key_schema=("id HASH",),
    indexes={"by-day": "day HASH, ALL"},
    items=2,
    sample={'{"id":{"S":"1"}}': "aa", '{"id":{"S":"2"}}': "bb"},
    canary=True,
)
VOLUME = Volume(state="available", size=8, encrypted=True, key=KEY)
DATABASE = Database(type="RDS", status="available", engine="postgres", storage=20, encrypted=True, key=KEY)
CLUSTER = DATABASE.model_copy(update={"type": "Aurora", "engine": "aurora-postgresql"})
INSTANCE = Instance(state="running", passes=True, volumes=1, encrypted=True, key=KEY)
FILES = FileSystem(state="available", bytes=6144, encrypted=True, key=KEY)
SOURCES: tuple[Any, ...] = (BUCKET, TABLE, VOLUME, DATABASE, CLUSTER, INSTANCE, FILES)


def manifest(facts: Facts, settled: bool = True) -> Manifest:
    return Manifest(facts, facts if settled else None)


def restored(source: Any, settled: bool = True, **but: Any) -> Case:
    """The source as it came back, but for these facts."""
    return Case(source.type, source.model_copy(update=but), manifest(source, settled))


def came_back_empty(source: Any, begun: dict[str, int]) -> Case:
    """Of a source that was being written."""
    empty = {"objects": 0, "bytes": 0} if source is BUCKET else {"items": 0}
    return restored(source, sample={}, **empty)._replace(manifest=Manifest(source, source.model_copy(update=begun)))


def timed(**times: Any) -> Case:
    return restored(BUCKET)._replace(**times)


FAILED, INCONCLUSIVE = Verdict.FAILED, Verdict.INCONCLUSIVE
CASES = [
    ("V101", INCONCLUSIVE, "what is restored of FSx can't be read", Case("FSx", None)),
    ("V102", FAILED, "is not there", Case("S3", None, manifest(BUCKET))),
    ("V102", FAILED, "is not there", Case("EC2", None, manifest(INSTANCE))),
    ("V103", INCONCLUSIVE, "no manifest", Case("S3", BUCKET)),
    (
        "V104",
        FAILED,
        f"encrypted with {OTHER_KEY}, not with {KEY}",
        restored(TABLE, key=OTHER_KEY)._replace(asked_key=KEY),
    ),
    ("V104", FAILED, "encrypted with a key of AWS's own", restored(TABLE)._replace(asked_key=KEY)),
    ("V105", FAILED, "not encrypted", restored(VOLUME, encrypted=False, key=None)),
    (
        "V106",
        FAILED,
        "took 5h 3m, longer than the rto of 4h",
        timed(took=timedelta(hours=5, minutes=3), rto=timedelta(hours=4)),
    ),
    (
        "V107",
        FAILED,
        "is 2d 1h old, older than the rpo of 1d",
        timed(newest_age=timedelta(hours=49), rpo=timedelta(days=1)),
    ),
    ("V108", FAILED, "it is of EBS, and its source of RDS", Case("RDS", VOLUME, manifest(DATABASE))),
    ("V201", FAILED, "it is empty: 2 objects were backed up", restored(BUCKET, objects=0, bytes=0, sample={})),
    ("V201", INCONCLUSIVE, "was being written", restored(BUCKET, settled=False, objects=0, bytes=0, sample={})),
    ("V201", INCONCLUSIVE, "was being written", came_back_empty(BUCKET, {"objects": 0})),
    ("V201", FAILED, "it is empty", came_back_empty(BUCKET, {"objects": 1})),
    ("V202", FAILED, "it has 3 objects, and 2 were backed up", restored(BUCKET, objects=3)),
    ("V202", INCONCLUSIVE, "was being written", restored(BUCKET, settled=False, objects=3)),
    ("V203", FAILED, "it has 29 bytes, and 30 were backed up", restored(BUCKET, bytes=29)),
    ("V204", FAILED, "objects are lost: b.txt", restored(BUCKET, objects=1, sample={"a.txt": "aa"})),
    ("V205", FAILED, "not as they were backed up: b.txt", restored(BUCKET, sample={"a.txt": "aa", "b.txt": "b"})),
    ("V206", FAILED, "canary object", restored(BUCKET, canary=False)),
    ("V211", FAILED, "the table is CREATING", restored(TABLE, status="CREATING")),
    ("V212", FAILED, "its primary key is day HASH, not id HASH", restored(TABLE, key_schema=("day HASH",))),
    ("V213", FAILED, "indexes are missing: by-day", restored(TABLE, indexes={})),
    ("V213", FAILED, "not as they were backed up: by-day", restored(TABLE, indexes={"by-day": "day HASH, KEYS_ONLY"})),
    ("V214", FAILED, "it is empty: 2 items were backed up", restored(TABLE, items=0, sample={})),
    ("V214", INCONCLUSIVE, "was being written", restored(TABLE, settled=False, items=0, sample={})),
    ("V214", INCONCLUSIVE, "was being written", came_back_empty(TABLE, {"items": 0})),
    ("V214", FAILED, "it is empty", came_back_empty(TABLE, {"items": 1})),
    ("V215", FAILED, "it has 1 items, and 2 were backed up", restored(TABLE, items=1)),
    ("V215", INCONCLUSIVE, "was being written", restored(TABLE, settled=False, items=1)),
    ("V216", FAILED, 'items are lost: {"id":{"S":"2"}}', restored(TABLE, sample={'{"id":{"S":"1"}}': "aa"})),
    ("V217", FAILED, "items are not as", restored(TABLE, sample={**TABLE.sample, '{"id":{"S":"2"}}': "b"})),
    ("V218", FAILED, "canary item", restored(TABLE, canary=False)),
    ("V301", FAILED, "the volume is error", restored(VOLUME, state="error")),
    ("V302", FAILED, "has 4 GiB, and its source 8 GiB", restored(VOLUME, size=4)),
    ("V311", FAILED, "the database is storage-full", restored(DATABASE, status="storage-full")),
    ("V312", FAILED, "the engine is mysql, not aurora-postgresql", restored(CLUSTER, engine="mysql")),
    ("V313", FAILED, "has 10 GiB, and its source 20 GiB", restored(DATABASE, storage=10)),
    (
        "V314",
        FAILED,
        "the database is in default, not in the subnet group sandbox",
        restored(DATABASE, subnet_group="default")._replace(asked_network="sandbox"),
    ),
    (
        "V314",
        FAILED,
        "can be reached from the internet",
        restored(DATABASE, subnet_group="sandbox", is_public=True)._replace(asked_network="sandbox"),
    ),
    ("V321", FAILED, "the instance is stopped", restored(INSTANCE, state="stopped")),
    ("V322", FAILED, "does not pass", restored(INSTANCE, passes=False)),
    ("V322", INCONCLUSIVE, "have not ended", restored(INSTANCE, passes=None)),
    ("V323", FAILED, "has 0 volumes, and its source 1", restored(INSTANCE, volumes=0)),
    ("V331", FAILED, "the file system is creating", restored(FILES, state="creating")),
    ("V332", FAILED, "has 100 bytes, and its source 6144", restored(FILES, bytes=100)),
]


@pytest.mark.parametrize(("rule", "verdict", "message", "case"), CASES, ids=[f"{one[0]}-{one[2]}" for one in CASES])
def test_a_check_objects(rule: str, verdict: Verdict, message: str, case: Case) -> None:
    judgement = judge(case)
    (found, *_) = [one for one in judgement.findings if one.rule == rule]
    assert (found.verdict, message in found.message) == (verdict, True), found
    assert judgement.verdict is verdict


def by_hand(source: Any, **but: Any) -> Case:
    return restored(source, **but)._replace(by_others=True)


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("V102", by_hand(BUCKET)._replace(restored=None)),
        ("V104", by_hand(BUCKET, key=f"{KEY}, {OTHER_KEY}")._replace(asked_key=KEY)),
        ("V202", by_hand(BUCKET, objects=1, bytes=15)),
        ("V204", by_hand(BUCKET, sample={"a.txt": "aa"})),
        ("V205", by_hand(BUCKET, sample={"a.txt": "a"})),
        ("V206", by_hand(BUCKET, canary=False)),
        ("V211", by_hand(TABLE, status="DELETING")),
        ("V213", by_hand(TABLE, indexes={})),
        ("V215", by_hand(TABLE, items=3)),
        ("V217", by_hand(TABLE, sample={**TABLE.sample, '{"id":{"S":"2"}}': "b"})),
        ("V218", by_hand(TABLE, canary=False)),
        ("V301", by_hand(VOLUME, state="deleting")),
        ("V311", by_hand(DATABASE, status="modifying")),
        ("V321", by_hand(INSTANCE, state="stopped")),
        ("V331", by_hand(FILES, state="deleting")),
        ("V332", by_hand(FILES, bytes=100)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_others_restored_may_be_a_part_and_changed_since(rule: str, case: Case) -> None:
    judgement = judge(case)
    assert rule in {one.rule for one in judgement.findings}
    assert judgement.verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("V104", by_hand(TABLE, key=OTHER_KEY)._replace(asked_key=KEY)),
        ("V105", by_hand(VOLUME, encrypted=False, key=None)),
        ("V201", by_hand(BUCKET, objects=0, bytes=0, sample={})),
        ("V212", by_hand(TABLE, key_schema=("day HASH",))),
        ("V214", by_hand(TABLE, items=0, sample={})),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_no_part_and_no_change_explains_condemns_their_restore_too(rule: str, case: Case) -> None:
    assert (rule, FAILED) in {(one.rule, one.verdict) for one in judge(case).findings}


def test_a_database_in_its_sandbox_is_isolated() -> None:
    case = restored(DATABASE, subnet_group="sandbox")._replace(asked_network="sandbox")
    assert judge(case).verdict is Verdict.VERIFIED


def test_each_check_has_a_case() -> None:
    assert {check.rule for check in CHECKS} == {rule for rule, *_ in CASES}
    assert len({check.rule for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.type)
@pytest.mark.parametrize("settled", [True, False])
def test_what_came_back_as_it_was_is_verified(source: Any, settled: bool) -> None:
    assert judge(restored(source, settled)) == (Verdict.VERIFIED, ())


def test_what_is_wrong_comes_before_what_is_not_known() -> None:
    judgement = judge(Case("EBS", VOLUME.model_copy(update={"state": "error"})))
    assert [one.rule for one in judgement.findings] == ["V301", "V103"]


def test_an_empty_bucket_says_nothing_of_its_key() -> None:
    case = restored(BUCKET, objects=0, bytes=0, sample={})._replace(asked_key=KEY)
    assert {one.rule for one in judge(case).findings} == {"V201"}


def test_verdicts_join_by_the_worst() -> None:
    assert joined([Verdict.VERIFIED, Verdict.INCONCLUSIVE, Verdict.FAILED]) is Verdict.FAILED
    assert joined([Verdict.VERIFIED, Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE
    assert joined([]) is Verdict.VERIFIED


def test_a_message_names_a_few_and_counts_the_rest() -> None:
    sample = {f"{number}.txt": "aa" for number in range(5)}
    case = restored(BUCKET.model_copy(update={"sample": sample}), sample={}, objects=2)
    assert [one.message for one in judge(case).findings] == ["objects are lost: 0.txt, 1.txt, 2.txt and 2 more"]
