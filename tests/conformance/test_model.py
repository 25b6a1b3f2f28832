"""Every answer against AWS's model: what it has, what it lacks, and which errors an operation may give.

All other tests here look at each answer too (`conftest.answers_in_the_model`); this one calls every operation, and
requests that nobody thought of are in test_any_request.py.
"""

import json
from typing import Any

import pytest
from botocore.model import Shape, StructureShape

from backup_apps_local.backup import model, wire
from backup_apps_local.backup.client import client
from backup_apps_local.backup.errors import ConflictException
from backup_apps_local.backup.http import HttpRequest, HttpResponse
from backup_apps_local.backup.operations import OPERATIONS
from backup_apps_local.backup.service import BackupService

from .answers import breaches, strangers
from .conftest import ACCOUNT, BEGINNING, OTHER_REGION, REGION, ROLE, TABLE, Story, key_arn, rule, vault_arn
from .test_restore_testing import PLAN, selection
from .test_restores import TO_TABLE


class Recorder:
    """Stands where the service stands, and keeps every answer."""

    def __init__(self, service: BackupService) -> None:
        self._service = service
        self.answers: list[tuple[str, HttpResponse]] = []

    def handle(self, request: HttpRequest) -> HttpResponse:
        answer = self._service.handle(request)
        assert breaches(request, answer) == []
        operation = model.operation_of(request.method, request.path, request.query)
        self.answers.append((str(operation), answer))
        return answer

    def told(self, operation: str) -> set[str]:
        """The members that successful answers had, those that say something."""
        documents = [json.loads(each.body or b"{}") for name, each in self.answers if name == operation]
        return {name for document in documents for name, value in document.items() if value not in ([], {})}


