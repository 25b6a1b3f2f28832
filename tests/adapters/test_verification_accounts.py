"""The member's roles over clients that answer as they are told."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backup_apps.adapters import verification_accounts
from backup_apps.adapters.clients import Credentials
from backup_apps.adapters.verification_accounts import SandboxRole
from backup_apps.domain.errors import ThrottledError, UnavailableError
from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.rehearsal import Elsewhere, Rehearsal
from backup_apps.domain.verification.results import Trigger
from backup_apps_local.backup.client import client as local_client
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.service import BackupService, Surroundings

HOOK = "arn:aws:lambda:eu-west-1:111111111111:function:backup-apps-check-orders"


class Client:
    """Of any service."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    def invoke(self, **asked: Any) -> Any:
        return self.answer()


def refused(code: str, status: int = 400) -> Callable[[], Any]:
    def refuse() -> Any:
        told: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(told, "Invoke")

    return refuse


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], SandboxRole]:
    def made(answer: Callable[[], Any]) -> SandboxRole:
        monkeypatch.setattr(verification_accounts, "member_client", lambda *_: Client(answer))
        return SandboxRole("eu-west-1", Credentials("key", "secret", "token"))

    return made


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "InvalidParameterValue"])
def test_a_hook_that_cannot_be_asked_answers_nothing(sandbox: Any, code: str) -> None:
    assert sandbox(refused(code)).ask(HOOK, {}) is None


@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", ThrottledError), ("ServiceUnavailableException", UnavailableError)]
)
def test_a_hook_that_can_be_asked_later_is(sandbox: Any, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        sandbox(refused(code, 503)).ask(HOOK, {})


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ({"Payload": b'{"verdict": "verified"}'}, {"verdict": "verified"}),
        ({"Payload": b"{", "StatusCode": 200}, None),
        ({"Payload": b'{"errorMessage": "x"}', "FunctionError": "Unhandled"}, None),
    ],
    ids=["verified", "no JSON", "error"],
)
def test_what_a_hook_answers(sandbox: Any, answer: dict[str, Any], heard: Any) -> None:
    told = {**answer, "Payload": io.BytesIO(answer["Payload"])}
    assert sandbox(lambda: told).ask(HOOK, {}) == heard


ACCOUNT, SANDBOX, REGION = "111111111111", "222222222222", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
ROLE = "arn:aws:iam::111111111111:role/backup-apps-backup"
LETS_IN = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}


def key_of(account: str) -> str:
    return f"arn:aws:kms:{REGION}:{account}:key/0f5e3c10-6d3b-4a5e-8f57-000000000001"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> BackupService:
    """AWS Backup with a table that is backed up, and a sandbox vault in another account; credentials are accounts."""
    cloud = InMemoryCloud()
    cloud.add(ACCOUNT, REGION, TABLE, {"1": b"1"}, name="orders")
    made = BackupService(lambda: datetime(2026, 1, 1, tzinfo=UTC), around=Surroundings(resources=cloud, data=cloud))
    monkeypatch.setattr(
        verification_accounts, "member_client", lambda name, region, who: local_client(made, who.access_key, region)
    )
    here, there = local_client(made, ACCOUNT, REGION), local_client(made, SANDBOX, REGION)
    here.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    here.create_backup_vault(BackupVaultName="main", EncryptionKeyArn=key_of(ACCOUNT))
    there.create_backup_vault(BackupVaultName="sandbox", EncryptionKeyArn=key_of(SANDBOX))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [LETS_IN]})
    there.put_backup_vault_access_policy(BackupVaultName="sandbox", Policy=policy)
    here.start_backup_job(BackupVaultName="main", ResourceArn=TABLE, IamRoleArn=ROLE)
    made.advance(hours=2)
    return made


def role_of(account: str) -> SandboxRole:
    return SandboxRole(REGION, Credentials(account, "secret", "token"))


@pytest.mark.parametrize("days", [0, 10])
def test_a_copy_is_made_once_restored_elsewhere_and_expires(service: BackupService, days: int) -> None:
    """Whatever the age of its original: the days of a copy count from when that was made."""
    service.advance(days=days)
    here, there = (local_client(service, account, REGION) for account in (ACCOUNT, SANDBOX))
    (found,) = here.list_recovery_points_by_backup_vault(BackupVaultName="main")["RecoveryPoints"]
    point = Point(arn=found["RecoveryPointArn"], vault="main", resource=TABLE, type="DynamoDB", created="", bytes=1)
    into = Elsewhere(account=SANDBOX, region=REGION, vault="sandbox")
    place: dict[str, Any] = {"account": ACCOUNT, "region": REGION, "type": "DynamoDB"}
    age = days * 24 * 60 * 60
    rehearsal = Rehearsal(run="run", trigger=Trigger.HAND, point=point, age=age, sandbox=into, **place)
    job = role_of(ACCOUNT).copy(rehearsal, ROLE)
    assert role_of(ACCOUNT).copy(rehearsal, ROLE) == job
    service.advance(hours=2)
    copied = role_of(ACCOUNT).copy_job(job)
    assert copied.status == "COMPLETED"
    service.advance(days=1)
    role = f"arn:aws:iam::{SANDBOX}:role/backup-apps-restore"
    restore = role_of(SANDBOX).start(rehearsal.model_copy(update={"copied": copied.copy}), role)
    service.advance(hours=2)
    ended = role_of(SANDBOX).job(restore)
    assert (ended.status, ended.created) == ("COMPLETED", f"arn:aws:dynamodb:{REGION}:{SANDBOX}:table/{rehearsal.name}")
    service.advance(days=3)
    assert there.list_recovery_points_by_backup_vault(BackupVaultName="sandbox")["RecoveryPoints"] == []


def test_a_copy_that_the_vault_does_not_take_says_why(service: BackupService) -> None:
    there, here = (local_client(service, account, REGION) for account in (SANDBOX, ACCOUNT))
    there.delete_backup_vault_access_policy(BackupVaultName="sandbox")
    (found,) = here.list_recovery_points_by_backup_vault(BackupVaultName="main")["RecoveryPoints"]
    point = Point(arn=found["RecoveryPointArn"], vault="main", resource=TABLE, type="DynamoDB", created="", bytes=1)
    into = Elsewhere(account=SANDBOX, region=REGION, vault="sandbox")
    place: dict[str, Any] = {"account": ACCOUNT, "region": REGION, "type": "DynamoDB"}
    job = role_of(ACCOUNT).copy(Rehearsal(run="r", trigger=Trigger.HAND, point=point, sandbox=into, **place), ROLE)
    service.advance(hours=2)
    copied = role_of(ACCOUNT).copy_job(job)
    assert (copied.status, copied.copy) == ("FAILED", None)
    assert "does not allow backup:CopyIntoBackupVault" in (copied.message or "")
