"""Least privilege, proved: without a permission a step fails, and says which."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from backup_apps.domain.ledger.entries import Kind
from backup_apps_local.world import HUB_ACCOUNT, MEMBER_ACCOUNTS

from .conftest import LocalAws
from .role_policies import another_external_id, withdrawn
from .steps import (
    Stage,
    Step,
    admit,
    admit_what_was_lost,
    ask_why,
    broken,
    compare,
    detect,
    list_targets,
    longer,
    look,
    nothing,
    other_selection,
    publish,
    push,
    push_to_first_failure,
    put_back,
    renamed,
    seal,
    shared,
    staged,
    synced,
    tagged,
    taken,
    tell_all,
    tested,
    tested_less,
    tested_no_more,
    unlocked,
    untagged,
    with_opt_ins,
    with_policy,
)

MEMBER, OTHER = MEMBER_ACCOUNTS


@dataclass(frozen=True)
class Case:
    """Which permission is taken out (in the statement `sid`, or everywhere), and the step that then fails."""

    account: str
    role: str
    action: str
    prepare: Callable[[Stage], None] = nothing
    step: Step = push
    sid: str | None = None
    anyway: str = ""
    """What the step ends with although the permission is there."""

    def __str__(self) -> str:
        return "-".join([self.role.removeprefix("backup-apps-"), self.action, *([self.sid] if self.sid else [])])


def hub(function: str, action: str, prepare: Callable[[Stage], None] = nothing, step: Step = push, **more: str) -> Case:
    return Case(HUB_ACCOUNT, f"backup-apps-{function}", action, prepare, step, **more)


def member(
    role: str, action: str, prepare: Callable[[Stage], None] = nothing, step: Step = push, sid: str | None = None
) -> Case:
    return Case(MEMBER, f"backup-apps-{role}", action, prepare, step, sid=sid)


CASES = [
    hub("admit-bundle", "s3:GetObjectVersion", step=admit),
    hub("admit-bundle", "s3:ListBucketVersions", step=admit),
    hub("admit-bundle", "ssm:GetParameter", step=admit),
    hub("admit-bundle", "dynamodb:PutItem", step=admit),
    hub("admit-bundle", "sns:Publish", broken, step=admit),
    hub("admit-bundle", "dynamodb:BatchGetItem", step=admit),
    hub("admit-bundle", "s3:PutObjectRetention", step=admit),
    hub("admit-bundle", "states:StartExecution", step=admit),
    hub("sweep-uploads", "s3:ListBucketVersions", step=admit_what_was_lost),
    hub("sweep-uploads", "dynamodb:GetItem", synced, step=admit_what_was_lost),
    hub("sync-machine", "lambda:InvokeFunction", step=push_to_first_failure),
    hub("sync-machine", "s3:GetObject"),
    hub("sync-machine", "states:StartExecution"),
    hub("plan-target", "s3:GetObject"),
    hub("plan-target", "sts:AssumeRole"),
    hub("record-plan", "s3:PutObject"),
    hub("record-plan", "s3:GetObject"),
    hub("record-plan", "dynamodb:Query", synced),
    hub("next-stage", "s3:GetObject", staged),
    hub("next-stage", "s3:PutObject", staged),
    hub("next-stage", "dynamodb:UpdateItem", staged),
    hub("sync-target", "dynamodb:PutItem"),
    hub("sync-target", "sts:AssumeRole"),
    hub("sync-target", "s3:PutObject"),
    hub("sync-target", "sts:SetSourceIdentity"),
    hub("sync-target", "sts:TagSession"),
    hub("record-outcome", "dynamodb:UpdateItem"),
    hub("record-outcome", "sns:Publish", taken, anyway="declare one of another name"),
    hub("diff-target", "sts:AssumeRole", step=compare),
    hub("checkpoint-ledger", "kms:Sign", synced, step=seal),
    hub("checkpoint-ledger", "s3:PutObject", synced, step=seal),
    hub("detect-drift", "dynamodb:Query", synced, step=detect),
    hub("sweep-targets", "dynamodb:Query", synced, step=list_targets),
    hub("sweep-target", "sts:AssumeRole", synced, step=look),
    hub("sweep-target", "s3:GetObject", synced, step=look),
    hub("sweep-target", "ssm:GetParameter", synced, step=look),
    hub("tell-findings", "dynamodb:Query", synced, step=tell_all),
    hub("publish-page", "s3:PutObject", synced, step=publish),
    hub("publish-page", "s3:GetObject", synced, step=publish),
    hub("publish-page", "dynamodb:GetItem", synced, step=publish),
    hub("publish-page", "dynamodb:Query", synced, step=publish),
    hub("heal-target", "sts:AssumeRole", synced, step=put_back),
    hub("heal-target", "dynamodb:PutItem", synced, step=put_back),
    member("plan", "kms:DescribeKey"),
    member("plan", "backup:GetBackupPlan", synced),
    member("plan", "backup:ListTags", tagged),
    member("plan", "tag:GetResources"),
    member("plan", "backup:ListBackupJobs", synced, step=look),
    member("plan", "backup:ListCopyJobs", synced, step=look),
    member("plan", "backup:ListRecoveryPointsByResource", synced, step=ask_why),
    hub("look-at-resource", "sts:AssumeRole", synced, step=ask_why),
    hub("sweep-targets", "dynamodb:GetItem", shared, step=list_targets),
    member("sync", "kms:CreateGrant"),
    member("sync", "backup-storage:MountCapsule"),
    member("sync", "backup:CreateBackupVault"),
    member("sync", "backup:CreateBackupPlan"),
    member("sync", "backup:TagResource", sid="CreateForABundle"),
    member("sync", "backup:TagResource", sid="CreateVaultsForABundle"),
    member("sync", "backup:TagResource", tagged, sid="ChangeVaultsOfABundle"),
    member("sync", "backup:UntagResource", untagged, sid="ChangeVaultsOfABundle"),
    member("sync", "backup:CreateBackupSelection"),
    member("sync", "iam:PassRole"),
    member("sync", "backup:UpdateBackupPlan", longer),
    member("sync", "backup:DeleteBackupSelection", other_selection),
    member("sync", "backup:DeleteBackupVault", renamed),
    member("sync", "backup:DeleteBackupVaultLockConfiguration", unlocked),
    member("sync", "backup:PutBackupVaultAccessPolicy", with_policy),
    member("sync", "backup:UpdateRegionSettings", with_opt_ins),
    member("plan", "backup:GetRestoreTestingPlan", tested_less),
    member("sync", "backup:CreateRestoreTestingPlan", tested),
    member("sync", "backup:CreateRestoreTestingSelection", tested),
    member("sync", "backup:UpdateRestoreTestingPlan", tested_less),
    member("sync", "backup:DeleteRestoreTestingPlan", tested_no_more),
]


@pytest.fixture
def stage(local_aws: LocalAws) -> Stage:
    return Stage(local_aws)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_a_permission_a_step_fails_and_says_which(stage: Stage, case: Case) -> None:
    case.prepare(stage)
    with withdrawn(stage.aws.client("iam", case.account), case.role, case.action, case.sid):
        error = case.step(stage)
    assert f"is not authorized to perform: {case.action}".lower() in error.lower()
    afterwards = case.step(stage)
    assert case.anyway in afterwards if case.anyway else afterwards == ""


@pytest.mark.parametrize("role", ["plan", "sync"])
def test_a_hub_that_does_not_know_the_external_id_stays_outside(stage: Stage, role: str) -> None:
    with another_external_id(stage.aws.client("iam", MEMBER), f"backup-apps-{role}"):
        error = push(stage)
    assert "is not authorized to perform: sts:AssumeRole" in error
    assert f"role/backup-apps-{role}" in error
    (refused,) = (one for one in stage.aws.ledger().entries(stage.name) if one.kind == Kind.SYNC)
    assert "sts:AssumeRole" in json.dumps(refused.facts)
    alert = stage.aws.inbox.wait_for(f"{stage.name} {refused.version}: sync failed", 30)
    assert "sts:AssumeRole" in alert
    assert push(stage) == ""
