"""All operations of AWS's model: implemented, or refused by name; none answers with an empty success."""

from typing import Any
from urllib.parse import quote

import pytest
from botocore.model import Shape, StructureShape

from backup_apps_local.backup.model import operation_model, operation_of, service_model
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.backup.service import BackupService, HttpRequest

from .conftest import ACCOUNT, REGION, code_of, refused

ALL = sorted(service_model().operation_names)
MISSING = sorted(set(ALL) - set(OPERATIONS))


def example(shape: Shape) -> Any:
    """The least that botocore lets through."""
    if isinstance(shape, StructureShape):
        return {name: example(shape.members[name]) for name in shape.required_members}
    values: dict[str, Any] = {"list": [], "map": {}, "integer": 1, "long": 1, "boolean": True, "timestamp": 0}
    return values.get(shape.type_name, "example")


@pytest.mark.behaviour("refuses-by-name")
def test_there_are_as_many_as_the_model_has() -> None:
    assert len(ALL) == 115
    assert set(OPERATIONS) <= set(ALL)
    assert len(OPERATIONS) == 69


@pytest.mark.behaviour("refuses-by-name")
@pytest.mark.parametrize("operation", MISSING)
def test_what_is_not_here_refuses_by_name(backup: Any, operation: str) -> None:
    method = next(name for name, api in backup.meta.method_to_api_mapping.items() if api == operation)
    shape = operation_model(operation).input_shape
    answer = refused(getattr(backup, method), **(example(shape) if shape else {}))
    assert answer["Error"]["Code"] == "NotImplementedException"
    assert answer["Error"]["Message"].startswith(f"{operation} is an operation of AWS Backup")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


ARN = "arn:aws:backup:eu-west-1:111111111111:backup-plan:x/y"


@pytest.mark.behaviour("wire-arn-in-path")
@pytest.mark.parametrize("value", ["acme", ARN, quote(ARN, safe="")], ids=["name", "decoded", "encoded"])
@pytest.mark.parametrize("operation", ALL)
def test_each_is_known_by_its_own_method_and_path(operation: str, value: str) -> None:
    http = operation_model(operation).http
    path, _, flag = http["requestUri"].partition("?")
    query = {flag: ""} if flag else {}
    for label in (part.strip("{}") for part in path.split("/") if part.startswith("{")):
        path = path.replace(f"{{{label}}}", value if label.endswith("Arn") else "acme")
    assert operation_of(http["method"], path, query) == operation
    assert operation_of(http["method"], path.rstrip("/"), query) == operation


@pytest.mark.behaviour("unknown-operation")
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("PATCH", "/backup/plans/"), ("GET", "/backup/plans/x/y")])
def test_what_no_operation_has_is_unknown(service: BackupService, method: str, path: str) -> None:
    assert operation_of(method, path) is None
    answer = service.handle(HttpRequest(ACCOUNT, REGION, "root", method, path))
    assert answer.status == 404
    assert answer.headers["x-amzn-ErrorType"].startswith("UnknownOperationException:")
    assert service.journal[0].operation == "Unknown"


@pytest.mark.behaviour("wire-null-is-absent")
def test_a_required_member_may_be_missing_only_on_the_wire(backup: Any, vault: str) -> None:
    rules = [{"RuleName": "nightly", "TargetBackupVaultName": vault, "CopyActions": [{}]}]
    with pytest.raises(Exception, match="DestinationBackupVaultArn"):
        backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": rules})
    assert code_of(backup.put_backup_vault_access_policy, BackupVaultName=vault) == "MissingParameterValueException"
