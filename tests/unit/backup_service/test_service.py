"""The service as a whole: its record, its state, its lock, and the hook."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import boto3
import pytest

from backup_apps_local.backup.client import client, connect
from backup_apps_local.backup.journal import Call, Journal
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.service import BackupService, HttpRequest

from .conftest import ACCOUNT, KEY, OTHER_ACCOUNT, REGION, Clock, code_of, plan, selection


def fill(backup: Any) -> str:
    backup.create_backup_vault(BackupVaultName="acme", EncryptionKeyArn=KEY, BackupVaultTags={"a": "b"})
    backup.put_backup_vault_lock_configuration(BackupVaultName="acme", MinRetentionDays=7, ChangeableForDays=3)
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:backups"
    backup.put_backup_vault_notifications(
        BackupVaultName="acme", SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_FAILED"]
    )
    made = backup.create_backup_plan(BackupPlan=plan(), BackupPlanTags={"c": "d"})
    backup.update_backup_plan(BackupPlanId=made["BackupPlanId"], BackupPlan=plan(name="again"))
    backup.create_backup_selection(BackupPlanId=made["BackupPlanId"], BackupSelection=selection())
    backup.update_region_settings(ResourceTypeOptInPreference={"S3": True})
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    return str(made["BackupPlanId"])


def picture(backup: Any, plan_id: str) -> list[Any]:
    answers = [
        backup.list_backup_vaults(),
        backup.get_backup_vault_notifications(BackupVaultName="acme"),
        backup.get_backup_plan(BackupPlanId=plan_id),
        backup.list_backup_plan_versions(BackupPlanId=plan_id),
        backup.list_backup_selections(BackupPlanId=plan_id),
        backup.describe_region_settings(),
        backup.describe_global_settings(),
    ]
    return [{name: value for name, value in answer.items() if name != "ResponseMetadata"} for answer in answers]


@pytest.mark.behaviour("saved-and-loaded")
def test_saved_state_loads_into_another_service(service: BackupService, backup: Any, clock: Clock) -> None:
    plan_id = fill(backup)
    other = BackupService(clock)
    other.load(service.dump())
    twin = client(other, ACCOUNT, REGION)
    assert picture(twin, plan_id) == picture(backup, plan_id)
    assert other.dump() == service.dump()
    further = twin.create_backup_plan(BackupPlan=plan(name="further"))
    assert further["BackupPlanId"] == backup.create_backup_plan(BackupPlan=plan(name="further"))["BackupPlanId"]


@pytest.mark.behaviour("reset")
def test_reset_forgets_everything(service: BackupService, backup: Any) -> None:
    fill(backup)
    service.reset()
    assert len(service.journal) == 0
    assert backup.list_backup_vaults()["BackupVaultList"] == []


@pytest.mark.behaviour("record-of-calls")
def test_every_call_is_recorded_in_order(service: BackupService, clock: Clock) -> None:
    sync = client(service, ACCOUNT, REGION, f"arn:aws:sts::{ACCOUNT}:assumed-role/backup-apps-sync/run")
    sync.create_backup_vault(BackupVaultName="acme", CreatorRequestId="one")
    clock.advance(minutes=5)
    code_of(client(service, OTHER_ACCOUNT, "us-east-1").describe_backup_vault, BackupVaultName="acme")
    first, second = service.journal
    assert first == Call(
        sequence=1,
        time=first.time,
        account=ACCOUNT,
        region=REGION,
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/backup-apps-sync/run",
        operation="CreateBackupVault",
        parameters={"BackupVaultName": "acme", "CreatorRequestId": "one"},
    )
    assert (second.account, second.region, second.principal) == (
        OTHER_ACCOUNT,
        "us-east-1",
        f"arn:aws:iam::{OTHER_ACCOUNT}:root",
    )
    assert (second.time - first.time).total_seconds() == 300
    assert (second.error_code, second.is_write) == ("AccessDeniedException", False)
    assert service.journal.writes == (first,)
    assert [call.operation for call in service.journal[1:]] == ["DescribeBackupVault"]


@pytest.mark.behaviour("record-of-calls")
def test_a_record_can_not_be_changed(service: BackupService, vault: str) -> None:
    call = service.journal[0]
    with pytest.raises(FrozenInstanceError):
        call.operation = "Nothing"  # type: ignore[misc]
    with pytest.raises(ValueError, match="call 1 does not follow call 1"):
        service.journal.append(call)
    assert isinstance(service.journal, Journal)


@pytest.mark.behaviour("record-of-calls")
def test_listeners_hear_each_call_once_it_is_recorded(service: BackupService, backup: Any) -> None:
    heard: list[tuple[int, str, int]] = []
    service.listeners.append(lambda call: heard.append((call.sequence, call.operation, len(service.journal))))
    backup.create_backup_vault(BackupVaultName="acme")
    code_of(backup.list_frameworks)
    assert heard == [(1, "CreateBackupVault", 1), (2, "ListFrameworks", 2)]


@pytest.mark.behaviour("access-denied")
def test_a_denied_call_is_answered_and_recorded_and_not_run(service: BackupService) -> None:
    request = HttpRequest(ACCOUNT, REGION, "someone", "PUT", "/backup-vaults/acme")
    answer = service.deny(request, "no identity-based policy allows backup:CreateBackupVault")
    assert answer.status == 403
    assert [(call.operation, call.error_code) for call in service.journal] == [
        ("CreateBackupVault", "AccessDeniedException")
    ]
    assert client(service, ACCOUNT, REGION).list_backup_vaults()["BackupVaultList"] == []


@pytest.mark.behaviour("record-of-calls")
def test_calls_at_the_same_time_do_not_get_in_each_others_way(clock: Clock) -> None:
    service = BackupService(clock, Quotas(vaults=40))
    clients = [client(service, ACCOUNT, REGION) for _ in range(4)]

    def create(number: int) -> bool:
        try:
            clients[number % 4].create_backup_vault(BackupVaultName=f"vault{number % 50}")
        except clients[0].exceptions.ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(create, range(100)))
    assert sum(done) == 40
    assert len(clients[0].list_backup_vaults()["BackupVaultList"]) == 40
    assert [call.sequence for call in service.journal] == list(range(1, 102))


@pytest.mark.behaviour("same-story-same-ids")
def test_the_same_story_has_the_same_ids(clock: Clock) -> None:
    dumps = []
    for _ in range(2):
        service = BackupService(clock)
        backup = client(service, ACCOUNT, REGION)
        backup.create_backup_vault(BackupVaultName="acme", CreatorRequestId="v")
        backup.create_backup_plan(BackupPlan=plan(), CreatorRequestId="p")
        dumps.append(service.dump())
    assert dumps[0] == dumps[1]


@pytest.mark.behaviour("two-ways-in")
def test_a_session_gives_connected_clients_in_every_region(service: BackupService) -> None:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1")
    connect(session, service, ACCOUNT)
    session.client("backup").create_backup_vault(BackupVaultName="here")
    session.client("backup", region_name=REGION, endpoint_url="http://localhost:1").create_backup_vault(
        BackupVaultName="there"
    )
    assert [(call.account, call.region) for call in service.journal] == [(ACCOUNT, "us-east-1"), (ACCOUNT, REGION)]


@pytest.mark.behaviour("two-ways-in")
def test_other_services_of_a_connected_session_are_left_alone(service: BackupService) -> None:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1")
    connect(session, service, ACCOUNT)
    sqs = session.client("sqs")
    sqs.meta.events.register_first("before-send.sqs", stop)
    with pytest.raises(InterruptedError):
        sqs.list_queues()
    assert len(service.journal) == 0


def stop(**_: Any) -> None:
    raise InterruptedError
