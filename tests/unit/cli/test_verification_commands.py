"""verify: shapes, exit codes and words."""

from datetime import timedelta

import pytest
from ledger_hub import Acme, failed, printed, run

from backup_apps.domain.commits import State, TargetOutcome
from backup_apps.domain.desired import Target
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import governance_key
from backup_apps.ports.verification import RemoteVerification
from backup_apps.remote_wiring import RemoteHub
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps_cli import hub_commands, verification_commands
from verification.memory import World
from verification.memory_account import BUNDLE, EMPTY, NOW, VERSION


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    around, verifying = Acme().remote, world.verifying
    remote: RemoteHub = around._replace(
        records=verifying.records,
        documents=verifying.documents,
        verification=RemoteVerification(world.rehearsals, world.machine),
    )
    for commands in (hub_commands, verification_commands):
        monkeypatch.setattr(commands, "connect", lambda stack: remote)
    monkeypatch.setattr("backup_apps.wiring.now", lambda: NOW + timedelta(days=1))
    return world


def rehearsed(world: World) -> None:
    start_verifications(world.verifying, NOW)
    world.run_all()


def test_by_hand_it_starts_a_rehearsal_on_each_target(shop: World) -> None:
    (started,) = printed(run("verify", "shop", "--output", "json"))["started"]
    assert (started["app"], started["account"], started["trigger"]) == ("shop", "111111111111", "hand")
    assert shop.machine.started == {started["run"]: started}
    text = run("verify", "shop", "--bundle", "acme", "--target", "111111111111/eu-west-1").stdout
    assert "What came of it: backup-apps verify shop --bundle acme --history" in text


def test_the_history_says_how_far_it_can_be_trusted_and_why(shop: World) -> None:
    shop.account.comes_back["S3"] = EMPTY
    rehearsed(shop)
    (target,) = printed(run("verify", "shop", "--history", "--output", "json"))["targets"]
    assert target["confidence"] == {
        "percent": 0,
        "reasons": [
            "S3 arn:aws:s3:::invoices was failed at 2026-01-05T06:30:00+00:00: it is empty: 2 objects were backed up"
        ],
    }
    assert {one["type"]: one["verdict"] for one in target["results"]} == {"S3": "failed", "DynamoDB": "verified"}
    text = " ".join(run("verify", "shop", "--history").stdout.split())
    for words in ("confidence 0%", "failed arn:aws:s3:::invoices (schedule, in 1m)", "it is empty", "(V201)"):
        assert words in text


def test_status_says_how_far_each_app_can_be_trusted(shop: World) -> None:
    shop.account.comes_back["S3"] = EMPTY
    rehearsed(shop)
    document = printed(run("status", "acme", "--output", "json"))
    assert (document["bundle"], document["state"], len(document["targets"])) == ("acme", "synced", 1)
    (one,) = document["confidence"]
    assert (one["app"], one["account"], one["region"], one["percent"]) == ("shop", "111111111111", "eu-west-1", 0)
    text = " ".join(run("status", "acme").stdout.split())
    assert "shop 111111111111/eu-west-1 confidence 0% S3 arn:aws:s3:::invoices was failed" in text


def test_status_of_what_was_never_restored(shop: World) -> None:
    (one,) = printed(run("status", "acme", "--output", "json"))["confidence"]
    assert (one["percent"], one["reasons"]) == (0, ["nothing of it was ever restored"])


def test_a_long_list_is_cut_and_says_how_to_see_the_rest(shop: World) -> None:
    targets = [Target(f"{account:012}", "eu-west-1") for account in range(1, 30)]
    for one in targets:
        shop.verifying.records.remember_target(BUNDLE, one)
        synced = TargetOutcome(account=one.account, region=one.region, state=State.SYNCED)
        shop.verifying.records.add_outcome(VERSION, synced)
    leaf = LeafGovernance("shop", tuple(targets), {}, {"maxAge": 1440}, {}, False)
    shop.documents.write(governance_key(VERSION), canonical_json(Governance((leaf,)).to_json()))
    assert "and 9 more: backup-apps status acme --output json" in run("status", "acme").stdout


def test_a_clean_history_shows_its_forecast(shop: World) -> None:
    for number in range(3):
        run("verify", "shop")
        shop.machine.started = {f"{name}-{number}": one for name, one in shop.machine.started.items()}
        shop.machine.running = set(shop.machine.started)
        shop.run_all()
        shop.machine.started = {}
        for key, one in list(shop.rehearsals.known.items()):
            shop.rehearsals.known[key[0], f"{key[1]}-{number}"] = one.model_copy(update={"job": f"{one.job}-{number}"})
    text = " ".join(run("verify", "shop", "--history").stdout.split())
    assert "a restore of S3 takes 1m (1m to 1m" in text


def test_what_cannot_be_verified_says_why(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failed(run("verify", "nothing"), "acme has no app nothing")
    failed(run("verify", "nothing", "--history"), "acme has no app nothing")
    failed(run("verify", "shop", "--target", "222222222222/eu-west-1"), "no app shop on 222222222222/eu-west-1")
    failed(run("verify", "shop", "--bundle", "other"), "no version of other was synced")
    failed(run("verify", "shop", "--target", "eu-west-1"), "is not a target", code=2)
    monkeypatch.setattr(verification_commands, "connect", lambda stack: Acme().remote)
    failed(run("verify", "shop"), "this hub verifies no restores yet")
