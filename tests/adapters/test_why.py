"""Reasons for being unprotected, each seeded alone: `why` names it, and what it suggests protects the resource."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from why_world import ACCOUNT, BUCKET, ELSEWHERE, OTHER, REGION, ROLE, ROOT, TABLE, VAULT, Stage, files

from backup_apps.domain.commits import State

Seed = Callable[[Stage], None]
NAMED = f'{{resources: ["{OTHER}"]}}'
DENY = {"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "backup:StartBackupJob", "Resource": "*"}
KEEP = {"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}


def closed_by_file(*statements: object) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return ROOT.replace("    plans:\n", f"        accessPolicy: {policy}\n    plans:\n")


def nothing(stage: Stage) -> None:
    """The files say it."""


def untag(stage: Stage) -> None:
    stage.cloud.tag(TABLE, {"backup": None})


def tag_as_scratch(stage: Stage) -> None:
    stage.cloud.tag(TABLE, {"stage": "scratch"})


def opt_out(stage: Stage) -> None:
    stage.client("backup").update_region_settings(ResourceTypeOptInPreference={"DynamoDB": False})


def without_role(stage: Stage) -> None:
    boto3.client("iam").delete_role(RoleName=ROLE)


def for_another_service(stage: Stage) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)


def without_vault(stage: Stage) -> None:
    stage.client("backup").delete_backup_vault(BackupVaultName=VAULT)


def with_key_disabled(stage: Stage) -> None:
    boto3.client("kms").disable_key(KeyId=stage.keys[REGION].rpartition("/")[2])


def with_key_to_go(stage: Stage) -> None:
    boto3.client("kms").schedule_key_deletion(KeyId=stage.keys[REGION].rpartition("/")[2], PendingWindowInDays=7)


def close(stage: Stage) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [DENY]})
    stage.client("backup").put_backup_vault_access_policy(BackupVaultName=VAULT, Policy=policy)


def lock(stage: Stage) -> None:
    stage.client("backup").put_backup_vault_lock_configuration(BackupVaultName=VAULT, MinRetentionDays=60)


def lock_short(stage: Stage) -> None:
    stage.client("backup").put_backup_vault_lock_configuration(BackupVaultName=VAULT, MaxRetentionDays=14)


def without_selection(stage: Stage) -> None:
    backup = stage.client("backup")
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    for one in backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]:
        backup.delete_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=one["SelectionId"])


def without_plan(stage: Stage) -> None:
    without_selection(stage)
    (plan,) = stage.client("backup").list_backup_plans()["BackupPlansList"]
    stage.client("backup").delete_backup_plan(BackupPlanId=plan["BackupPlanId"])


class Case(NamedTuple):
    failed: str
    said: str
    seed: Seed = nothing
    selection: str = "{anyTag: {backup: [daily]}}"
    resource: str = TABLE
    edit: str = ""
    """A part of what is suggested."""
    root: str = ROOT


CASES = {
    "tag": Case("selected", "asks for the tag backup=daily; it has name=orders", untag, edit="tag-resources"),
    "not-named": Case("selected", "does not name it", selection=NAMED, edit=f'["{OTHER}", {TABLE}]'),
    "excluded": Case(
        "excluded",
        f"excludes {TABLE}",
        selection=f'{{resources: ["arn:aws:dynamodb:*:*:table/*"], exclude: ["{TABLE}"]}}',
        edit="exclude: {'@@remove': [",
    ),
    "excluded-by-pattern": Case(
        "excluded",
        "excludes arn:aws:dynamodb:eu-west-1:123456789012:table/o*",
        selection='{resources: ["arn:aws:dynamodb:*:*:table/*"], exclude: ["arn:aws:dynamodb:*:*:table/o*"]}',
        edit="only-table-orders",
    ),
    "condition": Case(
        "conditions",
        "asks for the tag stage=prod",
        selection='{resources: ["arn:aws:dynamodb:*:*:table/*"], allTags: {equals: {stage: prod}}}',
        edit='\'{"stage": "prod"}\'',
    ),
    "condition-like": Case(
        "conditions",
        "asks for the tag stage like prod-*",
        selection='{resources: ["arn:aws:dynamodb:*:*:table/*"], allTags: {like: {stage: "prod-*"}}}',
        edit='\'{"stage": "prod-1"}\'',
    ),
    "condition-not": Case(
        "conditions",
        "asks for the tag stage other than scratch",
        tag_as_scratch,
        '{resources: ["arn:aws:dynamodb:*:*:table/*"], allTags: {notEquals: {stage: scratch}}}',
        edit="untag-resources",
    ),
    "opt-in": Case("opt-in", "DynamoDB is not opted in", opt_out, edit="optIn: {DynamoDB: true}"),
    "role": Case("role", "role/acme-backup is not there", without_role, edit="create-role"),
    "trust": Case("trust", "does not let AWS Backup", for_another_service, edit="update-assume-role-policy"),
    "vault": Case("vault", "goes to vault acme-primary, which is not", without_vault, edit="--rollback-to v1"),
    "key-disabled": Case("key", "is disabled", with_key_disabled, edit="enable-key"),
    "key-to-go": Case("key", "is about to be deleted", with_key_to_go, edit="cancel-key-deletion"),
    "vault-policy": Case("vault-policy", "statement Closed", close, edit="--rollback-to v1"),
    "vault-policy-in-the-files": Case(
        "vault-policy", "statement Closed", edit="accessPolicy: {'@@remove': true}", root=closed_by_file(DENY)
    ),
    "vault-policy-of-several": Case(
        "vault-policy", "statement Closed", edit="Statement: {'@@remove': [", root=closed_by_file(DENY, KEEP)
    ),
    "lock": Case("lock", "35 days, the lock of vault acme-primary wants at least 60 days", lock, edit="60d"),
    "lock-max": Case("lock", "wants at most 14 days", lock_short, edit="14d"),
    "versioning": Case("versioning", "keeps no versions", resource=BUCKET, edit="put-bucket-versioning"),
    "selection-gone": Case("plan", "selection shop-daily/data-", without_selection, edit="--rollback-to v1"),
    "plan-gone": Case(
        "plan", "plan shop-daily was synced, and is not there any more", without_plan, edit="--rollback-to v1"
    ),
}


@pytest.fixture
def moto_config() -> dict[str, Any]:
    return {"iam": {"load_aws_managed_policies": True}}


@pytest.fixture
def stage(aws: None) -> Stage:
    return Stage()


@pytest.mark.parametrize("name", CASES)
def test_the_reason_is_named_and_what_is_suggested_protects_it(stage: Stage, name: str, tmp_path: Path) -> None:
    case = CASES[name]
    opt_in_buckets(stage)
    stage.deploy(files(case.selection, case.root))
    case.seed(stage)
    why = stage.why(case.resource)
    assert why.failed is not None, why.to_json()
    assert why.failed.name == case.failed, why.to_json()["checks"]
    assert case.said in why.failed.said
    assert case.edit in json.dumps(why.to_json()["edit"], ensure_ascii=False).replace('\\"', '"')
    assert not stage.is_backed_up(case.resource), "it is protected as it is"
    why = stage.why(case.resource)  # a job may have failed meanwhile, and that is not the first reason
    assert why.failed is not None
    assert why.failed.name == case.failed
    stage.apply(why, tmp_path)
    assert stage.is_backed_up(case.resource)
    assert stage.why(case.resource).is_protected, stage.why(case.resource).to_json()["checks"]


def opt_in_buckets(stage: Stage) -> None:
    stage.client("backup").update_region_settings(ResourceTypeOptInPreference={"S3": True})


def test_a_region_that_no_bundle_has(stage: Stage, tmp_path: Path) -> None:
    arn = f"arn:aws:dynamodb:{ELSEWHERE}:{ACCOUNT}:table/orders"
    stage.cloud.add(ACCOUNT, ELSEWHERE, arn, {"1": b"1"}, tags={"backup": "daily"})
    stage.deploy(files())
    why = stage.why(arn)
    assert why.failed is not None
    assert (why.failed.name, why.lineage) == ("target", None)
    edit = why.to_json()["edit"]
    assert (edit["file"], edit["line"]) == ("apps/shop.yaml", 7)
    assert (edit["before"], edit["after"]) == ("    regions: [eu-west-1]", "    regions: [eu-west-1, eu-central-1]")
    stage.apply(why, tmp_path)
    assert stage.is_backed_up(arn, ELSEWHERE)


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (State.PLANNED, "backup-apps status acme --version v1 --wait"),
        (State.WAITING_APPROVAL, "backup-apps approve acme v1"),
        (State.FAILED, "backup-apps push acme --rollback-to v1"),
    ],
)
def test_a_version_that_was_not_synced_yet(stage: Stage, state: State, command: str, tmp_path: Path) -> None:
    version = stage.push(files())
    stage.hub.records.set_state(version, state)
    why = stage.why(TABLE)
    assert why.failed is not None
    assert why.failed.name == "synced"
    assert f"the last, v1, is {state.value}" in why.failed.said
    assert why.to_json()["edit"]["commands"] == [command]
    stage.apply(why, tmp_path)
    assert stage.is_backed_up(TABLE)


def test_a_backup_that_failed_for_a_reason_of_its_own_is_begun_again(stage: Stage, tmp_path: Path) -> None:
    stage.deploy(files())
    boto3.client("iam").delete_role(RoleName=ROLE)
    stage.service.advance(days=1)
    Stage.run(
        stage, ["aws", "iam", "create-role", "--role-name", ROLE, "--assume-role-policy-document", json.dumps(_trust())]
    )
    why = stage.why(TABLE)
    assert why.failed is not None
    assert why.failed.name == "last-job"
    assert "cannot be assumed by AWS Backup" in why.failed.said
    stage.apply(why, tmp_path)
    stage.service.advance(hours=1)
    assert stage.why(TABLE).is_protected


def _trust() -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [allow]}
