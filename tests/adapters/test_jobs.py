"""Jobs of a plan on the local service: how each ended, as the adapter tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from backup_apps.adapters.clients import Credentials, member_client
from backup_apps.adapters.jobs import jobs
from backup_apps_local.backup.client import connect
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.service import BackupService, Surroundings
from sync.targets import ACCOUNT, REGION, rule

BUCKET = "arn:aws:s3:::invoices"
START = datetime(2026, 1, 1, tzinfo=UTC)
DR = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:dr"


class Site(NamedTuple):
    service: BackupService
    client: Any
    plan: str


@pytest.fixture
def site() -> Site:
    cloud = InMemoryCloud()
    cloud.add(ACCOUNT, REGION, BUCKET, {"a.pdf": b"%PDF"})
    service = BackupService(lambda: START, around=Surroundings(resources=cloud, data=cloud))
    client = member_client("backup", REGION, Credentials("testing", "testing", "testing"))
    connect(client, service, ACCOUNT)
    for name in ("primary", "dr"):
        client.create_backup_vault(BackupVaultName=name)
    copied = rule(CopyActions=[{"DestinationBackupVaultArn": DR}])
    plan = client.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [copied]})["BackupPlanId"]
    chosen = {"SelectionName": "s", "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/backup", "Resources": [BUCKET]}
    client.create_backup_selection(BackupPlanId=plan, BackupSelection=chosen)
    return Site(service, client, plan)


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        (None, [("COMPLETED", False, ""), ("COMPLETED", False, DR)]),
        ("backup-fails", [("FAILED", False, "")]),
        ("backup-has-issues", [("COMPLETED", True, ""), ("COMPLETED", False, DR)]),
        ("copy-fails", [("COMPLETED", False, ""), ("FAILED", False, DR)]),
    ],
)
def test_how_jobs_ended(site: Site, fault: str | None, ended: list[tuple[str, bool, str]]) -> None:
    if fault:
        site.service.fault(fault, BUCKET, message="an ACL")
    site.service.advance(days=1)
    told = list(jobs(site.client, START))
    assert [(one.state, one.has_issues, one.destination) for one in told] == ended
    assert {(one.plan, one.rule, one.resource, one.vault) for one in told} == {
        (site.plan, "nightly", BUCKET, "primary")
    }


def test_only_those_since_a_moment(site: Site) -> None:
    site.service.advance(days=3)
    assert len(list(jobs(site.client, START))) == 6
    assert len(list(jobs(site.client, START + timedelta(days=2)))) == 2
