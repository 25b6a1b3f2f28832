"""What rehearsals restored is hunted until it is gone: what is known by its rehearsal, what is not by name and age."""

from datetime import timedelta

import pytest

from backup_apps.domain.verification.facts import Database
from backup_apps.usecases.hunt_leftovers import NotHuntedError, hunt_leftovers
from backup_apps.usecases.record_verification import record_verification
from backup_apps.usecases.start_verifications import start_verifications

from .memory import World, results, weekly
from .memory_account import BUNDLE, EMPTY, HERE, NOW, SOURCES

BUCKET = "backup-apps-verify-111111111111-0123456789abcdef"


def test_what_could_not_be_deleted_in_a_day_is_tried_again_until_it_is_gone() -> None:
    world = World()
    world.fuse.left = 9
    weekly(world)
    given_up = [one.rehearsal.model_copy(update={"cleaned": False}) for one in world.rehearsals.unfinished()]
    for one in given_up:
        record_verification(world.verifying, one.model_copy(update={"problem": "it could not be checked"}))
    before = results(world)
    assert {"V003"} <= {found.rule for one in before.values() for found in one.findings}
    assert len(world.rehearsals.open) == len(given_up)
    world.finish_jobs()
    weekly(world, 1)
    assert (world.account.there, world.rehearsals.open) == ({}, {})
    assert results(world) == before, "recorded once"
    assert len([one for one in world.ledger.entries(BUNDLE) if one.kind == "verification"]) == len(given_up)


def test_what_nobody_knows_of_is_deleted_once_it_is_older_than_any_rehearsal() -> None:
    world = World()
    world.account.there[BUCKET] = EMPTY
    world.account.made[BUCKET] = NOW - timedelta(days=6)
    assert hunt_leftovers(world.verifying, NOW) == []
    world.account.made[BUCKET] = NOW - timedelta(days=8)
    assert hunt_leftovers(world.verifying, NOW) == [f"{HERE}/{BUCKET}"]
    assert (world.account.there, hunt_leftovers(world.verifying, NOW)) == ({}, [])


def test_what_an_open_rehearsal_restored_is_its_own_to_delete() -> None:
    world = World()
    world.fuse.left = 8
    weekly(world)
    world.account.finish_jobs()
    (name,) = world.account.there
    world.account.made[name] = NOW - timedelta(days=30)
    assert hunt_leftovers(world.verifying, NOW) == []
    assert world.account.there == {name: SOURCES["arn:aws:dynamodb:eu-west-1:111111111111:table/orders"]}


DATABASE = Database(type="RDS", status="available", engine="postgres", storage=20, encrypted=True)
LEFT = {f"{BUCKET[:-1]}{number}": facts for number, facts in enumerate((EMPTY, EMPTY, DATABASE))}


@pytest.mark.parametrize("what", ["deleted", "listed"])
def test_what_cannot_be_deleted_or_listed_keeps_nothing_else_from_it(what: str) -> None:
    world = World()
    world.account.there |= LEFT
    world.account.made |= dict.fromkeys(LEFT, NOW - timedelta(days=8))
    first, other, _ = LEFT
    if what == "deleted":
        world.account.kept = {first}
        stays, told = {first}, f"{HERE}/{first}: DeleteBucket"
    else:
        world.account.unlisted = {"S3"}
        stays, told = {first, other}, f"{HERE}: ListTables"
    with pytest.raises(NotHuntedError, match=told):
        hunt_leftovers(world.verifying, NOW)
    assert set(world.account.there) == stays


def test_an_account_that_cannot_be_looked_at_is_told() -> None:
    world = World()
    world.account.unreadable = True
    with pytest.raises(NotHuntedError, match="111111111111/eu-west-1: ListTables"):
        hunt_leftovers(world.verifying, NOW)


def test_a_sandbox_elsewhere_is_looked_at() -> None:
    world = World(sandbox={"account": "999999999999", "vault": "sandbox"})
    hunt_leftovers(world.verifying, NOW)
    assert [one.account for one in world.account.entered] == ["999999999999"]


def test_what_is_not_verified_is_not_looked_at() -> None:
    world = World()
    world.verifying.records.commits.clear()  # type: ignore[attr-defined]
    hunt_leftovers(world.verifying, NOW)
    start_verifications(world.verifying, NOW)
    assert world.account.entered == []
