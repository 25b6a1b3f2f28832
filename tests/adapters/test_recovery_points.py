"""Recovery points that a plan made on the local service, and the rules that they are told from."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.adapters.recovery_points import recovery_points, rules_of_version
from backup_apps.domain.drift.live_points import MadeBy
from backup_apps.domain.drift.orphans import Orphans
from backup_apps.domain.drift.recovery_points import Held, point_drift
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.service import BackupService, Surroundings
from sync.targets import ACCOUNT, REGION, rule, target

BUCKET = "arn:aws:s3:::invoices"


@pytest.fixture
def backup() -> object:
    cloud = InMemoryCloud()
    cloud.add(ACCOUNT, REGION, BUCKET, {"a.pdf": b"%PDF"})
    around = Surroundings(resources=cloud, data=cloud)
    service = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC), around=around)
    made = member_client("backup", REGION, Credentials("testing", "testing", "testing"))
    connect(made, service, ACCOUNT)
    made.create_backup_vault(BackupVaultName="primary")
    plan = made.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule()]})["BackupPlanId"]
    chosen = {"SelectionName": "s", "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/backup", "Resources": [BUCKET]}
    made.create_backup_selection(BackupPlanId=plan, BackupSelection=chosen)
    service.advance(days=3)
    return made


def test_points_are_told_by_the_rule_in_the_version_that_made_them(backup: object) -> None:
    points = list(recovery_points(backup, "primary"))
    assert len(points) == 3
    for point in points:
        rules = rules_of_version(backup, point.plan, point.version)
        assert rules[point.rule] == MadeBy("daily", "nightly", {"DeleteAfterDays": 35})
        assert (point.vault, point.resource, point.is_copy) == ("primary", BUCKET, False)
    assert point_drift(points, Held(lambda *of: rules_of_version(backup, *of), target())) == ()


def test_a_later_version_of_the_plan_does_not_reach_them(backup: object) -> None:
    (first, *_) = recovery_points(backup, "primary")
    shorter = {"BackupPlanName": "daily", "Rules": [rule(Lifecycle={"DeleteAfterDays": 7})]}
    backup.update_backup_plan(BackupPlanId=first.plan, BackupPlan=shorter)  # type: ignore[attr-defined]
    points = recovery_points(backup, "primary")
    assert point_drift(points, Held(lambda *of: rules_of_version(backup, *of), target())) == ()


def test_a_shorter_life_of_one_is_found(backup: object) -> None:
    (first, *_) = recovery_points(backup, "primary")
    kept = {"BackupVaultName": "primary", "RecoveryPointArn": first.arn, "Lifecycle": {"DeleteAfterDays": 7}}
    backup.update_recovery_point_lifecycle(**kept)  # type: ignore[attr-defined]
    points = recovery_points(backup, "primary")
    (drift,) = point_drift(points, Held(lambda *of: rules_of_version(backup, *of), target()))
    assert (drift.resource, drift.kind, drift.direction) == (first.arn, "retention", "weakens")
    assert drift.reasons[0].endswith("made by daily/nightly, is kept 7 days, not 35 days")


def test_a_vault_that_is_gone_holds_none(backup: object) -> None:
    assert list(recovery_points(backup, "gone")) == []


def test_the_versions_of_a_plan_that_was_deleted_make_no_rule(backup: Any) -> None:
    (first, *_) = recovery_points(backup, "primary")
    for one in backup.list_backup_selections(BackupPlanId=first.plan)["BackupSelectionsList"]:
        backup.delete_backup_selection(BackupPlanId=first.plan, SelectionId=one["SelectionId"])
    backup.delete_backup_plan(BackupPlanId=first.plan)
    held = Held(lambda *of: rules_of_version(backup, *of), target(), vaults=["primary"])
    orphans = Orphans(held)
    assert point_drift(orphans.watching(recovery_points(backup, "primary")), held) == ()
    (drift,) = orphans.drift()
    assert (drift.kind, drift.live) == ("orphaned-points", {"recoveryPoints": 3, "neverExpire": 0})


def test_of_a_plan_that_is_gone_nothing_is_known(backup: object) -> None:
    assert rules_of_version(backup, "12345678-1234-1234-1234-123456789012", "v") == {}
