"""Selections. https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"""

from collections.abc import Callable
from typing import Any

import pytest

from backup_apps_local.backup.client import client
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.service import BackupService

from .conftest import ACCOUNT, OTHER_ACCOUNT, REGION, ROLE, Clock, code_of, plan, refused, selection

TAG = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
CONDITION = {"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}
NO_CONDITIONS: dict[str, list[Any]] = {
    "StringEquals": [],
    "StringNotEquals": [],
    "StringLike": [],
    "StringNotLike": [],
}


def create(backup: Any, plan_id: str, **members: Any) -> str:
    made = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection(**members))
    return str(made["SelectionId"])


@pytest.mark.behaviour("selection-reads-back", "selection-empty-conditions")
def test_a_selection_reads_back_with_what_was_left_out_empty(backup: Any, plan_id: str, clock: Clock) -> None:
    selection_id = create(backup, plan_id, Conditions={"StringEquals": [CONDITION]})
    seen = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=selection_id)
    assert seen["BackupSelection"] == selection(
        NotResources=[], ListOfTags=[], Conditions=NO_CONDITIONS | {"StringEquals": [CONDITION]}
    )
    assert (seen["BackupPlanId"], seen["CreationDate"]) == (plan_id, clock.now)


@pytest.mark.behaviour("selection-reads-back")
def test_resources_that_were_left_out_come_back_empty_too(backup: Any, plan_id: str) -> None:
    asked = {"SelectionName": "tagged", "IamRoleArn": ROLE, "ListOfTags": [TAG]}
    made = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=asked)
    seen = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])["BackupSelection"]
    assert seen == {**asked, "Resources": [], "NotResources": [], "Conditions": NO_CONDITIONS}


@pytest.mark.behaviour("selections-listed")
def test_selections_are_listed_in_order_of_creation(backup: Any, plan_id: str) -> None:
    for name in ("zeta", "alpha"):
        create(backup, plan_id, SelectionName=name)
    listed = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    assert [(each["SelectionName"], each["IamRoleArn"]) for each in listed] == [("zeta", ROLE), ("alpha", ROLE)]


@pytest.mark.behaviour("selection-retry")
def test_a_retry_with_the_same_request_id_answers_with_the_selection(backup: Any, plan_id: str) -> None:
    request = {"BackupPlanId": plan_id, "BackupSelection": selection(), "CreatorRequestId": "one"}
    first, again = (backup.create_backup_selection(**request) for _ in range(2))
    assert first["SelectionId"] == again["SelectionId"]
    assert len(backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]) == 1


@pytest.mark.behaviour("selection-request-id-pattern")
def test_a_request_id_outside_its_alphabet_is_refused(backup: Any, plan_id: str) -> None:
    request = {"BackupPlanId": plan_id, "BackupSelection": selection(), "CreatorRequestId": "with space"}
    assert code_of(backup.create_backup_selection, **request) == "InvalidParameterValueException"


@pytest.mark.behaviour("selection-name-once")
def test_a_name_is_used_once_in_a_plan(backup: Any, plan_id: str) -> None:
    create(backup, plan_id)
    again = {"BackupPlanId": plan_id, "BackupSelection": selection(Resources=["arn:aws:s3:::acme"])}
    assert code_of(backup.create_backup_selection, **again) == "AlreadyExistsException"


@pytest.mark.behaviour("selection-deleted")
def test_a_deleted_selection_is_gone(backup: Any, plan_id: str) -> None:
    """The codes are those that Terraform's provider waits for, internal/service/backup/selection.go."""
    gone = {"BackupPlanId": plan_id, "SelectionId": create(backup, plan_id)}
    backup.delete_backup_selection(**gone)
    assert code_of(backup.get_backup_selection, **gone) == "ResourceNotFoundException"
    assert code_of(backup.delete_backup_selection, **gone) == "InvalidParameterValueException"
    create(backup, plan_id)


