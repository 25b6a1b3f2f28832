"""The chain of a resource, a recovery point and a job, and of the past; and where nothing can be found."""

from datetime import timedelta
from typing import Any

import pytest
from why_world import ACCOUNT, BUCKET, BUNDLE, HERE, OTHER, REGION, TABLE, VAULT, Stage, files

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import UnreachableError
from backup_apps.domain.lineage.text import lineage_lines
from backup_apps.domain.why.subjects import subject_of
from backup_apps.domain.why.text import next_step, remedy_lines
from backup_apps.usecases.locate_resource import Asking, NotFoundAnywhereError
from backup_apps.usecases.trace_lineage import sources_of
from backup_apps.usecases.why_resource import why_resource

LONGER = files().copy()
LONGER["app.yaml"] = LONGER["app.yaml"].replace("delete: 35d", "delete: 70d")


@pytest.fixture
def stage(aws: None) -> Stage:
    """Two days of backups."""
    stage = Stage()
    stage.deploy(files())
    stage.service.advance(days=2)
    return stage


def retention(document: dict[str, Any]) -> str:
    (line,) = (one for one in document["policy"] if one["path"].endswith("retention.delete"))
    return f"{line['file']}:{line['line']} {line['value']}"


def test_of_a_resource_the_chain_goes_from_the_line_to_the_delete_date(stage: Stage) -> None:
    why = stage.why(TABLE)
    assert why.is_protected
    chain = why.to_json()["lineage"]
    assert (chain["bundle"], chain["app"], chain["commit"]["version"]) == (BUNDLE, "shop", "v1")
    assert retention(chain) == "app.yaml:18 35d"
    assert (chain["plan"]["name"], chain["plan"]["rule"]) == ("shop-daily", "nightly")
    assert chain["plan"]["version"]
    assert (chain["job"]["kind"], chain["job"]["state"]) == ("backup", "COMPLETED")
    assert (chain["point"]["vault"], chain["point"]["created"][:10]) == (VAULT, "2026-01-03")
    assert chain["point"]["deleted"][:10] == "2026-02-07"
    assert chain["last_good"] == chain["point"]
    assert next_step(why) == f"backup-apps verify shop --bundle acme --target {ACCOUNT}/{REGION}"
    assert remedy_lines(why) == ()


def test_a_recovery_point_is_told_by_the_policy_that_made_it(stage: Stage) -> None:
    points = stage.client("backup").list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"]
    first = min(points, key=lambda one: one["CreationDate"])["RecoveryPointArn"]
    stage.hub.clock.now = stage.service.now()
    stage.deploy(LONGER)
    stage.service.advance(days=1)
    old, new = stage.why(first).to_json()["lineage"], stage.why(TABLE).to_json()["lineage"]
    assert (old["point"]["arn"], old["point"]["deleted"][:10]) == (first, "2026-02-06")
    assert old["last_good"]["arn"] != first
    assert new["point"]["deleted"][:10] == "2026-03-15"
    assert (retention(old), retention(new)) == ("app.yaml:18 35d", "app.yaml:18 70d")
    assert (old["commit"]["version"], new["commit"]["version"]) == ("v1", "v2")
    assert old["plan"]["version"] != new["plan"]["version"]


