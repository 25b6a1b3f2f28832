"""AWS Backup calls are authorised on what they really touch."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .in_process import HUB, MEMBER, LocalAws, allow

VAULTS = f"arn:aws:backup:eu-west-1:{MEMBER}:backup-vault:acme-*"
PLANS = f"arn:aws:backup:eu-west-1:{MEMBER}:backup-plan:*"
MOUNT = allow("backup-storage:MountCapsule", "*")
HUB_ROOT = {"AWS": f"arn:aws:iam::{HUB}:root"}


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def session(aws: LocalAws, *statements: dict[str, Any]) -> Any:
    return aws.session("backup", aws.role(MEMBER, "sync", HUB_ROOT, *statements))


def a_plan(aws: LocalAws, **tags: str) -> str:
    rule = {"RuleName": "daily", "TargetBackupVaultName": "acme", "Lifecycle": {"DeleteAfterDays": 35}}
    root = aws.client("backup", MEMBER)
    root.create_backup_vault(BackupVaultName="acme")
    made = root.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": [rule]}, BackupPlanTags=tags)
    return str(made["BackupPlanId"])


def test_a_statement_scoped_to_the_vault_allows_it_and_no_other(aws: LocalAws) -> None:
    backup = session(aws, allow("backup:CreateBackupVault", VAULTS), MOUNT)
    backup.create_backup_vault(BackupVaultName="acme-one")
    assert code(backup.create_backup_vault, BackupVaultName="other") == "AccessDeniedException"
    assert list(aws.backup.world.region(MEMBER, "eu-west-1").vaults) == ["acme-one"]


def test_a_refused_call_is_in_the_record_of_calls_and_of_decisions(aws: LocalAws) -> None:
    backup = session(aws, MOUNT)
    assert code(backup.create_backup_vault, BackupVaultName="other") == "AccessDeniedException"
    assert [(call.operation, call.error_code) for call in aws.backup.journal] == [
        ("CreateBackupVault", "AccessDeniedException")
    ]
    decision = aws.decisions.since(0)[-1]
    assert (decision.role, decision.action, decision.allowed) == ("sync", "backup:CreateBackupVault", False)
    assert decision.resource == f"arn:aws:backup:eu-west-1:{MEMBER}:backup-vault:other"


def test_every_permission_of_a_call_is_needed(aws: LocalAws) -> None:
    backup = session(aws, allow("backup:CreateBackupVault", VAULTS))
    assert code(backup.create_backup_vault, BackupVaultName="acme-one") == "AccessDeniedException"
    assert aws.decisions.since(0)[-1].action == "backup-storage:MountCapsule"


def test_tags_of_the_resource_decide(aws: LocalAws) -> None:
    plan = a_plan(aws, **{"backup-apps:bundle": "acme"})
    tagged = {"StringEquals": {"aws:ResourceTag/backup-apps:bundle": "acme"}}
    other = {"StringEquals": {"aws:ResourceTag/backup-apps:bundle": "other"}}
    aws.role(MEMBER, "theirs", HUB_ROOT, allow("backup:DeleteBackupPlan", PLANS, Condition=other))
    theirs = aws.session("backup", f"arn:aws:iam::{MEMBER}:role/theirs")
    ours = session(aws, allow("backup:DeleteBackupPlan", PLANS, Condition=tagged))
    assert code(theirs.delete_backup_plan, BackupPlanId=plan) == "AccessDeniedException"
    ours.delete_backup_plan(BackupPlanId=plan)


@pytest.mark.parametrize("passable", [True, False])
def test_a_selection_needs_the_role_to_be_passable(aws: LocalAws, passable: bool) -> None:
    plan = a_plan(aws)
    role = aws.role(MEMBER, "acme-backup", {"Service": "backup.amazonaws.com"})
    to_backup = {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}
    passing = allow("iam:PassRole", role if passable else f"{role}-other", Condition=to_backup)
    backup = session(aws, allow("backup:CreateBackupSelection", PLANS), passing)
    selection = {"SelectionName": "s", "IamRoleArn": role, "Resources": ["*"]}
    if passable:
        assert backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)["SelectionId"]
    else:
        denied = code(backup.create_backup_selection, BackupPlanId=plan, BackupSelection=selection)
        assert denied == "AccessDeniedException"


def test_root_is_allowed_and_not_recorded(aws: LocalAws) -> None:
    aws.client("backup", MEMBER).create_backup_vault(BackupVaultName="any")
    assert aws.decisions.since(0) == ()
    assert [call.principal for call in aws.backup.journal] == [f"arn:aws:iam::{MEMBER}:root"]


def test_a_key_that_nobody_has_reaches_nothing(aws: LocalAws) -> None:
    stranger = aws.as_keys("backup", {"aws_access_key_id": "AKIANOBODY", "aws_secret_access_key": "x"})
    assert code(stranger.list_backup_vaults) == "UnrecognizedClientException"
    assert len(aws.backup.journal) == 0


def test_other_services_are_recorded_too(aws: LocalAws) -> None:
    role = aws.role(MEMBER, "reader", HUB_ROOT, allow("dynamodb:ListTables", "*"))
    aws.session("dynamodb", role).list_tables()
    assert code(aws.session("sqs", role).list_queues) == "AccessDenied"
    decided = [(decision.action, decision.allowed) for decision in aws.decisions.since(0)]
    assert decided == [("dynamodb:ListTables", True), ("sqs:ListQueues", False)]


def test_an_arn_in_a_path_arrives_whole(aws: LocalAws) -> None:
    backup = aws.client("backup", MEMBER)
    arn = backup.create_backup_vault(BackupVaultName="vault", BackupVaultTags={"a": "b"})["BackupVaultArn"]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"a": "b"}


def test_the_tagging_api_reads_our_vaults_and_plans(aws: LocalAws) -> None:
    plan = a_plan(aws, **{"backup-apps:bundle": "acme"})
    filters = [{"Key": "backup-apps:bundle"}]
    tagging = aws.client("resourcegroupstaggingapi", MEMBER)
    found = tagging.get_resources(ResourceTypeFilters=["backup:backup-plan"], TagFilters=filters)
    arns = [mapping["ResourceARN"] for mapping in found["ResourceTagMappingList"]]
    assert arns == [f"arn:aws:backup:eu-west-1:{MEMBER}:backup-plan:{plan}"]
    elsewhere = aws.client("resourcegroupstaggingapi", MEMBER, "us-east-1").get_resources(TagFilters=filters)
    assert elsewhere["ResourceTagMappingList"] == []


def test_a_role_is_assumable_where_its_trust_policy_names_aws_backup(aws: LocalAws) -> None:
    own = {"StringEquals": {"aws:SourceAccount": MEMBER}}
    service = {"Service": "backup.amazonaws.com"}
    aws.role(MEMBER, "trusting", allow("sts:AssumeRole", Principal=service, Condition=own))
    aws.role(MEMBER, "distrusting", HUB_ROOT)
    is_assumable = aws.backup.role_is_assumable
    assert is_assumable is not None
    assert is_assumable(f"arn:aws:iam::{MEMBER}:role/trusting")
    assert not is_assumable(f"arn:aws:iam::{MEMBER}:role/distrusting")
    assert not is_assumable(f"arn:aws:iam::{HUB}:role/trusting")
    assert not is_assumable("no ARN")