@pytest.mark.behaviour("selection-of-unknown-plan")
def test_an_unknown_plan_is_an_invalid_parameter(backup: Any) -> None:
    calls: list[Callable[[], dict[str, Any]]] = [
        lambda: refused(backup.create_backup_selection, BackupPlanId="x", BackupSelection=selection()),
        lambda: refused(backup.get_backup_selection, BackupPlanId="x", SelectionId="y"),
        lambda: refused(backup.list_backup_selections, BackupPlanId="x"),
        lambda: refused(backup.delete_backup_selection, BackupPlanId="x", SelectionId="y"),
    ]
    errors = [call()["Error"] for call in calls]
    expected = {"Code": "InvalidParameterValueException", "Message": "Cannot find Backup plan with ID x"}
    assert errors == [expected] * 4


ACCEPTED: dict[str, dict[str, Any]] = {
    "tags only": {"Resources": [], "ListOfTags": [TAG]},
    "tags and resources": {"ListOfTags": [TAG]},
    "a bucket by prefix": {"Resources": ["arn:aws:s3:::acme-*"]},
    "all volumes": {"Resources": ["arn:aws:ec2:*:*:volume/*"]},
    "one table": {"Resources": [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"]},
    "all but": {"NotResources": ["arn:aws:rds:*:*:db:*"]},
    "500 plain ARNs": {"Resources": [f"arn:aws:s3:::bucket{number}" for number in range(500)]},
    "30 wildcards": {"Resources": [f"arn:aws:s3:::bucket{number}*" for number in range(30)]},
    "30 conditions": {"Conditions": {"StringLike": [CONDITION] * 30}},
    "a role with a path": {"IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackup"},
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"Resources": []}, "InvalidParameterValueException"),
    "conditions only": (
        {"Resources": [], "Conditions": {"StringEquals": [CONDITION]}},
        "InvalidParameterValueException",
    ),
    "exclusion only": ({"Resources": [], "NotResources": ["*"]}, "InvalidParameterValueException"),
    "a wildcard within": ({"Resources": ["arn:aws:s3:::*-logs"]}, "InvalidParameterValueException"),
    "a wildcard within the region": ({"Resources": ["arn:aws:ec2:eu-*:*:volume/*"]}, "InvalidParameterValueException"),
    "no ARN": ({"NotResources": ["acme"]}, "InvalidParameterValueException"),
    "501 plain ARNs": (
        {"Resources": [f"arn:aws:s3:::bucket{number}" for number in range(501)]},
        "InvalidParameterValueException",
    ),
    "31 with a wildcard": (
        {"Resources": ["arn:aws:s3:::any*", *[f"arn:aws:s3:::bucket{number}" for number in range(30)]]},
        "InvalidParameterValueException",
    ),
    "31 conditions": (
        {"Conditions": {"StringLike": [CONDITION] * 30}, "ListOfTags": [TAG]},
        "InvalidParameterValueException",
    ),
    "a bare key in a condition": (
        {"Conditions": {"StringEquals": [{"ConditionKey": "backup", "ConditionValue": "daily"}]}},
        "InvalidParameterValueException",
    ),
    "half a condition": (
        {"Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup"}]}},
        "MissingParameterValueException",
    ),
    "another operator on tags": (
        {"ListOfTags": [TAG | {"ConditionType": "STRINGLIKE"}]},
        "InvalidParameterValueException",
    ),
    "a name with a space": ({"SelectionName": "all of it"}, "InvalidParameterValueException"),
    "a long name": ({"SelectionName": "a" * 51}, "InvalidParameterValueException"),
    "no role": ({"IamRoleArn": "acme-backup"}, "InvalidParameterValueException"),
    "a role of another account": (
        {"IamRoleArn": f"arn:aws:iam::{OTHER_ACCOUNT}:role/acme-backup"},
        "InvalidParameterValueException",
    ),
}


