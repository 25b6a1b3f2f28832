"""Whatever is asked, the answer is one that AWS could give: a success in the model, or an error that is declared.

Requests are drawn from the model's shapes, in and out of its bounds, half of them about what is really there.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps_local.backup.http import HttpRequest
from backup_apps_local.backup.model import operation_model
from backup_apps_local.backup.operations import OPERATIONS

from .answers import breaches
from .conftest import ACCOUNT, BEGINNING, DATABASE, OTHER_REGION, REGION, ROLE, TABLE, Story, new_story, rule, vault_arn
from .test_restore_testing import selection, set_up_test

SERIALIZER = create_serializer("rest-json", include_validation=False)
ABROAD = vault_arn("copies", region=OTHER_REGION)
CONTINUOUS = rule("pitr", "cron(0 12 * * ? *)", EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 5})
WORDS = ("", "x", "two words", "a" * 51, "é", "true", "*", "S3", "EC2", "Etc/UTC", "arn:aws:x", "aws:x", ROLE, TABLE)
NUMBERS = (-1, 0, 1, 2, 3, 30, 35, 36, 60, 90, 168, 1000, 36_500, 10**9, 10**15)
MOMENTS = (datetime(1970, 1, 1, tzinfo=UTC), BEGINNING, BEGINNING + timedelta(days=2), BEGINNING + timedelta(days=900))


@cache
def eventful() -> tuple[str, dict[str, list[Any]]]:
    """A story that has one of everything, saved; and the values that mean something in it, by the member's name."""
    story = new_story()
    backup = story.client()
    story.client(region=OTHER_REGION).create_backup_vault(BackupVaultName="copies")
    set_up_test(story)
    plan_id = story.plan(CONTINUOUS, selection={"Resources": [DATABASE]})
    story.advance(days=3, hours=9, minutes=30)
    hold = backup.create_legal_hold(Title="t", Description="d")["LegalHoldId"]
    points = {"CONTINUOUS" if point["Status"] == "AVAILABLE" else "SNAPSHOT": point for point in story.points()}
    arns = [point["RecoveryPointArn"] for point in points.values()]
    asked = {"SourceBackupVaultName": "acme", "DestinationBackupVaultArn": ABROAD, "IamRoleArn": ROLE}
    copy = backup.start_copy_job(RecoveryPointArn=points["SNAPSHOT"]["RecoveryPointArn"], **asked)["CopyJobId"]
    return story.service.dump(), {
        **{name: ["acme", "none"] for name in ("BackupVaultName", "SourceBackupVaultName", "TargetBackupVaultName")},
        "BackupJobId": [job["BackupJobId"] for job in backup.list_backup_jobs(MaxResults=2)["BackupJobs"]],
        "BackupPlan": [{"BackupPlanName": "new", "Rules": [rule()]}],
        "BackupPlanId": [plan_id],
        "BackupSelection": [{"SelectionName": "new", "IamRoleArn": ROLE, "Resources": ["*"]}],
        "CopyJobId": [copy],
        "DestinationBackupVaultArn": [ABROAD],
        "GlobalSettings": [{"isCrossAccountBackupEnabled": "true"}],
        "IamRoleArn": [ROLE],
        "LegalHoldId": [hold],
        "Metadata": [{"targetTableName": "new"}],
        "Policy": ['{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "backup:*"}}'],
        "RecoveryPointArn": arns,
        "ResourceArn": [TABLE, DATABASE, vault_arn(), *arns],
        "ResourceTypeOptInPreference": [{"S3": True}],
        "RestoreJobId": [job["RestoreJobId"] for job in backup.list_restore_jobs()["RestoreJobs"]],
        "RestoreTestingPlanName": ["weekly"],
        "RestoreTestingSelection": [selection(RestoreTestingSelectionName="new")],
        "RestoreTestingSelectionName": ["tables"],
        "SNSTopicArn": [f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"],
        "ScheduleExpression": ["cron(0 3 * * ? *)"],
        "SelectionId": [backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"][0]["SelectionId"]],
    }


def values(shape: Shape, name: str = "") -> st.SearchStrategy[Any]:
    meant = [fitting(shape, each) for each in eventful()[1].get(name, ())]
    return st.one_of(st.sampled_from(meant), drawn(shape)) if meant else drawn(shape)


def fitting(shape: Shape, value: Any) -> Any:
    """An update has fewer members than what it updates."""
    if not isinstance(shape, StructureShape):
        return value
    return {name: each for name, each in value.items() if name in shape.members}


def drawn(shape: Shape) -> st.SearchStrategy[Any]:
    match shape:
        case StructureShape():
            members = {name: values(member, name) for name, member in shape.members.items()}
            required = {name: members.pop(name) for name in shape.required_members}
            whole = st.fixed_dictionaries(required, optional=members)
            return st.one_of(whole, st.fixed_dictionaries({}, optional=required | members))
        case ListShape():
            return st.lists(values(shape.member), max_size=3)
        case MapShape():
            return st.dictionaries(st.sampled_from(WORDS), values(shape.value), max_size=2)
    by_type: dict[str, tuple[Any, ...]] = {"boolean": (True, False), "timestamp": MOMENTS, "string": WORDS}
    return st.sampled_from((*shape.metadata.get("enum", ()), *by_type.get(shape.type_name, NUMBERS)))


def request(operation: str, parameters: dict[str, Any]) -> HttpRequest:
    """As botocore would send it, had it not looked at it before."""
    described = operation_model(operation)
    sent = SERIALIZER.serialize_to_request(parameters, described)
    query = [(name, str(each)) for name, value in dict(sent["query_string"] or ()).items() for each in as_list(value)]
    body = sent["body"].encode() if isinstance(sent["body"], str) else sent["body"]
    root = f"arn:aws:iam::{ACCOUNT}:root"
    return HttpRequest(ACCOUNT, REGION, root, described.http["method"], sent["url_path"], query, {}, body)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def labels(operation: str) -> dict[str, st.SearchStrategy[Any]]:
    """Of a path; without them it would be another path."""
    shape = operation_model(operation).input_shape
    members = shape.members.items() if shape else ()
    in_path = {name: member for name, member in members if member.serialization.get("location") == "uri"}
    return {name: values(member, name).filter(bool) for name, member in in_path.items()}


@pytest.mark.behaviour("model-answers", "model-errors")
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@settings(max_examples=15)
@given(data=st.data())
def test_whatever_is_asked_aws_could_have_answered_so(operation: str, data: st.DataObject) -> None:
    shape = operation_model(operation).input_shape
    story = told_so_far()
    parameters = data.draw(drawn(shape)) if shape else {}
    asked = request(operation, parameters | data.draw(st.fixed_dictionaries(labels(operation))))
    assert breaches(asked, story.service.handle(asked)) == []
    story.advance(days=2)


@cache
def a_story() -> Story:
    return new_story()


def told_so_far() -> Story:
    a_story().service.load(eventful()[0])
    return a_story()