def tour(story: Story, recorder: Recorder) -> None:
    """Calls every operation, with success."""
    backup: Any = client(recorder, ACCOUNT, REGION)  # type: ignore[arg-type]
    vault = {"BackupVaultName": "acme"}
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    backup.create_backup_vault(BackupVaultName="second", EncryptionKeyArn=key_arn())
    backup.list_backup_vaults()
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=1)
    backup.describe_backup_vault(**vault)
    backup.delete_backup_vault_lock_configuration(**vault)
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "backup:*", "Resource": "*"}]})
    backup.put_backup_vault_access_policy(**vault, Policy=policy)
    backup.get_backup_vault_access_policy(**vault)
    backup.delete_backup_vault_access_policy(**vault)
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
    backup.put_backup_vault_notifications(**vault, SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_FAILED"])
    backup.get_backup_vault_notifications(**vault)
    backup.delete_backup_vault_notifications(**vault)
    backup.delete_backup_vault(BackupVaultName="second")
    backup.update_region_settings(ResourceTypeOptInPreference={"S3": True})
    backup.describe_region_settings()
    backup.get_supported_resource_types()
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    backup.describe_global_settings()
    tour_plans(story, backup)
    point = tour_points(story, backup)
    tour_tests(story, backup)
    tour_holds(story, backup)
    backup.delete_recovery_point(**vault, RecoveryPointArn=point)


def tour_plans(story: Story, backup: Any) -> None:
    copies = [{"DestinationBackupVaultArn": vault_arn("copies", region=OTHER_REGION)}]
    kept = {"Lifecycle": {"DeleteAfterDays": 9}, "EnableContinuousBackup": True}
    rules = [rule(CopyActions=copies, RecoveryPointTags={"a": "b"}, **kept)]
    plan = {
        "BackupPlanId": backup.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": rules})["BackupPlanId"]
    }
    body = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
    chosen = backup.create_backup_selection(**plan, BackupSelection=body)["SelectionId"]
    backup.update_backup_plan(**plan, BackupPlan={"BackupPlanName": "p", "Rules": rules})
    backup.get_backup_plan(**plan, MaxScheduledRunsPreview=5)
    backup.list_backup_plans()
    backup.list_backup_plan_versions(**plan)
    backup.list_backup_selections(**plan)
    backup.get_backup_selection(**plan, SelectionId=chosen)
    story.advance(days=1)
    (continuous,) = backup.list_recovery_points_by_backup_vault(BackupVaultName="acme", ByResourceType="RDS")[
        "RecoveryPoints"
    ]
    backup.disassociate_recovery_point(BackupVaultName="acme", RecoveryPointArn=continuous["RecoveryPointArn"])
    backup.delete_backup_selection(**plan, SelectionId=chosen)
    backup.delete_backup_plan(**plan)


def tour_points(story: Story, backup: Any) -> str:
    vault = {"BackupVaultName": "acme"}
    job = backup.start_backup_job(**vault, ResourceArn=TABLE, IamRoleArn=ROLE)
    stopped = backup.start_backup_job(**vault, ResourceArn=TABLE, IamRoleArn=ROLE)["BackupJobId"]
    backup.stop_backup_job(BackupJobId=stopped)
    story.advance(hours=1)
    point = str(backup.describe_backup_job(BackupJobId=job["BackupJobId"])["RecoveryPointArn"])
    known = {**vault, "RecoveryPointArn": point}
    backup.list_backup_jobs()
    backup.describe_recovery_point(**known)
    backup.update_recovery_point_lifecycle(**known, Lifecycle={"DeleteAfterDays": 50})
    backup.list_recovery_points_by_backup_vault(**vault)
    backup.list_recovery_points_by_resource(ResourceArn=TABLE)
    backup.get_recovery_point_restore_metadata(**known)
    backup.list_protected_resources()
    backup.list_protected_resources_by_backup_vault(**vault)
    backup.tag_resource(ResourceArn=point, Tags={"a": "b"})
    backup.list_tags(ResourceArn=point)
    backup.untag_resource(ResourceArn=point, TagKeyList=["a"])
    copy = backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="acme",
        DestinationBackupVaultArn=vault_arn("copies", region=OTHER_REGION),
        IamRoleArn=ROLE,
    )
    restoring = backup.start_restore_job(RecoveryPointArn=point, Metadata=TO_TABLE, IamRoleArn=ROLE)["RestoreJobId"]
    story.advance(hours=1)
    backup.describe_copy_job(CopyJobId=copy["CopyJobId"])
    backup.list_copy_jobs()
    backup.describe_restore_job(RestoreJobId=restoring)
    backup.get_restore_job_metadata(RestoreJobId=restoring)
    backup.list_restore_jobs()
    backup.list_restore_jobs_by_protected_resource(ResourceArn=TABLE)
    backup.describe_protected_resource(ResourceArn=TABLE)
    return point


def tour_tests(story: Story, backup: Any) -> None:
    plan, names = {"RestoreTestingPlanName": "weekly"}, {"RestoreTestingSelectionName": "tables"}
    backup.create_restore_testing_plan(RestoreTestingPlan=PLAN, CreatorRequestId="r")
    backup.create_restore_testing_selection(**plan, RestoreTestingSelection=selection(), CreatorRequestId="r")
    backup.update_restore_testing_plan(**plan, RestoreTestingPlan={"StartWindowHours": 2})
    backup.update_restore_testing_selection(**plan, **names, RestoreTestingSelection={"ValidationWindowHours": 168})
    story.advance(days=4)
    backup.get_restore_testing_plan(**plan)
    backup.list_restore_testing_plans()
    backup.get_restore_testing_selection(**plan, **names)
    backup.list_restore_testing_selections(**plan)
    (test,) = [job for job in backup.list_restore_jobs()["RestoreJobs"] if "CreatedBy" in job]
    backup.put_restore_validation_result(RestoreJobId=test["RestoreJobId"], ValidationStatus="SUCCESSFUL")
    known = {"BackupVaultName": "acme", "RecoveryPointArn": test["RecoveryPointArn"]}
    backup.get_restore_testing_inferred_metadata(**known)
    backup.delete_restore_testing_selection(**plan, **names)
    backup.delete_restore_testing_plan(**plan)