CITED_BY_ACCEPTED = {
    "a bucket by prefix": "selection-arn-wildcards",
    "all volumes": "selection-arn-wildcards",
    "all but": "selection-arn-wildcards",
    "one table": "selection-arn-wildcards",
    "500 plain ARNs": "selection-arn-counts",
    "30 wildcards": "selection-arn-counts",
    "tags only": "selection-tags-only",
    "tags and resources": "selection-tags-only",
    "a role with a path": "role-is-assumable",
    "30 conditions": "quota-conditions",
}
"""The behaviours of the catalogue that each case is of."""


@pytest.mark.behaviour(cases=CITED_BY_ACCEPTED)
@pytest.mark.parametrize("members", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(backup: Any, plan_id: str, members: dict[str, Any]) -> None:
    selection_id = create(backup, plan_id, **members)
    seen = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=selection_id)["BackupSelection"]
    assert {name: seen[name] for name in members if name != "Conditions"} == {
        name: value for name, value in members.items() if name != "Conditions"
    }


CITED_BY_REFUSED = {
    "a name with a space": "selection-name-pattern",
    "a long name": "selection-name-pattern",
    "a wildcard within": "selection-arn-wildcards",
    "a wildcard within the region": "selection-arn-wildcards",
    "no ARN": "selection-arn-wildcards",
    "501 plain ARNs": "selection-arn-counts",
    "31 with a wildcard": "selection-arn-counts",
    "another operator on tags": "selection-tags-only",
    "nothing": "selection-empty-is-refused",
    "conditions only": "selection-empty-is-refused",
    "exclusion only": "selection-empty-is-refused",
    "a bare key in a condition": "selection-condition-keys",
    "half a condition": "selection-condition-keys",
    "no role": "role-is-assumable",
    "a role of another account": "role-is-assumable",
    "31 conditions": "quota-conditions",
}
"""The behaviours of the catalogue that each case is of."""


@pytest.mark.behaviour(cases=CITED_BY_REFUSED)
@pytest.mark.parametrize(("members", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(backup: Any, plan_id: str, members: dict[str, Any], code: str) -> None:
    request = {"BackupPlanId": plan_id, "BackupSelection": selection(**members)}
    assert code_of(backup.create_backup_selection, **request) == code
    assert backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"] == []


@pytest.mark.behaviour("selection-empty-is-refused")
def test_an_empty_selection_is_refused_in_the_words_of_aws(backup: Any, plan_id: str) -> None:
    answer = refused(
        backup.create_backup_selection, BackupPlanId=plan_id, BackupSelection=selection(Resources=[], ListOfTags=[])
    )
    assert answer["Error"]["Message"] == (
        "Invalid backup selection. Either 'ListOfTags' or 'Resources' section must be non-empty."
    )


@pytest.mark.behaviour("role-is-assumable", "role-words")
def test_a_role_that_aws_backup_cannot_assume_is_refused(service: BackupService, backup: Any, plan_id: str) -> None:
    """In AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/9297"""
    service.role_is_assumable = lambda arn: arn.endswith("role/trusting")
    answer = refused(backup.create_backup_selection, BackupPlanId=plan_id, BackupSelection=selection())
    assert answer["Error"]["Message"] == f"IAM Role {ROLE} cannot be assumed by AWS Backup"
    create(backup, plan_id, IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/trusting")


@pytest.mark.behaviour("quota-selections")
def test_the_quota_of_selections_holds(clock: Clock) -> None:
    backup = client(BackupService(clock, Quotas(selections_per_plan=1)), ACCOUNT, REGION)
    backup.create_backup_vault(BackupVaultName="acme")
    plan_id = backup.create_backup_plan(BackupPlan=plan())["BackupPlanId"]
    create(backup, plan_id)
    second = {"BackupPlanId": plan_id, "BackupSelection": selection(SelectionName="second")}
    assert code_of(backup.create_backup_selection, **second) == "LimitExceededException"
