"""What a caller sees that is not boto3: refusals of the border itself."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps_local.backup import wire
from backup_apps_local.backup.errors import LimitExceededException
from backup_apps_local.backup.model import operation_model
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.backup.service import BackupService, HttpRequest, HttpResponse

from .conftest import ACCOUNT, REGION, rule


def send(service: BackupService, method: str, path: str, body: Any = None, query: Any = ()) -> HttpResponse:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return service.handle(HttpRequest(ACCOUNT, REGION, "root", method, path, query, {}, raw))


def error_of(response: HttpResponse) -> str:
    return response.headers["x-amzn-ErrorType"].partition(":")[0]


@pytest.mark.behaviour("wire-unreadable")
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": []}, "Colour": "red"},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": [rule(Retention=35)]}},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": [rule(Lifecycle={"DeleteAfterDays": "35"})]}},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": [rule(Lifecycle={"DeleteAfterDays": True})]}},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": [rule(EnableContinuousBackup="no")]}},
        {"BackupPlan": {"BackupPlanName": 7, "Rules": []}},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": {}}},
        {"BackupPlan": "daily"},
        {"BackupPlan": {"BackupPlanName": "daily", "Rules": [rule(RecoveryPointTags=[])]}},
    ],
)
def test_what_can_not_be_read_is_refused(service: BackupService, body: Any) -> None:
    answer = send(service, "PUT", "/backup/plans/", body)
    assert (answer.status, error_of(answer)) == (400, "SerializationException")
    assert (service.journal[0].operation, service.journal[0].error_code) == (
        "CreateBackupPlan",
        "SerializationException",
    )


@pytest.mark.behaviour("wire-unreadable")
@pytest.mark.parametrize("query", [{"maxResults": "many"}, {"shared": "perhaps"}])
def test_a_query_of_the_wrong_type_is_refused(service: BackupService, query: dict[str, str]) -> None:
    assert error_of(send(service, "GET", "/backup-vaults/", query=query)) == "SerializationException"


@pytest.mark.behaviour("wire-unreadable")
@pytest.mark.parametrize(("shared", "count"), [("false", 1), ("true", 0)])
def test_a_flag_in_a_query_is_text(service: BackupService, shared: str, count: int) -> None:
    send(service, "PUT", "/backup-vaults/acme", {})
    listed = json.loads(send(service, "GET", "/backup-vaults/", query={"shared": shared}).body)
    assert len(listed["BackupVaultList"]) == count


@pytest.mark.behaviour("wire-unreadable")
def test_a_moment_must_be_one(service: BackupService) -> None:
    dates = {"DateRange": {"FromDate": "someday", "ToDate": 1767225600}}
    hold = {"Title": "audit", "Description": "audit", "RecoveryPointSelection": dates}
    assert error_of(send(service, "POST", "/legal-holds/", hold)) == "SerializationException"
    dates["DateRange"]["FromDate"] = 0
    assert send(service, "POST", "/legal-holds/", hold).status == 200


@pytest.mark.behaviour("wire-null-is-absent")
def test_a_missing_required_member_is_told_by_its_path(service: BackupService) -> None:
    answer = send(service, "PUT", "/backup/plans/", {"BackupPlan": {"BackupPlanName": "daily"}})
    assert error_of(answer) == "MissingParameterValueException"
    assert json.loads(answer.body) == {"Message": "BackupPlan.Rules is required"}


@pytest.mark.behaviour("wire-null-is-absent")
def test_a_null_is_absent(service: BackupService) -> None:
    assert send(service, "PUT", "/backup-vaults/acme", {"EncryptionKeyArn": None}).status == 200
    listed = json.loads(send(service, "GET", "/backup-vaults").body)
    assert listed["BackupVaultList"][0]["CreationDate"] == datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.behaviour("wire-arn-in-path")
def test_a_decoded_arn_in_the_path_is_understood(service: BackupService) -> None:
    send(service, "PUT", "/backup-vaults/acme", {"BackupVaultTags": {"a": "b"}})
    answer = send(service, "GET", f"/tags/arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:acme/")
    assert json.loads(answer.body) == {"Tags": {"a": "b"}}


@pytest.mark.behaviour("error-in-a-rule", "lifecycle-continuous-words")
def test_an_error_in_a_rule_has_aws_backups_code_and_context(service: BackupService) -> None:
    """The whole of https://github.com/lgallard/terraform-aws-backup/issues/40"""
    send(service, "PUT", "/backup-vaults/acme", {})
    lifecycle = {"MoveToColdStorageAfterDays": 730, "DeleteAfterDays": 2555}
    bad = rule(RuleName="Yearly-Backups", EnableContinuousBackup=True, Lifecycle=lifecycle)
    answer = send(service, "PUT", "/backup/plans/", {"BackupPlan": {"BackupPlanName": "daily", "Rules": [bad]}})
    breach = "Invalid lifecycle. MoveToColdStorageAfterDays is unavailable"
    assert json.loads(answer.body) == {
        "Code": "ERROR_3015",
        "Context": f'["Yearly-Backups", "{breach}"]',
        "Message": f"Error in rule Yearly-Backups : {breach}",
    }


@pytest.mark.behaviour("model-answers")
@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("CreateBackupVault", {"Colour": "red"}),
        ("CreateBackupVault", {"BackupVaultName": 7}),
        ("CreateBackupVault", {"CreationDate": "today"}),
        ("ListTags", {"Tags": [("a", "b")]}),
        ("ListBackupVaults", {"BackupVaultList": [{"Locked": "no"}]}),
        ("DeleteBackupVault", {"BackupVaultName": "acme"}),
    ],
)
def test_a_result_of_ours_outside_the_model_raises(operation: str, result: dict[str, Any]) -> None:
    with pytest.raises(wire.ModelViolationError):
        wire.respond(operation_model(operation), result, "id")


@pytest.mark.behaviour("model-errors")
def test_an_error_that_the_operation_does_not_declare_raises(
    service: BackupService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(site: Any, parameters: dict[str, Any]) -> None:
        raise LimitExceededException("too many")

    monkeypatch.setitem(OPERATIONS, "ListBackupVaults", too_many)
    with pytest.raises(wire.ModelViolationError, match="ListBackupVaults does not declare LimitExceededException"):
        send(service, "GET", "/backup-vaults/")
