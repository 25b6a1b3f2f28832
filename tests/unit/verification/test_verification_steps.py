"""The verification machine over an account in memory: what is restored, caught, cleaned, recorded, and survives."""

import json
from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.verification.facts import begun_key
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.verify_app import verification_history, verify_app

from .memory import World, results, weekly
from .memory_account import APP, BUNDLE, EMPTY, HERE, KEY, NOW, SOURCES


def test_the_weekly_run_verifies_cleans_up_and_is_recorded() -> None:
    world = World()
    weekly(world)
    assert {type_: (one.verdict, one.cleaned, one.seconds) for type_, one in results(world).items()} == {
        "S3": (Verdict.VERIFIED, True, 60),
        "DynamoDB": (Verdict.VERIFIED, True, 60),
    }
    assert (world.account.there, world.rehearsals.open, world.alerts.published) == ({}, {}, [])
    assert [entry.kind for entry in world.ledger.entries(BUNDLE)] == ["verification", "verification"]
    assert world.account.inspections == 0, "what rehearsals restored is read by the role that sees nothing else"


def test_a_run_is_started_once() -> None:
    world = World()
    weekly(world)
    weekly(world, hours=1)
    assert len(world.account.jobs) == 2


def test_a_failure_is_told_with_the_next_command() -> None:
    world = World()
    world.account.comes_back["S3"] = EMPTY
    weekly(world)
    (alert,) = world.alerts.published
    assert alert.subject == "shop: restore failed verification in 111111111111/eu-west-1"
    assert "arn:aws:s3:::invoices can't be trusted to restore: it is empty: 2 objects were backed up." in alert.text
    assert "Next: backup-apps verify shop --bundle acme --history" in alert.text
    assert (alert.severity, alert.document["type"], alert.document["verdict"]) == (
        "critical",
        "verification-failed",
        "failed",
    )
    assert results(world)["DynamoDB"].verdict is Verdict.VERIFIED
    assert world.account.there == {}


def test_a_restore_job_that_fails_condemns_the_backup() -> None:
    world = World()
    world.account.fails.add("S3")
    weekly(world)
    failed = results(world)["S3"]
    assert (failed.verdict, failed.findings[0].message) == (
        Verdict.FAILED,
        "the restore job failed: no capacity",
    )
    assert failed.cleaned is True


def test_without_a_manifest_nothing_is_verified() -> None:
    world = World()
    world.documents.texts = {key: text for key, text in world.documents.texts.items() if "manifests/" not in key}
    weekly(world)
    assert {one.verdict for one in results(world).values()} == {Verdict.INCONCLUSIVE}
    assert world.alerts.published == []


def test_a_source_that_moved_proves_nothing() -> None:
    world = World()
    del world.documents.texts[begun_key(*HERE, "S3")]
    world.account.comes_back["S3"] = SOURCES["arn:aws:s3:::invoices"].model_copy(update={"objects": 3})
    weekly(world)
    assert results(world)["S3"].verdict is Verdict.INCONCLUSIVE


def test_nothing_to_restore_is_not_silence() -> None:
    world = World()
    world.account.points_ = []
    weekly(world)
    (only,) = results(world).values()
    assert (only.verdict, only.findings[0].message) == (
        Verdict.INCONCLUSIVE,
        "there is no recovery point to restore",
    )


def test_nothing_to_restore_is_forgotten_once_something_is_restored() -> None:
    world = World()
    points, world.account.points_ = world.account.points_, []
    weekly(world)
    world.account.points_ = points
    here = (world.verifying.records, world.verifying.documents)
    verify_app(*here, world.machine, BUNDLE, APP, None, NOW + timedelta(minutes=5))
    world.run_all()
    (target,) = verification_history(*here, world.rehearsals, BUNDLE, APP, NOW)["targets"]
    assert target["confidence"] == {"percent": 100, "reasons": []}


