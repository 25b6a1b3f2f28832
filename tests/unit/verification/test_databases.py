"""Databases are rehearsed in the network that policy declares for them, and nowhere else."""

import json
from typing import Any

import pytest

from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.facts import Database, Taken, begun_key, manifest_key
from backup_apps.domain.verification.verdict import Verdict

from .memory import World, results, weekly
from .memory_account import HERE, KEY, NOW, ROLE

NETWORK = {"subnetGroup": "sandbox", "securityGroups": ["sg-1"]}
SOURCES: dict[str, Any] = {
    "RDS": Database(type="RDS", status="available", engine="postgres", storage=20, encrypted=True, key=KEY),
    "Aurora": Database(type="Aurora", status="available", engine="aurora-mysql", storage=0, encrypted=True, key=KEY),
}
ARNS = {
    "RDS": "arn:aws:rds:eu-west-1:111111111111:db:crm",
    "Aurora": "arn:aws:rds:eu-west-1:111111111111:cluster:ledger",
}


def world_of(type_: str, continuous: bool = False, **verification: Any) -> World:
    world = World(**verification)
    arn = f"arn:aws:rds:eu-west-1:111111111111:{'auto-backup:ab' if continuous else 'snapshot:awsbackup:job'}-1"
    resource, facts = ARNS[type_], SOURCES[type_]
    made: dict[str, Any] = {"vault": "main", "created": "2026-01-05T03:00:00+00:00", "bytes": 10, "key": KEY}
    world.account.points_ = [Point(arn=arn, resource=resource, type=type_, role=ROLE, **made)]
    world.account.sources[resource] = facts
    world.account.comes_back[type_] = facts.model_copy(update={"subnet_group": "sandbox"})
    taken = Taken(resource=resource, job=type_, at=NOW.isoformat(), facts=facts)
    for key in (manifest_key(*HERE, arn), begun_key(*HERE, type_)):
        world.documents.write(key, taken.model_dump_json())
    return world


@pytest.mark.parametrize("type_", ["RDS", "Aurora"])
def test_a_database_is_rehearsed_in_its_network_and_taken_away(type_: str) -> None:
    world = world_of(type_, sandbox=NETWORK | {"kmsKey": "arn:aws:kms:eu-west-1:111111111111:key/other"})
    weekly(world)
    assert {name: (one.verdict, one.cleaned) for name, one in results(world).items()} == {
        type_: (Verdict.VERIFIED, True)
    }
    (asked,) = world.account.asked_metadata
    assert asked["DBSubnetGroupName"] == "sandbox"
    assert json.loads(asked["VpcSecurityGroupIds"]) == ["sg-1"]
    assert asked["DeletionProtection"] == "false"
    assert asked.get("PubliclyAccessible", "false") == "false"
    name = asked["DBInstanceIdentifier" if type_ == "RDS" else "DBClusterIdentifier"]
    assert len(name) <= 63, "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
    assert "--" not in name
    assert world.account.there == {}


def test_one_that_came_back_elsewhere_is_found_out() -> None:
    world = world_of("RDS", sandbox=NETWORK)
    world.account.comes_back["RDS"] = SOURCES["RDS"].model_copy(update={"subnet_group": "default"})
    weekly(world)
    assert [one.rule for one in results(world)["RDS"].findings] == ["V314"]
    assert results(world)["RDS"].verdict is Verdict.FAILED
    assert world.account.there == {}


@pytest.mark.parametrize("sandbox", [{}, {"subnetGroup": "sandbox"}, {"securityGroups": ["sg-1"]}])
def test_without_a_network_it_is_not_restored_and_says_what_to_write(sandbox: dict[str, Any]) -> None:
    world = world_of("RDS", sandbox=sandbox)
    weekly(world)
    (finding,) = results(world)["RDS"].findings
    assert (finding.verdict, "sandbox.subnetGroup" in finding.message) == (Verdict.INCONCLUSIVE, True)
    assert world.account.jobs == {}


def test_a_continuous_backup_of_a_database_is_not_rehearsed() -> None:
    world = world_of("RDS", continuous=True, sandbox=NETWORK)
    weekly(world)
    assert "continuous backups alone" in results(world)["RDS"].findings[0].message
