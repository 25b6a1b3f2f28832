"""The last recovery points of a resource, on the local service."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.adapters.points_of_resources import last_points
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.service import BackupService, Surroundings
from sync.targets import ACCOUNT, REGION

BUCKET, OTHER = "arn:aws:s3:::invoices", "arn:aws:s3:::photos"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"


@pytest.fixture
def backup() -> Any:
    """Three points of a bucket, a day apart: the last is kept for ever; and one of another bucket."""
    cloud = InMemoryCloud()
    for bucket in (BUCKET, OTHER):
        cloud.add(ACCOUNT, REGION, bucket, {"a.pdf": b"%PDF"})
    around = Surroundings(resources=cloud, data=cloud)
    service = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC), around=around)
    made = member_client("backup", REGION, Credentials("testing", "testing", "testing"))
    connect(made, service, ACCOUNT)
    made.create_backup_vault(BackupVaultName="primary")
    for resource, lifecycle in (
        (OTHER, {}),
        (BUCKET, {"DeleteAfterDays": 7}),
        (BUCKET, {"DeleteAfterDays": 9}),
        (BUCKET, {}),
    ):
        made.start_backup_job(BackupVaultName="primary", ResourceArn=resource, IamRoleArn=ROLE, Lifecycle=lifecycle)
        service.advance(days=1)
    return made


def test_the_newest_come_first_with_the_day_on_which_they_go(backup: Any) -> None:
    newest, second = last_points(backup, BUCKET, 2)
    assert newest.created > second.created
    assert (newest.deleted, newest.is_kept) == (None, True)
    assert (second.deleted or "")[:10] == "2026-01-12"
    assert not second.is_kept
    assert {one.resource for one in (newest, second)} == {BUCKET}


def test_a_resource_that_was_never_backed_up_has_none(backup: Any) -> None:
    assert last_points(backup, "arn:aws:s3:::nobody", 5) == ()
