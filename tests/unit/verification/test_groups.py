"""Resources that make one application: restored one after the other, and checked as one while all of them are there."""

from typing import Any

import pytest

from backup_apps.domain.verification.verdict import Verdict

from .memory import World, results, weekly
from .memory_account import BUNDLE, EMPTY, SOURCES

BUCKET, TABLE = SOURCES
HOOK = "arn:aws:lambda:eu-west-1:111111111111:function:backup-apps-check-shop"


def world_of(*resources: str, **more: Any) -> World:
    return World(group={"resources": list(resources), "hook": HOOK} | more.pop("group", {}), **more)


@pytest.mark.parametrize("order", [(BUCKET, TABLE), (TABLE, BUCKET)], ids=["bucket first", "table first"])
def test_they_are_restored_in_their_order_and_checked_as_one(order: tuple[str, str]) -> None:
    world = world_of(*order)
    world.account.hook = {"verdict": "verified"}
    weekly(world)
    assert world.held == list(order)
    assert world.account.asked == [(HOOK, [SOURCES[one].type for one in order])]
    assert {one.verdict for one in results(world).values()} == {Verdict.VERIFIED}
    assert (world.account.there, world.rehearsals.open) == ({}, {})


def test_what_the_function_finds_is_found_of_the_last_and_told_once() -> None:
    world = world_of(TABLE, BUCKET)
    world.account.hook = {"verdict": "failed", "message": "an order without its invoice"}
    weekly(world)
    assert {type_: one.verdict for type_, one in results(world).items()} == {
        "DynamoDB": Verdict.VERIFIED,
        "S3": Verdict.FAILED,
    }
    assert [one.message for one in results(world)["S3"].findings] == [
        "the hook says failed: an order without its invoice"
    ]
    assert len(world.alerts.published) == 1
    assert world.account.there == {}


def test_a_part_that_is_not_sound_leaves_the_whole_unknown() -> None:
    world = world_of(BUCKET, TABLE)
    world.account.comes_back["S3"] = EMPTY
    weekly(world)
    assert world.account.asked == []
    assert results(world)["S3"].verdict is Verdict.FAILED
    (finding,) = results(world)["DynamoDB"].findings
    assert (finding.rule, finding.verdict) == ("V402", Verdict.INCONCLUSIVE)
    assert BUCKET in finding.message


def test_a_part_that_is_not_restored_leaves_the_whole_unknown() -> None:
    world = world_of(BUCKET, TABLE)
    world.account.fails.add("DynamoDB")
    weekly(world)
    assert results(world)["DynamoDB"].verdict is Verdict.FAILED
    assert results(world)["S3"].verdict is Verdict.VERIFIED
    assert (world.account.asked, world.account.there) == ([], {})


def test_without_a_function_each_counts_by_itself() -> None:
    world = world_of(BUCKET, TABLE, group={"hook": None})
    weekly(world)
    assert {one.verdict for one in results(world).values()} == {Verdict.VERIFIED}


@pytest.mark.parametrize(
    ("resources", "more", "message"),
    [
        ((BUCKET, "arn:aws:s3:::gone"), {}, "there is no recovery point of arn:aws:s3:::gone that can be rehearsed"),
        ((BUCKET, TABLE), {"maxBytes": 15}, "it is 5 bytes larger than maxBytes"),
    ],
    ids=["without a recovery point", "too large"],
)
def test_a_group_is_restored_as_a_whole_or_not_at_all(resources: Any, more: dict[str, Any], message: str) -> None:
    world = world_of(*resources, **more)
    weekly(world)
    (finding,) = results(world)[""].findings
    assert (finding.verdict, message in finding.message) == (Verdict.INCONCLUSIVE, True)
    assert world.held == []


def test_what_is_not_of_the_group_has_its_turn_within_the_bytes_that_are_left() -> None:
    world = world_of(BUCKET, maxBytes=15)
    world.account.hook = {"verdict": "verified"}
    weekly(world)
    assert world.held == [BUCKET]
    assert "fits what is left of maxBytes, 5 bytes" in results(world)["DynamoDB"].findings[0].message


def test_two_of_a_type_have_names_of_their_own() -> None:
    world = world_of(BUCKET, "arn:aws:s3:::receipts")
    world.account.hook = {"verdict": "verified"}
    bucket = next(one for one in world.account.points_ if one.type == "S3")
    other = {"resource": "arn:aws:s3:::receipts", "arn": f"{bucket.arn}-2"}
    world.account.points_.append(bucket.model_copy(update=other))
    world.account.sources["arn:aws:s3:::receipts"] = SOURCES[BUCKET]
    weekly(world)
    own = [one for one in world.rehearsals.results(BUNDLE) if one.type == "S3"]
    assert (len(own), len({one.created for one in own})) == (2, 2)


def calls_of_a_run() -> int:
    world = world_of(BUCKET, TABLE)
    world.account.hook = {"verdict": "verified"}
    weekly(world)
    return world.fuse.calls


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, calls_of_a_run() + 1))
def test_killed_at_any_call_nothing_is_left_and_none_is_verified_that_was_not(call: int, before: bool) -> None:
    world = world_of(BUCKET, TABLE)
    world.account.hook = {"verdict": "verified"}
    world.fuse.left, world.fuse.before = call, before
    weekly(world)
    world.finish_jobs()
    for hour in range(1, 4):
        weekly(world, hour)
    assert world.fuse.left is None, "it was killed"
    assert (world.account.there, world.rehearsals.open, world.rehearsals.requests) == ({}, {}, {})
    assert set(results(world)) == {"S3", "DynamoDB"}
    assert Verdict.FAILED not in {one.verdict for one in results(world).values()}
    if not world.account.asked:
        assert {one.verdict for one in results(world).values()} == {Verdict.INCONCLUSIVE}
