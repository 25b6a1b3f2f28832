"""A service with a clock that stands still until it is moved, and real boto3 clients hooked to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps_local.backup.client import client
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.service import BackupService
from tests.conformance.answers import breaches

ACCOUNT = "111111111111"
OTHER_ACCOUNT = "222222222222"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-backup"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@dataclass
class Clock:
    now: datetime = field(default=datetime(2026, 1, 1, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> BackupService:
    return BackupService(clock)


@pytest.fixture
def backup(service: BackupService) -> Any:
    return client(service, ACCOUNT, REGION)


@pytest.fixture
def vault(backup: Any) -> str:
    backup.create_backup_vault(BackupVaultName="acme")
    return "acme"


@pytest.fixture
def plan_id(backup: Any, vault: str) -> str:
    return str(backup.create_backup_plan(BackupPlan=plan())["BackupPlanId"])


def rule(**members: Any) -> dict[str, Any]:
    return {"RuleName": "nightly", "TargetBackupVaultName": "acme", **members}


def plan(*rules: dict[str, Any], name: str = "daily", **members: Any) -> dict[str, Any]:
    return {"BackupPlanName": name, "Rules": list(rules) or [rule()], **members}


def selection(**members: Any) -> dict[str, Any]:
    return {"SelectionName": "tagged", "IamRoleArn": ROLE, "Resources": ["*"], **members}


def refused(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    """The answer to a call that must be refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return dict(caught.value.response)


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    return str(refused(call, **parameters)["Error"]["Code"])


def message_of(call: Callable[..., Any], **parameters: Any) -> str:
    return str(refused(call, **parameters)["Error"]["Message"])


@pytest.fixture(autouse=True)
def answers_in_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every call of every case: a success as the model has it, or an error that the operation declares."""
    handle = BackupService.handle

    def checked(service: BackupService, request: HttpRequest) -> HttpResponse:
        answer = handle(service, request)
        assert breaches(request, answer) == []
        return answer

    monkeypatch.setattr(BackupService, "handle", checked)