def test_a_type_that_is_not_rehearsed_says_so() -> None:
    world = World()
    world.account.points_ = [world.account.points_[0].model_copy(update={"type": "FSx"})]
    weekly(world)
    assert results(world)["FSx"].findings[0].message == "FSx is not rehearsed; verify a restore made by hand"


def test_what_exceeds_the_bytes_of_a_run_says_so() -> None:
    world = World(maxBytes=15)
    weekly(world)
    assert results(world)["DynamoDB"].verdict is Verdict.VERIFIED
    assert "fits what is left of maxBytes" in results(world)["S3"].findings[0].message


def test_what_is_deleted_slowly_is_waited_for() -> None:
    world = World()
    world.account.slow_removals = 5
    weekly(world)
    assert world.account.there == {}
    assert all(one.cleaned for one in results(world).values())


def test_a_restore_by_hand_is_verified_and_not_touched() -> None:
    world = World()
    world.account.comes_back["S3"] = EMPTY
    job = world.account.by_hand(world.account.points_[0], "by-hand")
    world.finish_jobs()
    assert world.hear(job) == "started", "heard twice, started once"
    world.run_all()
    (only,) = results(world).values()
    assert (only.trigger, only.verdict, only.app, only.job) == (Trigger.RESTORE, Verdict.FAILED, APP, job)
    assert only.cleaned is None
    assert world.account.there == {"by-hand": EMPTY}
    assert "Still there" in world.alerts.published[0].text


def test_a_part_that_somebody_restored_alarms_nobody() -> None:
    world = World()
    part = {"objects": 1, "bytes": 4, "sample": {"a": "1"}}
    world.account.comes_back["S3"] = SOURCES["arn:aws:s3:::invoices"].model_copy(update=part)
    world.account.by_hand(world.account.points_[0], "by-hand")
    world.finish_jobs()
    world.run_all()
    (only,) = results(world).values()
    assert (only.verdict, world.alerts.published) == (Verdict.INCONCLUSIVE, [])


def test_what_somebody_restored_and_deleted_alarms_nobody() -> None:
    world = World()
    job = world.account.by_hand(world.account.points_[0], "by-hand")
    world.account.finish_jobs()
    world.account.there.clear()
    world.hear(job)
    world.run_all()
    (only,) = results(world).values()
    assert (only.verdict, world.alerts.published) == (Verdict.INCONCLUSIVE, [])


def test_our_own_restores_start_no_second_verification() -> None:
    world = World()
    weekly(world)
    assert [world.hear(job) for job in world.account.jobs] == ["passed over", "passed over"]
    assert len(world.machine.started) == 1


def test_a_restore_of_nobodys_is_on_the_hubs_own_chain() -> None:
    world = World()
    job = world.account.by_hand(world.account.points_[0], "by-hand")
    world.account.finish_jobs()
    world.account.points_ = []
    world.hear(job)
    world.run_all()
    (only,) = world.rehearsals.results(HUB_CHAIN)
    assert (only.app, only.verdict) == (None, Verdict.INCONCLUSIVE)
    assert Result.model_validate(only.to_json()) == only
    assert [entry.kind for entry in world.ledger.entries(HUB_CHAIN)] == ["verification"]


@pytest.mark.parametrize(
    ("comes_back", "expected"),
    [(None, [("SUCCESSFUL", "restored as it was backed up")]), (EMPTY, [("FAILED", "it is empty: 2 objects")])],
)
def test_a_job_of_aws_restore_testing_is_answered(comes_back: Any, expected: list[tuple[str, str]]) -> None:
    world = World()
    if comes_back:
        world.account.comes_back["S3"] = comes_back
    job = world.account.by_hand(world.account.points_[0], "awsbackup-restore-test-1", testing=True)
    world.finish_jobs(restoreTestingPlanArn="arn:aws:backup:eu-west-1:111111111111:restore-testing-plan:weekly")
    world.run_all()
    assert [(one[0], one[1]) for one in world.account.answers] == [(job, status) for status, _ in expected]
    assert expected[0][1] in world.account.answers[0][2]
    assert "awsbackup-restore-test-1" in world.account.there, "AWS cleans up"


