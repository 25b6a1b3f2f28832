"""Least privilege, as far as it can be read off the templates; that nothing is missing is proved by running them."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.sessions import SyncSession
from tests.template.documents import Statement, hub, listed, member, resources, statement_of, statements

TEMPLATES = {"hub": hub(), "member": member()}

# The only statements without a named resource, and why AWS lets none be named. Tables of actions and resources:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html (backup),
# …/list_awsbackupstorage.html, …/list_amazonresourcegrouptaggingapi.html, …/list_awsorganizations.html
# …/list_awsstepfunctions.html
UNNAMED = {
    "backup:ListBackupJobs": "lists all jobs of a region",
    "backup:ListBackupPlans": "lists all plans of a region",
    "backup:ListBackupVaults": "lists all vaults of a region",
    "backup:ListCopyJobs": "lists all jobs of a region",
    "backup:ListRecoveryPointsByResource": "searches all vaults of a region",
    "backup:ListRestoreTestingPlans": "lists all plans of a region",
    "backup:DescribeRegionSettings": "settings of the whole region",
    "backup:UpdateRegionSettings": "settings of the whole region",
    "tag:GetResources": "searches all resources of a region",
    "backup:DescribeBackupJob": "a backup job has no ARN",
    "backup:DescribeCopyJob": "a copy job has no ARN",
    "backup:DescribeRestoreJob": "a restore job has no ARN",
    "backup:GetRestoreJobMetadata": "a restore job has no ARN",
    "backup:PutRestoreValidationResult": "a restore job has no ARN",
    "dynamodb:ListTables": "lists all tables of a region",
    "s3:ListAllMyBuckets": "lists all buckets of an account",
    "ec2:DescribeInstanceStatus": "lists instances of a region",
    "ec2:DescribeInstances": "lists instances of a region",
    "ec2:DescribeVolumes": "lists volumes of a region",
    "backup-storage:MountCapsule": "storage behind a vault has no ARN",
    "organizations:ListAccounts": "lists all accounts of the organization",
    "organizations:ListRoots": "lists the root of the organization",
    "states:SendTaskFailure": "the task's token says which",
    "states:SendTaskSuccess": "the task's token says which",
}

# What may be written in a member account only on what carries a bundle's tag, or gives it at creation.
TAG = "backup-apps:bundle"
WRITES_WITHOUT_TAG = {
    "backup:UpdateRegionSettings": "settings of a region carry no tags",
    "backup:StartRestoreJob": "leaves the recovery point as it is, which carries the tags of its resource",
    "backup:StartCopyJob": "as StartRestoreJob; the vault that it goes into says who may",
    "backup:PutRestoreValidationResult": "a restore job carries no tags",
}
READ_VERBS = ("Get", "List", "Describe")


def wildcard_actions(found: Iterable[Statement]) -> list[str]:
    return [f"{one.role}/{one.sid}: {action}" for one in found for action in one.actions if "*" in action]


def unnamed_resources(found: Iterable[Statement]) -> list[str]:
    unnamed = [one for one in found if "*" in one.resources]
    return [f"{one.role}/{one.sid}: {action}" for one in unnamed for action in one.actions if action not in UNNAMED]


def untagged_writes(found: Iterable[Statement]) -> list[str]:
    """Writes of AWS Backup that no condition on the bundle's tag holds back."""
    return [
        f"{one.role}/{one.sid}: {action}"
        for one in found
        for action in one.actions
        if action.startswith("backup:") and not action.removeprefix("backup:").startswith(READ_VERBS)
        if action not in WRITES_WITHOUT_TAG and not holds_tag(one.condition)
    ]


