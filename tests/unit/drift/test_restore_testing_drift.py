"""What somebody did to the restore testing plans of a bundle, and what is found of it: one case a row."""

from typing import Any, NamedTuple

import pytest

from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Drift
from backup_apps.domain.drift.healing import healing_writes, is_healable
from backup_apps.domain.live import LiveTarget
from sync.targets import BUNDLE, OURS, live, live_testing, restore_testing, selection_of, target

TESTED = restore_testing("shop", "DynamoDB", "S3")
DESIRED = target(testing=(TESTED,))
DAILY, YEARLY = "cron(0 6 * * ? *)", "cron(0 6 1 1 ? *)"


def there(**members: Any) -> LiveTarget:
    return live(testing=(live_testing(TESTED, **members),))


def planned(**members: Any) -> LiveTarget:
    return there(content={**live_testing(TESTED).content, **members})


def pointed(**members: Any) -> LiveTarget:
    content = live_testing(TESTED).content
    return planned(RecoveryPointSelection={**content["RecoveryPointSelection"], **members})


def selected(**members: Any) -> LiveTarget:
    """Of DynamoDB."""
    changed = restore_testing("shop", selections=[selection_of("DynamoDB", **members), selection_of("S3")])
    return there(selections=live_testing(changed).selections)


class Case(NamedTuple):
    name: str
    live: LiveTarget
    resource: str
    direction: str
    writes: tuple[str, ...]


CASES = [
    Case("it is deleted", live(), "shop", "weakens", ("create", "create", "create")),
    Case("it runs less often", planned(ScheduleExpression=YEARLY), "shop", "weakens", ("update",)),
    Case("it runs more often", planned(ScheduleExpression=DAILY), "shop", "strengthens", ("update",)),
    Case("its window to start changes", planned(StartWindowHours=1), "shop", "neutral", ("update",)),
    Case("a vault is left out", pointed(ExcludeVaults=["*"]), "shop", "weakens", ("update",)),
    Case("only snapshots are tested", pointed(RecoveryPointTypes=["SNAPSHOT"]), "shop", "weakens", ("update",)),
    Case("it looks back less", pointed(SelectionWindowDays=1), "shop", "weakens", ("update",)),
    Case("it draws lots", pointed(Algorithm="RANDOM_WITHIN_WINDOW"), "shop", "neutral", ("update",)),
    Case("a type is tested no more", there(selections=()), "shop/DynamoDB", "weakens", ("create",)),
    Case(
        "its resources are others", selected(ProtectedResourceArns=["arn:x"]), "shop/DynamoDB", "weakens", ("update",)
    ),
    Case("nobody is waited for", selected(ValidationWindowHours=0), "shop/DynamoDB", "weakens", ("update",)),
    Case("it is waited for longer", selected(ValidationWindowHours=99), "shop/DynamoDB", "neutral", ("update",)),
    Case(
        "it restores elsewhere",
        selected(RestoreMetadataOverrides={"encryptionType": "Default"}),
        "shop/DynamoDB",
        "weakens",
        ("update",),
    ),
    Case(
        "another type is tested under its name",
        selected(ProtectedResourceType="EBS"),
        "shop/DynamoDB",
        "weakens",
        ("prune", "create"),
    ),
    Case(
        "a selection is added",
        there(selections=live_testing(restore_testing("shop", "DynamoDB", "EBS", "S3")).selections),
        "shop/EBS",
        "strengthens",
        ("prune",),
    ),
    Case(
        "a tag is changed",
        there(tags=OURS | {"backup-apps:app": "x"}),
        "shop tag backup-apps:app",
        "neutral",
        ("update",),
    ),
    Case("its tag is gone", there(tags={}), "shop", "weakens", ()),
    Case("its tag is another bundle's", there(tags={"backup-apps:bundle": "other"}), "shop", "weakens", ()),
]


def found(case: Case) -> Drift:
    drifts = configuration_drift(DESIRED, case.live, BUNDLE)
    return next(drift for drift in drifts if drift.resource == case.resource)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_somebody_did_is_found_with_its_direction_and_what_puts_it_back(case: Case) -> None:
    drift = found(case)
    assert (drift.kind, drift.direction, drift.path) == ("restore-testing", case.direction, "policy.verification")
    assert drift.app == "shop"
    assert tuple(one.action for one in drift.writes) == case.writes
    assert all(drift.reasons)
    assert drift.reasons


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_weakens_is_put_back_where_the_app_heals_and_it_is_still_ours(case: Case) -> None:
    drift = found(case)
    heals = case.direction == "weakens" and bool(case.writes)
    assert is_healable(drift, {"shop"}) is heals
    assert not is_healable(drift, {"web"})
    if heals:
        assert tuple(one.action for one in healing_writes([drift], DESIRED, case.live, BUNDLE)) == case.writes


def test_nothing_is_found_where_live_is_as_synced() -> None:
    assert configuration_drift(DESIRED, there(), BUNDLE) == ()


def test_only_what_differs_is_shown() -> None:
    (drift,) = configuration_drift(DESIRED, planned(ScheduleExpression=YEARLY), BUNDLE)
    assert drift.desired == {"ScheduleExpression": "cron(0 6 ? * MON *)"}
    assert drift.live == {"ScheduleExpression": YEARLY}


def test_a_tag_that_is_taken_away_hides_nothing() -> None:
    changed = live_testing(TESTED, tags={}, selections=())
    kinds = {drift.resource: drift.is_ours for drift in configuration_drift(DESIRED, live(testing=(changed,)), BUNDLE)}
    assert kinds == {"shop": False, "shop/DynamoDB": False, "shop/S3": False}


def test_one_with_our_tag_that_nobody_asked_for_is_told_and_left() -> None:
    (drift,) = configuration_drift(target(), live(testing=(live_testing(),)), BUNDLE)
    assert (drift.resource, drift.direction, drift.writes) == ("shop", "neutral", ())
