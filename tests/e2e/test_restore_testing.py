"""AWS tests restores by a plan of the bundle, and the hub checks and answers; who takes the plan away is undone."""

import time

import pytest

from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict

from .conftest import LocalAws
from .shop import Shop
from .waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

NEVER_NOW, HOURLY = "cron(0 6 1 1 ? *)", "cron(0 * * * ? *)"
TYPES = ["DynamoDB", "EBS", "S3"]


@pytest.fixture(scope="module")
def shop(local_aws: LocalAws) -> Shop:
    shop = Shop(local_aws, is_tested_by_aws=True)
    shop.back_up()
    return shop


def test_what_the_bundle_asks_is_there_and_the_hub_rehearses_nothing(shop: Shop) -> None:
    plan = shop.testing_plan()
    assert plan is not None
    assert (plan["ScheduleExpression"], plan["Selections"]) == (NEVER_NOW, TYPES)
    assert [vault.rpartition(":")[2] for vault in plan["RecoveryPointSelection"]["IncludeVaults"]] == [shop.name]
    assert not [run for run in shop.tick("2027-01-01T06:30:00Z")["started"] if shop.name in run]


def test_each_resource_is_tested_checked_and_answered_and_aws_cleans_up(shop: Shop) -> None:
    shop.test_by(HOURLY)
    shop.advance(hours=1)
    shop.test_by(NEVER_NOW)
    shop.advance(hours=3)
    results = shop.results(3)
    assert {type_: told(one) for type_, one in results.items()} == dict.fromkeys(TYPES, (Verdict.VERIFIED, []))
    for one in results.values():
        assert (one.trigger, one.app, one.cleaned) == (Trigger.RESTORE_TESTING, shop.name, None)
        job = until(lambda job=one.job: done if is_deleted(done := shop.job(job)) else None, "the deletion by AWS")
        assert (job["ValidationStatus"], job["CreatedBy"]) == (
            "SUCCESSFUL",
            {"RestoreTestingPlanArn": (shop.testing_plan() or {})["RestoreTestingPlanArn"]},
        )
    told_of = [entry for entry in shop.aws.ledger().entries(shop.name) if entry.kind == "verification"]
    assert {entry.facts["trigger"] for entry in told_of} == {"restore-testing"}
    assert len(told_of) == 3


def told(result: Result) -> tuple[Verdict, list[str]]:
    return result.verdict, [one.message for one in result.findings]


def is_deleted(job: dict[str, object]) -> bool:
    return job.get("DeletionStatus") == "SUCCESSFUL"


def test_a_test_that_comes_back_empty_is_told_and_answered(shop: Shop) -> None:
    shop.tell("faults", {"kind": "restore-comes-back-empty", "target": f"*{shop.bucket}*", "times": 1})
    shop.test_by(HOURLY)
    shop.advance(hours=1)
    shop.test_by(NEVER_NOW)
    shop.advance(hours=3)
    result = shop.results(6)["S3"]
    assert (result.verdict, result.findings[0].message) == (Verdict.FAILED, "it is empty: 3 objects were backed up")
    until(lambda: is_deleted(shop.job(result.job)), "the deletion by AWS")
    answered = shop.job(result.job)
    assert answered["ValidationStatus"] == "FAILED"
    assert "it is empty" in answered["ValidationStatusMessage"]


def test_who_deletes_the_plan_in_the_console_is_undone(shop: Shop) -> None:
    names = {"RestoreTestingPlanName": shop.name.replace("-", "_")}
    for type_ in TYPES:
        shop.backup.delete_restore_testing_selection(**names, RestoreTestingSelectionName=type_)
    shop.backup.delete_restore_testing_plan(**names)
    until(lambda: (shop.testing_plan() or {}).get("Selections") == TYPES, "the plan, put back")


def test_a_bundle_that_asks_no_more_takes_it_away(shop: Shop) -> None:
    time.sleep(1)  # what heals holds the target for a moment
    shop.retire()
    assert shop.testing_plan() is None