def holds_tag(condition: dict[str, Any]) -> bool:
    """Whether the condition asks for the tag with any value; an operator that also holds without the key doesn't."""
    asked = condition.get("StringLike", {})
    return any(asked.get(f"aws:{whose}/{TAG}") == "?*" for whose in ("ResourceTag", "RequestTag"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_statement_has_a_wildcard_action(template: str) -> None:
    assert wildcard_actions(statements(TEMPLATES[template])) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_resources_are_named_where_aws_lets_them_be(template: str) -> None:
    assert unnamed_resources(statements(TEMPLATES[template])) == []


def test_no_reason_is_left_over() -> None:
    used = {
        action
        for template in TEMPLATES.values()
        for one in statements(template)
        if "*" in one.resources
        for action in one.actions
    }
    assert used == set(UNNAMED)


def test_members_change_only_what_carries_a_bundles_tag() -> None:
    assert untagged_writes(statements(member())) == []


def test_roles_are_handed_to_aws_backup_alone() -> None:
    passing = [one for one in statements(member()) if "iam:PassRole" in one.actions]
    assert {one.role for one in passing} == {"SyncRole", "VerifyRole"}
    for one in passing:
        assert one.actions == ("iam:PassRole",)
        testing = ["restore-testing.backup.amazonaws.com"] if one.role == "SyncRole" else []
        services = ["backup.amazonaws.com", *testing] if testing else "backup.amazonaws.com"
        assert one.condition == {"StringEquals": {"iam:PassedToService": services}}


ENTERED = {
    "PlanTargetRole": {"plan"},
    "DiffTargetRole": {"plan"},
    "LookAtResourceRole": {"plan"},
    "DetectDriftRole": {"plan"},
    "SweepTargetRole": {"plan"},
    "SyncTargetRole": {"sync"},
    "HealTargetRole": {"sync", "plan"},
    "ChoosePointsRole": {"verify", "inspect"},
    "RestorePointRole": {"verify"},
    "HearRestoreRole": {"verify"},
    "CheckRestoreRole": {"verify", "inspect"},
    "CleanUpRestoreRole": {"verify"},
    "RecordVerificationRole": {"verify", "plan"},
    "StartVerificationsRole": {"plan"},
    "TellFindingsRole": {"plan"},
    "TakeManifestRole": {"inspect"},
    "HuntLeftoversRole": {"verify"},
}
"""Which functions of the hub enter members, through which of their roles."""


def test_the_hub_enters_members_only_through_their_four_roles() -> None:
    entering: dict[str, set[str]] = {}
    for one in statements(hub()):
        if "sts:AssumeRole" in one.actions:
            named = re.findall(r"role/backup-apps-([a-z]+)", json.dumps(one.resources))
            entering.setdefault(one.role, set()).update(named)
    assert entering == ENTERED


def test_what_rehearsals_restore_is_all_that_their_role_reads_or_deletes() -> None:
    """And they write no data at all. What is left behind is found in lists that hold no data."""
    lists = {"rds:DescribeDBInstances": ":db:*", "rds:DescribeDBClusters": ":cluster:*"}
    for one in statements(member()):
        of_all = [
            action for action in one.actions if all(lists.get(action, "?") in str(each) for each in one.resources)
        ]
        named = [action for action in one.actions if action not in UNNAMED and action not in of_all]
        if one.role == "VerifyRole" and any(action.startswith(("s3:", "dynamodb:", "rds:")) for action in named):
            assert all("backup-apps-verify-" in json.dumps(resource) for resource in one.resources), one
            assert not any("Put" in action or "Update" in action or "Create" in action for action in one.actions), one


def test_the_inspecting_role_of_members_writes_nothing() -> None:
    actions = [
        action.partition(":")[2] for one in statements(member()) if one.role == "InspectRole" for action in one.actions
    ]
    assert [one for one in actions if not one.startswith((*READ_VERBS, "Scan", "Decrypt"))] == []


@pytest.mark.parametrize(
    ("role", "trusted"),
    [
        (
            "PlanRole",
            {
                "plan-target",
                "diff-target",
                "look-at-resource",
                "detect-drift",
                "sweep-target",
                "tell-findings",
                "heal-target",
                "start-verifications",
                "record-verification",
            },
        ),
        ("SyncRole", {"sync-target", "heal-target"}),
        (
            "VerifyRole",
            {
                "choose-points",
                "restore-point",
                "hear-restore",
                "check-restore",
                "clean-up-restore",
                "record-verification",
                "hunt-leftovers",
            },
        ),
        ("InspectRole", {"choose-points", "check-restore", "take-manifest"}),
    ],
)
def test_members_trust_only_the_hubs_functions_that_know_the_external_id(role: str, trusted: set[str]) -> None:
    first, *others = resources(member(), "AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
    for statement in (first, *others):
        principals = {principal["Fn::Sub"] for principal in listed(statement["Principal"]["AWS"])}
        assert principals == {f"arn:aws:iam::${{HubAccount}}:role/${{HubName}}-{name}" for name in trusted}
    assert first["Action"] == "sts:AssumeRole"
    assert first["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert "sts:AssumeRole" not in [action for one in others for action in listed(one["Action"])]


def test_a_session_that_writes_may_be_tagged_with_what_we_tag_it_and_no_more() -> None:
    _, marks = resources(member(), "AWS::IAM::Role")["SyncRole"]["AssumeRolePolicyDocument"]["Statement"]
    keys = SyncSession(Version("acme", "v1"), "somebody").tags
    assert marks["Action"] == ["sts:SetSourceIdentity", "sts:TagSession"]
    assert set(marks["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]) == set(keys)


@pytest.mark.parametrize("role", ["BackupRole", "RestoreRole", "EventsRole"])
def test_services_act_only_for_their_own_account(role: str) -> None:
    (statement,) = resources(member(), "AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_hub_only_reads_the_organization_and_only_where_bundles_are_admitted() -> None:
    reading = [one for one in statements(hub()) for action in one.actions if action.startswith("organizations:")]
    assert {one.role for one in reading} == {"AdmitBundleRole"}
    actions = {action.partition(":")[2] for one in reading for action in one.actions}
    assert len(actions) == 6
    assert [action for action in actions if not action.startswith(READ_VERBS)] == []


def test_the_planning_role_of_members_writes_nothing() -> None:
    actions = [action for one in statements(member()) if one.role == "PlanRole" for action in one.actions]
    assert "backup:GetBackupPlan" in actions
    assert [action for action in actions if not action.partition(":")[2].startswith(READ_VERBS)] == []


@pytest.mark.parametrize("bucket", ["PolicyBucket", "StateBucket"])
def test_buckets_are_private_encrypted_versioned_and_refuse_plain_http(bucket: str) -> None:
    properties = resources(hub(), "AWS::S3::Bucket")[bucket]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (policy,) = (one for one in resources(hub(), "AWS::S3::BucketPolicy").values() if one["Bucket"] == {"Ref": bucket})
    statements = policy["PolicyDocument"]["Statement"]
    assert {one["Effect"] for one in statements} == {"Deny"}
    (statement,) = (one for one in statements if one["Sid"] == "TlsOnly")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


LEDGER = "${StateBucket.Arn}/ledger/*"


def ledger_writers() -> set[str]:
    """Logical names of the roles that may put objects below `ledger/`."""
    return {one.role for one in statements(hub()) if "s3:PutObject" in one.actions and "/ledger/" in str(one.resources)}


def ledger_denials() -> dict[str, dict[str, Any]]:
    policy = resources(hub(), "AWS::S3::BucketPolicy")["StateBucketPolicy"]["PolicyDocument"]
    return {one["Sid"]: one for one in policy["Statement"] if one["Resource"] == {"Fn::Sub": LEDGER}}


def test_nobody_may_delete_from_the_ledger_or_lift_its_lock() -> None:
    kept = ledger_denials()["LedgerIsKept"]
    assert (kept["Effect"], kept["Principal"], "Condition" in kept) == ("Deny", "*", False)
    assert kept["Action"] == ["s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    granted = {action for one in statements(hub()) for action in one.actions}
    assert granted.isdisjoint(kept["Action"])


def test_the_ledger_is_written_by_those_who_record_and_by_nobody_else() -> None:
    denial = ledger_denials()["LedgerIsWrittenByTheHub"]
    assert denial["Action"] == ["s3:PutObject", "s3:PutObjectRetention"]
    spared = {one["Fn::Sub"].partition("/")[2] for one in denial["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]}
    roles = resources(hub(), "AWS::IAM::Role")
    assert spared == {roles[name]["RoleName"]["Fn::Sub"] for name in ledger_writers()}
    for one in statements(hub()):
        if "s3:PutObject" in one.actions and "/ledger/" in str(one.resources):
            assert one.actions == ("s3:PutObject", "s3:PutObjectRetention")


def test_who_writes_the_ledger_can_read_what_the_archive_lacks() -> None:
    """Entries of an earlier run that was killed before it archived them are archived by the next one, whoever it is."""
    granted: dict[str, set[str]] = {}
    for one in statements(hub()):
        if {"Fn::GetAtt": "StateTable.Arn"} in one.resources or {"Fn::GetAtt": ["StateTable", "Arn"]} in one.resources:
            granted.setdefault(one.role, set()).update(one.actions)
    recording = {role for role in ledger_writers() if "dynamodb:BatchGetItem" in granted[role]}
    assert len(recording) > 5
    assert [role for role in sorted(recording) if "dynamodb:Query" not in granted[role]] == []


def test_an_object_of_the_ledger_is_written_once() -> None:
    denial = ledger_denials()["LedgerIsWrittenOnce"]
    assert (denial["Action"], denial["Condition"]) == ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}})


def test_only_two_roles_sign_and_no_administrator_does() -> None:
    signers = {one.role for one in statements(hub()) if "kms:Sign" in one.actions}
    assert signers == {"RecordOutcomeRole", "CheckpointLedgerRole"}
    administration, signing = resources(hub(), "AWS::KMS::Key")["LedgerKey"]["KeyPolicy"]["Statement"]
    assert [action for action in administration["Action"] if "*" in action or action == "kms:Sign"] == []
    assert signing["Action"] == "kms:Sign"
    roles = resources(hub(), "AWS::IAM::Role")
    allowed = {one["Fn::Sub"].partition("/")[2] for one in signing["Condition"]["ArnEquals"]["aws:PrincipalArn"]}
    assert allowed == {roles[name]["RoleName"]["Fn::Sub"] for name in signers}


def bad(**parts: Any) -> list[Statement]:
    return [statement_of("SyncRole", {"Sid": "Bad", "Action": "backup:GetBackupPlan", "Resource": "arn", **parts})]


def test_a_wildcard_action_is_found() -> None:
    assert wildcard_actions(bad(Action=["s3:GetObject", "backup:Get*"])) == ["SyncRole/Bad: backup:Get*"]


def test_an_unnamed_resource_is_found() -> None:
    assert unnamed_resources(bad(Resource="*")) == ["SyncRole/Bad: backup:GetBackupPlan"]


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringLike": {"aws:ResourceTag/other": "?*"}},
        {"StringLikeIfExists": {f"aws:ResourceTag/{TAG}": "?*"}},
        {"StringLike": {f"aws:ResourceTag/{TAG}": "*"}},
    ],
)
def test_a_write_that_needs_no_tag_is_found(condition: dict[str, Any]) -> None:
    found = untagged_writes(bad(Action="backup:DeleteBackupVault", Condition=condition))
    assert found == ["SyncRole/Bad: backup:DeleteBackupVault"]