def tour_holds(story: Story, backup: Any) -> None:
    dates = {"FromDate": BEGINNING, "ToDate": story.now}
    chosen = {"VaultNames": ["acme"], "DateRange": dates}
    hold = {
        "LegalHoldId": backup.create_legal_hold(Title="t", Description="d", RecoveryPointSelection=chosen)[
            "LegalHoldId"
        ]
    }
    backup.get_legal_hold(**hold)
    backup.list_legal_holds()
    backup.list_recovery_points_by_legal_hold(**hold)
    backup.cancel_legal_hold(**hold, CancelDescription="over")


@pytest.mark.behaviour("model-answers")
def test_every_operation_succeeds_with_answers_that_are_in_the_model(story: Story) -> None:
    recorder = Recorder(story.service)
    tour(story, recorder)
    assert {operation for operation, answer in recorder.answers if answer.status < 300} == set(OPERATIONS)


@pytest.mark.behaviour("refuses-by-name")
def test_no_success_is_empty(story: Story) -> None:
    """Of every operation whose answer has members, the tour gets one that says something."""
    recorder = Recorder(story.service)
    tour(story, recorder)
    speaking = {name for name in OPERATIONS if has_members(model.operation_model(name).output_shape)}
    assert {name for name in OPERATIONS if recorder.told(name)} == speaking
    assert len(speaking) == 50


def has_members(shape: Shape | None) -> bool:
    return isinstance(shape, StructureShape) and bool(shape.members)


@pytest.mark.behaviour("model-answers")
def test_the_check_sees_what_is_wrong() -> None:
    shape = model.operation_model("DescribeRestoreJob").output_shape
    assert strangers(shape, {"Status": "PERHAPS", "Colour": "red"}, "x") == ["x.Colour", "x.Status is PERHAPS"]
    plan = model.operation_model("CreateRestoreTestingPlan").output_shape
    assert len(strangers(plan, {}, "x")) == 3
    rows = strangers(shape, {"CreationDate": "today", "BackupSizeInBytes": "5", "IsParent": 0, "CreatedBy": []}, "x")
    assert rows == [
        "x.CreationDate is 'today', no timestamp",
        "x.BackupSizeInBytes is '5', no long",
        "x.IsParent is 0, no boolean",
        "x.CreatedBy is [], no structure",
    ]
    assert strangers(shape, {"BackupSizeInBytes": True, "Status": 1}, "x") == [
        "x.BackupSizeInBytes is True, no long",
        "x.Status is 1, no string",
    ]


@pytest.mark.behaviour("model-errors")
@pytest.mark.parametrize(
    ("method", "path", "name", "status"),
    [
        ("GET", "/backup-jobs/", "NotImplementedException", 501),
        ("GET", "/backup-jobs/", "UnknownOperationException", 404),
        ("GET", "/backup-jobs/", "AlreadyExistsException", 400),
        ("GET", "/backup-jobs/", "AccessDeniedException", 400),
        ("GET", "/backup-jobs/", "InvalidParameterValueException", 500),
        ("GET", "/no/such/path", "ResourceNotFoundException", 400),
        ("GET", "/no/such/path", "NotImplementedException", 501),
        ("GET", "/audit/frameworks", "InvalidRequestException", 400),
    ],
)
def test_the_check_sees_refusals_that_could_not_be(method: str, path: str, name: str, status: int) -> None:
    asked = HttpRequest(ACCOUNT, REGION, "root", method, path)
    answer = HttpResponse(status, {"x-amzn-ErrorType": f"{name}:"}, b'{"Message": "no"}')
    assert breaches(asked, answer) == [f"{name} is not declared with {status}"]


@pytest.mark.behaviour("model-errors")
def test_an_error_that_the_operation_does_not_declare_is_a_defect(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misbehave(site: object, parameters: object) -> None:
        raise ConflictException("no")

    monkeypatch.setitem(OPERATIONS, "ListBackupJobs", misbehave)
    with pytest.raises(wire.ModelViolationError, match="does not declare ConflictException"):
        story.client().list_backup_jobs()