TEST = "arn:aws:backup:eu-west-1:111111111111:restore-testing-plan:weekly"


def test_a_test_that_could_not_restore_is_a_failure_and_is_not_answered() -> None:
    world = World()
    world.account.fails.add("S3")
    world.account.by_hand(world.account.points_[0], "awsbackup-restore-test-1", testing=True)
    world.finish_jobs(restoreTestingPlanArn=TEST)
    world.run_all()
    (only,) = results(world).values()
    assert (only.app, only.verdict, only.trigger) == ("shop", Verdict.FAILED, "restore-testing")
    assert only.findings[0].message == "the restore job failed: no capacity"
    assert world.account.answers == []
    (alert,) = world.alerts.published
    assert "no capacity" in alert.text


def test_what_aws_tests_the_hub_rehearses_by_hand_alone() -> None:
    world = World(engine="aws")
    weekly(world)
    assert results(world) == {}
    verify_app(world.verifying.records, world.verifying.documents, world.machine, BUNDLE, APP, None, NOW)
    world.run_all()
    assert {one.verdict for one in results(world).values()} == {Verdict.VERIFIED}


def test_what_is_not_known_is_no_answer() -> None:
    world = World()
    world.documents.texts = {key: text for key, text in world.documents.texts.items() if "manifests/" not in key}
    world.account.by_hand(world.account.points_[0], "awsbackup-restore-test-1", testing=True)
    world.finish_jobs(restoreTestingPlanArn="arn:aws:backup:eu-west-1:111111111111:restore-testing-plan:weekly")
    world.run_all()
    assert world.account.answers == []


HOOK = "arn:aws:lambda:eu-west-1:111111111111:function:backup-apps-check-orders"


@pytest.mark.parametrize(
    ("answer", "verdict", "message"),
    [
        ({"verdict": "verified"}, Verdict.VERIFIED, None),
        ({"verdict": "failed", "message": "no orders"}, Verdict.FAILED, "the hook says failed: no orders"),
        ({"verdict": "inconclusive"}, Verdict.INCONCLUSIVE, "the hook says inconclusive: no reason given"),
        ({"verdict": "fine"}, Verdict.INCONCLUSIVE, "the hook did not say verified, inconclusive or failed"),
        (None, Verdict.INCONCLUSIVE, "the hook did not say verified, inconclusive or failed"),
    ],
    ids=["verified", "failed", "inconclusive", "another word", "nothing"],
)
def test_the_users_own_check_joins_the_others(answer: Any, verdict: Verdict, message: str | None) -> None:
    world = World(checks={"hook": HOOK})
    world.account.hook = answer
    weekly(world)
    assert world.account.asked == [(HOOK, "DynamoDB"), (HOOK, "S3")]
    for one in results(world).values():
        assert (one.verdict, [found.message for found in one.findings]) == (verdict, [message] if message else [])


def test_the_users_own_check_acquits_nothing() -> None:
    world = World(checks={"hook": HOOK})
    world.account.hook, world.account.comes_back["S3"] = {"verdict": "verified"}, EMPTY
    weekly(world)
    assert results(world)["S3"].verdict is Verdict.FAILED


def test_by_hand() -> None:
    world = World()
    here = (world.verifying.records, world.verifying.documents)
    (started,) = verify_app(*here, world.machine, BUNDLE, APP, None, NOW)
    assert started["trigger"] == "hand"
    world.run_all()
    document = verification_history(*here, world.rehearsals, BUNDLE, APP, NOW)
    json.dumps(document)
    (target,) = document["targets"]
    assert target["confidence"] == {"percent": 100, "reasons": []}
    assert [one["verdict"] for one in target["results"]] == ["verified", "verified"]
    assert {one["key"] for one in target["results"]} == {KEY}
    assert target["forecast"] == {}
