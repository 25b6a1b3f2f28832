"""What counts is the last version that was synced on each target, whatever became of it on the others."""

import pytest

from backup_apps.domain.commits import CommitRecord, State, TargetOutcome, Version
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault, Target
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.domain.verification.facts import manifest_key
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import Owner
from backup_apps.usecases.governed import in_force
from backup_apps.usecases.hunt_leftovers import hunt_leftovers
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.take_manifest import take_manifest
from backup_apps.usecases.verify_app import asks_of, confidences, verify_app

from .memory import World, results, weekly
from .memory_account import APP, BUNDLE, HERE, KEY, NOW, PLAN, ROLE, VERSION
from .test_manifests import backup_event

LATER, CANARY = Version(BUNDLE, "2"), HERE
REST = Target("222222222222", "eu-west-1")
STATES = [State.SYNCING, State.PARTLY_FAILED]
"""Of a version that was synced on its canary alone: for now, or for good."""


def promise(world: World, version: Version, app: str = APP, **verification: object) -> None:
    leaf = LeafGovernance(app, (CANARY, REST), {}, verification, {}, False)
    world.documents.write(governance_key(version), canonical_json(Governance((leaf,)).to_json()))


def ask(world: World, version: Version, target: Target, vault: str, plan: str) -> None:
    written = {"BackupPlanName": plan, "Rules": [{"TargetBackupVaultName": vault}]}
    desired = DesiredTarget(
        account=target.account,
        region=target.region,
        vaults=(DesiredVault(name=vault, key_arn=KEY, tags={}),),
        plans=(DesiredPlan(app=APP, backup_plan=written, tags={}, selections=({"IamRoleArn": ROLE},)),),
    )
    world.documents.write(desired_key(version, target), desired.to_text())


def outcome(target: Target, state: State) -> TargetOutcome:
    return TargetOutcome(account=target.account, region=target.region, state=state)


@pytest.fixture(params=STATES)
def world(request: pytest.FixtureRequest) -> World:
    """The first version was synced on both targets; the later one has another vault, and plans of another name."""
    world = World()
    records = world.verifying.records
    records.remember_target(BUNDLE, REST)
    records.add_outcome(VERSION, outcome(REST, State.SYNCED))
    commit = {"bundle": BUNDLE, "version": LATER.version, "committed": "2026-01-02", "object_version": "2"}
    outcomes = [outcome(CANARY, State.SYNCED), outcome(REST, State.FAILED)]
    records.record(CommitRecord(**commit, state=request.param), outcomes)
    ask(world, VERSION, REST, "main", "shop-daily")
    ask(world, LATER, CANARY, "vault-2", "shop-daily-2")
    promise(world, VERSION, schedule="cron(0 6 ? * MON *)")
    promise(world, LATER, schedule="cron(0 6 ? * MON *)", maxAge=60)
    return world


def test_a_canary_is_rehearsed_from_the_vaults_and_plans_that_it_has(world: World) -> None:
    make_points_there(world)
    weekly(world)
    found = {one.type: one for one in results(world).values() if one.account == CANARY.account}
    assert {type_: one.verdict for type_, one in found.items()} == dict.fromkeys(("S3", "DynamoDB"), Verdict.VERIFIED)
    trust = {one["account"]: one for one in trusted(world)}
    assert (trust[CANARY.account]["percent"], trust[CANARY.account]["reasons"]) == (100, [])


def make_points_there(world: World) -> None:
    """By the later version's plan in its vault."""
    world.account.points_ = [one.model_copy(update={"vault": "vault-2"}) for one in world.account.points_]
    world.account.plan = "shop-daily-2"


def trusted(world: World) -> list[dict[str, object]]:
    found = in_force(world.verifying.records, world.documents, BUNDLE)
    return confidences(found, asks_of(world.documents, found), world.rehearsals.results(BUNDLE), NOW)


def test_a_new_app_of_a_canary_gets_manifests_and_of_the_others_none(world: World) -> None:
    promise(world, LATER, "new", schedule="cron(0 6 ? * MON *)")
    world.account.owner = lambda plan_arn: Owner(BUNDLE, "new")  # type: ignore[method-assign]
    event = backup_event("COMPLETED", PLAN)
    assert take_manifest(world.verifying, event) == "taken"
    assert world.facts_of(manifest_key(*CANARY, *event.resources))
    elsewhere = event.model_copy(update={"account": REST.account})
    assert take_manifest(world.verifying, elsewhere) == "passed over"


def test_what_is_due_and_what_is_overdue_is_told_of_each_target_by_its_own_version(world: World) -> None:
    started = [world.machine.started[one] for one in start_verifications(world.verifying, NOW)["started"]]
    assert {one["account"] for one in started} == {CANARY.account, REST.account}
    promise(world, LATER, maxAge=60)
    assert start_verifications(world.verifying, NOW)["overdue"] == []
    later = NOW.replace(hour=12)
    assert start_verifications(world.verifying, later)["overdue"] == [f"{BUNDLE}/{APP}/{CANARY}"]


def test_each_target_is_hunted_where_its_own_version_rehearses(world: World) -> None:
    promise(world, LATER, schedule="cron(0 6 ? * MON *)", sandbox={"account": "999999999999", "vault": "sandbox"})
    hunt_leftovers(world.verifying, NOW)
    assert {one.account for one in world.account.entered} == {"999999999999", REST.account}


def test_by_hand_all_targets_are_verified_whichever_version_they_have(world: World) -> None:
    verifying = world.verifying
    started = verify_app(verifying.records, verifying.documents, world.machine, BUNDLE, APP, None, NOW)
    assert {one["account"] for one in started} == {CANARY.account, REST.account}


def test_a_version_of_a_release_that_stored_no_promises_promises_nothing(world: World) -> None:
    del world.documents.texts[governance_key(LATER)]
    assert [one["account"] for one in trusted(world)] == [REST.account]
    assert take_manifest(world.verifying, backup_event("COMPLETED")) == "passed over"
    found = start_verifications(world.verifying, NOW)
    assert [world.machine.started[one]["account"] for one in found["started"]] == [REST.account]
    assert (found["overdue"], hunt_leftovers(world.verifying, NOW)) == ([], [])


def test_what_a_target_is_asked_is_read_once_however_many_apps_it_has(world: World) -> None:
    apps = ("shop", "other")
    leaves = tuple(LeafGovernance(app, (CANARY,), {}, {"maxAge": 60}, {}, False) for app in apps)
    world.documents.write(governance_key(LATER), canonical_json(Governance(leaves).to_json()))
    make_points_there(world)
    verify_app(world.verifying.records, world.documents, world.machine, BUNDLE, APP, CANARY, NOW)
    world.run_all()
    for key, one in list(world.rehearsals.known.items()):
        world.rehearsals.known[key[0], f"{key[1]}-other"] = one.model_copy(update={"app": "other"})
    asked: list[str] = []
    read = world.documents.read
    world.documents.read = lambda key: asked.append(key) or read(key)  # type: ignore[func-returns-value,method-assign]
    assert {one["app"] for one in trusted(world) if one["account"] == CANARY.account} == set(apps)
    assert asked.count(desired_key(LATER, CANARY)) == 1
