"""Whatever is asked, the answer is one that AWS could give: a success in the model, or an error that is declared.

Requests are drawn from the model's shapes, in and out of its bounds, half of them about what is really there. Each
operation is asked besides for what makes sense in the story, and succeeds: refusals alone would show little.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from itertools import product
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.serialize import create_serializer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backup_apps_local.backup.http import HttpRequest
from backup_apps_local.backup.model import operation_model
from backup_apps_local.backup.operations import OPERATIONS

from .answers import breaches
from .conftest import ACCOUNT, BEGINNING, DATABASE, OTHER_REGION, REGION, ROLE, TABLE, Story, new_story, rule, vault_arn
from .test_restore_testing import PLAN, selection, set_up_test

SERIALIZER = create_serializer("rest-json", include_validation=False)
ABROAD = vault_arn("copies", region=OTHER_REGION)
CONTINUOUS = rule("pitr", "cron(0 12 * * ? *)", EnableContinuousBackup=True, Lifecycle={"DeleteAfterDays": 5})
WORDS = ("", "x", "two words", "a" * 51, "é", "true", "*", "S3", "EC2", "Etc/UTC", "arn:aws:x", "aws:x", ROLE, TABLE)
NUMBERS = (-1, 0, 1, 2, 3, 30, 35, 36, 60, 90, 168, 1000, 36_500, 10**9, 10**15)
DENIAL = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "backup:*"}}'
TOPIC = {"SNSTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic", "BackupVaultEvents": ["BACKUP_JOB_FAILED"]}
EMPTY = {"BackupVaultName": "empty"}
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
    unused = set_up_what_is_not_used(backup)
    hold = backup.create_legal_hold(Title="t", Description="d")["LegalHoldId"]
    points = {"CONTINUOUS" if point["Status"] == "AVAILABLE" else "SNAPSHOT": point for point in story.points()}
    arns = [point["RecoveryPointArn"] for point in points.values()]
    asked = {"SourceBackupVaultName": "acme", "DestinationBackupVaultArn": ABROAD, "IamRoleArn": ROLE}
    copy = backup.start_copy_job(RecoveryPointArn=points["SNAPSHOT"]["RecoveryPointArn"], **asked)["CopyJobId"]
    backup.start_backup_job(BackupVaultName="acme", IamRoleArn=ROLE, ResourceArn=TABLE)
    return story.service.dump(), MEANT | {
        "BackupJobId": [job["BackupJobId"] for job in backup.list_backup_jobs(MaxResults=2)["BackupJobs"]],
        "BackupPlanId": [plan_id, unused],
        "CopyJobId": [copy],
        "LegalHoldId": [hold],
        "RecoveryPointArn": arns,
        "ResourceArn": [TABLE, DATABASE, vault_arn(), *arns],
        "RestoreJobId": [job["RestoreJobId"] for job in backup.list_restore_jobs()["RestoreJobs"]],
        "SelectionId": [backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"][0]["SelectionId"]],
    }


def set_up_what_is_not_used(backup: Any) -> str:
    """A vault, a restore testing plan and a backup plan that may be deleted; returns the id of the last."""
    backup.create_backup_vault(**EMPTY)
    backup.put_backup_vault_access_policy(**EMPTY, Policy=DENIAL)
    backup.put_backup_vault_notifications(**EMPTY, **TOPIC)
    backup.create_restore_testing_plan(RestoreTestingPlan={**PLAN, "RestoreTestingPlanName": "unused"})
    return str(backup.create_backup_plan(BackupPlan={"BackupPlanName": "unused", "Rules": [rule()]})["BackupPlanId"])


VAULTS = ["acme", "empty", "none"]
MEANT: dict[str, list[Any]] = {
    "BackupPlan": [{"BackupPlanName": "new", "Rules": [rule()]}],
    "BackupSelection": [{"SelectionName": "new", "IamRoleArn": ROLE, "Resources": ["*"]}],
    "BackupVaultEvents": [TOPIC["BackupVaultEvents"]],
    "BackupVaultName": VAULTS,
    "CancelDescription": ["over"],
    "Description": ["d"],
    "DestinationBackupVaultArn": [ABROAD],
    "GlobalSettings": [{"isCrossAccountBackupEnabled": "true"}],
    "IamRoleArn": [ROLE],
    "Metadata": [{"targetTableName": "new"}],
    "Policy": [DENIAL],
    "ResourceTypeOptInPreference": [{"S3": True}],
    "RestoreTestingPlan": [{**PLAN, "RestoreTestingPlanName": "new"}],
    "RestoreTestingPlanName": ["weekly", "unused"],
    "RestoreTestingSelection": [selection(RestoreTestingSelectionName="new")],
    "RestoreTestingSelectionName": ["tables"],
    "SNSTopicArn": [TOPIC["SNSTopicArn"]],
    "ScheduleExpression": ["cron(0 3 * * ? *)"],
    "SourceBackupVaultName": VAULTS,
    "TagKeyList": [["a"]],
    "Tags": [{"a": "b"}],
    "TargetBackupVaultName": VAULTS,
    "Title": ["t"],
    "ValidationStatus": ["SUCCESSFUL"],
}
"""Whatever else happens in the story."""


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


def asked_for(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    shape = operation_model(operation).input_shape
    parameters = drawn(shape) if shape else st.just({})
    return st.builds(lambda some, in_path: some | in_path, parameters, st.fixed_dictionaries(labels(operation)))


def sensible(operation: str) -> Iterator[dict[str, Any]]:
    """What must be said, with each value that means something; and all that can be said so."""
    shape = operation_model(operation).input_shape
    members, known = shape.members if shape else {}, eventful()[1]
    for names in (shape.required_members if shape else [], [name for name in members if name in known]):
        choices = [[fitting(members[name], value) for value in known[name]] for name in names]
        yield from (dict(zip(names, chosen, strict=True)) for chosen in product(*choices))


@pytest.mark.behaviour("model-answers", "model-errors")
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_whatever_is_asked_aws_could_have_answered_so(operation: str) -> None:
    statuses = []

    @settings(max_examples=15)
    @given(parameters=asked_for(operation))
    def ask(parameters: dict[str, Any]) -> None:
        story, asked = told_so_far(), request(operation, parameters)
        answer = story.service.handle(asked)
        assert breaches(asked, answer) == []
        statuses.append(answer.status)
        story.advance(days=2)

    reduce(lambda test, parameters: example(parameters)(test), sensible(operation), ask)()
    assert min(statuses) < 300, f"{operation} was never answered with success"


@cache
def a_story() -> Story:
    return new_story()


def told_so_far() -> Story:
    a_story().service.load(eventful()[0])
    return a_story()
