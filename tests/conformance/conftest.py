"""One account's story on the virtual clock: a vault, resources with contents, real boto3 clients, and every event."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps_local.backup.client import client
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.event import Event
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.service import BackupService, Surroundings

from .answers import breaches

ACCOUNT = "111111111111"
OTHER_ACCOUNT = "222222222222"
REGION = "eu-west-1"
OTHER_REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-backup"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""A Thursday."""

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
BUCKET = "arn:aws:s3:::acme-invoices"
VOLUME = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1"
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:crm"
FILES = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-1"
ROWS = {"1": b"\x00first", "2": b"second\xff"}


def key_arn(account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def vault_arn(name: str = "acme", account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:backup:{region}:{account}:backup-vault:{name}"


@dataclass
class Story:
    cloud: InMemoryCloud
    service: BackupService
    events: list[Event] = field(default_factory=list)

    def client(self, account: str = ACCOUNT, region: str = REGION, principal: str | None = None) -> Any:
        return client(self.service, account, region, principal)

    @property
    def now(self) -> datetime:
        return self.service.now()

    def advance(self, **time: Any) -> None:
        self.service.advance(**time)

    def back_up(self, arn: str, **members: Any) -> dict[str, Any]:
        """Starts a backup of the resource, waits for its end, and returns the job."""
        members = {"BackupVaultName": "acme", "IamRoleArn": ROLE, **members}
        job = self.client().start_backup_job(ResourceArn=arn, **members)
        self.advance(hours=1)
        return dict(self.client().describe_backup_job(BackupJobId=job["BackupJobId"]))

    def point(self, arn: str, vault: str = "acme", **where: str) -> dict[str, Any]:
        return dict(self.client(**where).describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn))

    def points(self, vault: str = "acme", **where: str) -> list[dict[str, Any]]:
        pages = self.client(**where).get_paginator("list_recovery_points_by_backup_vault")
        return [point for page in pages.paginate(BackupVaultName=vault) for point in page["RecoveryPoints"]]

    def plan(self, *rules: dict[str, Any], selection: dict[str, Any] | None = None) -> str:
        plan_id = self.client().create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": list(rules)})
        body = {"SelectionName": "all", "IamRoleArn": ROLE, **(selection or {"Resources": ["*"]})}
        self.client().create_backup_selection(BackupPlanId=plan_id["BackupPlanId"], BackupSelection=body)
        return str(plan_id["BackupPlanId"])

    def told(self, detail_type: str) -> list[dict[str, Any]]:
        return [dict(event.detail) for event in self.events if event.detail_type == detail_type]


def rule(name: str = "nightly", schedule: str = "cron(0 3 * * ? *)", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "TargetBackupVaultName": "acme",
        "ScheduleExpression": schedule,
        "StartWindowMinutes": 60,
        **members,
    }


def days(value: datetime | timedelta, since: datetime | None = None) -> float:
    gap = value if isinstance(value, timedelta) else value - (since or BEGINNING)
    return gap / timedelta(days=1)


def refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def bare_story() -> Story:
    cloud = InMemoryCloud()
    service = BackupService(lambda: BEGINNING, around=Surroundings(resources=cloud, data=cloud))
    story = Story(cloud, service)
    service.event_listeners.append(story.events.append)
    story.client().create_backup_vault(BackupVaultName="acme", EncryptionKeyArn=key_arn(), CreatorRequestId="acme")
    return story


def new_story() -> Story:
    story = bare_story()
    story.cloud.add(ACCOUNT, REGION, TABLE, ROWS, tags={"backup": "daily", "app": "shop"}, name="orders")
    story.cloud.add(ACCOUNT, REGION, BUCKET, {"a.pdf": b"%PDF"}, tags={"backup": "daily"})
    story.cloud.add(ACCOUNT, REGION, VOLUME, {"block": b"1"}, tags={"Backup": "daily"}, key_arn="arn:of:its:own:key")
    story.cloud.add(ACCOUNT, REGION, DATABASE, {"dump": b"sql"})
    story.cloud.add(ACCOUNT, REGION, FILES, {"readme": b"hello"}, restore_metadata={"file-system-id": "fs-1"})
    return story


@pytest.fixture
def story() -> Story:
    return new_story()


@pytest.fixture(autouse=True)
def answers_in_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every call of every case: a success as the model has it, or an error that the operation declares."""
    handle = BackupService.handle

    def checked(service: BackupService, request: HttpRequest) -> HttpResponse:
        answer = handle(service, request)
        assert breaches(request, answer) == []
        return answer

    monkeypatch.setattr(BackupService, "handle", checked)