def test_a_job_is_found_by_its_id_and_by_what_is_called_its_arn(stage: Stage) -> None:
    backup = stage.client("backup")
    (job, *_) = backup.list_backup_jobs(ByResourceArn=TABLE)["BackupJobs"]
    identity = job["BackupJobId"]
    for name in (identity, f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-job:{identity}"):
        chain = stage.why(name).to_json()["lineage"]
        assert (chain["job"]["id"], chain["resource"]) == (identity, TABLE)
        assert chain["point"]["arn"] == job["RecoveryPointArn"]


def test_a_restore_leads_to_what_made_its_recovery_point(stage: Stage) -> None:
    backup = stage.client("backup")
    (point, *_) = backup.list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"]
    role = f"arn:aws:iam::{ACCOUNT}:role/acme-backup"
    asked = {"RecoveryPointArn": point["RecoveryPointArn"], "IamRoleArn": role}
    job = backup.start_restore_job(**asked, Metadata={"targetTableName": "orders-2"})["RestoreJobId"]
    stage.service.advance(hours=1)
    chain = stage.why(job).to_json()["lineage"]
    assert (chain["job"]["kind"], chain["job"]["state"]) == ("restore", "COMPLETED")
    assert (chain["resource"], chain["plan"]["rule"]) == (TABLE, "nightly")


def test_a_copy_is_of_the_resource_that_was_backed_up(stage: Stage) -> None:
    backup = stage.client("backup")
    made = backup.create_backup_vault(BackupVaultName="second", EncryptionKeyArn=stage.keys[REGION])
    (point, *_) = backup.list_recovery_points_by_resource(ResourceArn=TABLE)["RecoveryPoints"]
    job = backup.start_copy_job(
        RecoveryPointArn=point["RecoveryPointArn"],
        SourceBackupVaultName=VAULT,
        DestinationBackupVaultArn=made["BackupVaultArn"],
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/acme-backup",
    )["CopyJobId"]
    stage.service.advance(hours=1)
    chain = stage.why(job).to_json()["lineage"]
    assert (chain["job"]["kind"], chain["resource"]) == ("copy", TABLE)


def test_the_past_is_told_by_the_ledger_and_nothing_of_it_is_judged(stage: Stage) -> None:
    then = stage.hub.clock.now + timedelta(days=1)
    stage.hub.clock.now = stage.service.now()
    stage.deploy(LONGER)
    why = stage.why(TABLE, then)
    assert (why.is_protected, why.to_json()["checks"], why.remedy) == (None, [], None)
    assert "the account of then can't be looked at" in why.notes[0]
    assert why.lineage is not None
    assert retention(why.lineage.to_json()) == "app.yaml:18 35d"
    assert why.lineage.point is None, "the newest came later"
    assert why.lineage.last_good is None
    assert next_step(why) == "backup-apps history acme"


def test_what_nobody_backs_up_has_no_recovery_point_and_no_job(stage: Stage) -> None:
    why = stage.why(OTHER)
    assert why.failed is not None
    chain = why.to_json()["lineage"]
    assert {"job", "point", "last_good"}.isdisjoint(chain)
    assert chain["plan"] == {"name": "shop-daily", "rule": "nightly"}, "the one that comes nearest"
    assert "recovery point:    not known" in lineage_lines(why.lineage)  # type: ignore[arg-type]
    assert remedy_lines(why)[1].startswith("aws resourcegroupstaggingapi tag-resources")


def test_a_bucket_is_looked_for_in_all_targets(stage: Stage) -> None:
    why = stage.why(BUCKET)
    assert why.lineage is not None
    assert why.lineage.target == HERE
    assert why.failed is not None


@pytest.mark.parametrize(
    "name",
    [
        "0A1B2C3D-0000-0000-0000-000000000000",
        f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:none",
    ],
)
def test_what_is_nowhere_is_told_with_where_it_was_looked_for(stage: Stage, name: str) -> None:
    with pytest.raises(NotFoundAnywhereError, match=f"in {ACCOUNT}/{REGION}"):
        stage.why(name)


def test_an_account_that_can_not_be_entered_is_said(stage: Stage) -> None:
    def closed(request: Any) -> Any:
        raise UnreachableError("AssumeRole", "AccessDenied", "the role is missing")

    asking = Asking(sources_of(stage.hub.hub), closed, lambda version: None)
    why = why_resource(asking, subject_of(TABLE), stage.hub.clock.now)
    assert (why.is_protected, why.notes) == (None, (f"{ACCOUNT}/{REGION} can't be looked at: the role is missing",))
    assert why.lineage is not None
    assert why.lineage.commit is not None
    elsewhere = why_resource(asking, subject_of(TABLE), stage.hub.clock.now, only=Target("222222222222", REGION))
    assert elsewhere.failed is not None
    assert elsewhere.failed.name == "target"
