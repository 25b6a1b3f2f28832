"""What IAM checks for each call.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
"""

import json
from typing import Any

import pytest

from backup_apps_local.backup.authorizations import Authorization
from backup_apps_local.backup.service import BackupService, HttpRequest

from .conftest import ACCOUNT, KEY, REGION, ROLE, plan, selection

VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:acme"
PLANS = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:*"
TAGS = {"owner": "a", "tier": "b"}
REQUEST_TAGS: dict[str, str | tuple[str, ...]] = {
    "aws:RequestTag/owner": "a",
    "aws:RequestTag/tier": "b",
    "aws:TagKeys": ("owner", "tier"),
}


def checks(service: BackupService, method: str, path: str, body: Any = None, query: Any = ()) -> list[Authorization]:
    raw = b"" if body is None else json.dumps(body).encode()
    return list(service.authorizations(HttpRequest(ACCOUNT, REGION, "root", method, path, query, {}, raw)))


@pytest.mark.behaviour("vault-key-permissions")
def test_a_vault_needs_its_storage(service: BackupService) -> None:
    assert checks(service, "PUT", "/backup-vaults/acme") == [
        Authorization("backup:CreateBackupVault", VAULT),
        Authorization("backup-storage:MountCapsule", "*"),
    ]


@pytest.mark.behaviour("vault-key-permissions", "iam-grants-for-aws")
def test_a_vault_with_tags_and_a_key_needs_both(service: BackupService) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html, required permissions"""
    found = checks(service, "PUT", "/backup-vaults/acme", {"BackupVaultTags": TAGS, "EncryptionKeyArn": KEY})
    via = {"kms:ViaService": f"backup.{REGION}.amazonaws.com", "kms:CallerAccount": ACCOUNT}
    assert found == [
        Authorization("backup:CreateBackupVault", VAULT, REQUEST_TAGS),
        Authorization("backup:TagResource", VAULT, REQUEST_TAGS),
        Authorization("backup-storage:MountCapsule", "*"),
        Authorization("kms:CreateGrant", KEY, via | {"kms:GrantIsForAWSResource": "true"}),
        Authorization("kms:DescribeKey", KEY, via),
        Authorization("kms:RetireGrant", KEY, via),
        Authorization("kms:Decrypt", KEY, via),
        Authorization("kms:GenerateDataKey", KEY, via),
    ]


@pytest.mark.behaviour("iam-actions")
def test_a_new_plan_is_checked_on_all_plans(service: BackupService) -> None:
    body = {"BackupPlan": plan(), "BackupPlanTags": TAGS}
    assert checks(service, "PUT", "/backup/plans/", body) == [
        Authorization("backup:CreateBackupPlan", PLANS, REQUEST_TAGS),
        Authorization("backup:TagResource", PLANS, REQUEST_TAGS),
    ]


@pytest.mark.behaviour("iam-pass-role")
def test_a_plan_that_scans_passes_its_scanner_role(service: BackupService) -> None:
    scanning = plan(ScanSettings=[{"MalwareScanner": "GUARDDUTY", "ScannerRoleArn": ROLE}])
    passing = Authorization("iam:PassRole", ROLE, {"iam:PassedToService": "malware-protection.guardduty.amazonaws.com"})
    assert passing in checks(service, "PUT", "/backup/plans/", {"BackupPlan": scanning})
    assert passing in checks(service, "POST", "/backup/plans/x", {"BackupPlan": scanning})


@pytest.mark.behaviour("iam-pass-role")
def test_a_selection_passes_its_role_to_aws_backup(service: BackupService) -> None:
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:x"
    assert checks(service, "PUT", "/backup/plans/x/selections/", {"BackupSelection": selection()}) == [
        Authorization("backup:CreateBackupSelection", arn),
        Authorization("iam:PassRole", ROLE, {"iam:PassedToService": "backup.amazonaws.com"}),
    ]


@pytest.mark.behaviour("iam-condition-keys")
def test_tags_of_what_is_there_are_context(service: BackupService, backup: Any, vault: str) -> None:
    made = backup.create_backup_plan(BackupPlan=plan(), BackupPlanTags={"tier": "gold"})
    backup.tag_resource(ResourceArn=VAULT, Tags={"owner": "a"})
    plan_path = f"/backup/plans/{made['BackupPlanId']}"
    gold = {"aws:ResourceTag/tier": "gold"}
    assert checks(service, "DELETE", plan_path) == [
        Authorization("backup:DeleteBackupPlan", made["BackupPlanArn"], gold)
    ]
    assert checks(service, "DELETE", f"{plan_path}/selections/s")[0].context == gold
    assert checks(service, "DELETE", "/backup-vaults/acme") == [
        Authorization("backup:DeleteBackupVault", VAULT, {"aws:ResourceTag/owner": "a"})
    ]


@pytest.mark.behaviour("iam-condition-keys")
def test_tagging_tells_both_what_is_and_what_will_be(service: BackupService, backup: Any, vault: str) -> None:
    backup.tag_resource(ResourceArn=VAULT, Tags={"tier": "gold"})
    path = VAULT.replace(":", "%3A")
    assert checks(service, "POST", f"/tags/{path}", {"Tags": TAGS}) == [
        Authorization("backup:TagResource", VAULT, REQUEST_TAGS | {"aws:ResourceTag/tier": "gold"})
    ]
    assert checks(service, "POST", f"/untag/{path}", {"TagKeyList": ["tier"]}) == [
        Authorization("backup:UntagResource", VAULT, {"aws:ResourceTag/tier": "gold", "aws:TagKeys": ("tier",)})
    ]


@pytest.mark.behaviour("iam-condition-keys")
def test_a_lock_tells_its_bounds(service: BackupService) -> None:
    body = {"MinRetentionDays": 7, "ChangeableForDays": 3}
    assert checks(service, "PUT", "/backup-vaults/acme/vault-lock", body) == [
        Authorization(
            "backup:PutBackupVaultLockConfiguration",
            VAULT,
            {"backup:MinRetentionDays": "7", "backup:ChangeableForDays": "3"},
        )
    ]


@pytest.mark.behaviour("iam-actions")
@pytest.mark.parametrize(
    ("method", "path", "action", "resource"),
    [
        ("GET", "/backup-vaults/", "backup:ListBackupVaults", "*"),
        ("GET", "/backup/plans/", "backup:ListBackupPlans", "*"),
        ("GET", "/account-settings", "backup:DescribeRegionSettings", "*"),
        ("PUT", "/account-settings", "backup:UpdateRegionSettings", "*"),
        ("GET", "/backup-vaults/acme", "backup:DescribeBackupVault", VAULT),
        ("GET", "/backup-vaults/acme/access-policy", "backup:GetBackupVaultAccessPolicy", VAULT),
        ("GET", "/backup/plans/*/versions/", "backup:ListBackupPlanVersions", PLANS),
        ("GET", "/backup/plans/*/selections/", "backup:ListBackupSelections", PLANS),
        ("GET", "/backup/plans/*/toTemplate/", "backup:ExportBackupPlanTemplate", "*"),
        ("GET", "/backup-jobs/", "backup:ListBackupJobs", "*"),
    ],
)
def test_each_call_has_one_check_on_what_it_names(
    service: BackupService, method: str, path: str, action: str, resource: str
) -> None:
    assert checks(service, method, path) == [Authorization(action, resource)]


@pytest.mark.behaviour("wire-unreadable")
def test_what_can_not_be_read_is_not_checked_and_nothing_is_recorded(service: BackupService) -> None:
    assert checks(service, "PUT", "/backup/plans/", {"Colour": "red"}) == []
    assert checks(service, "GET", "/nowhere") == []
    assert list(service.journal) == []


POINT = f"arn:aws:ec2:{REGION}::snapshot/snap-1"
PASSING = Authorization("iam:PassRole", ROLE, {"iam:PassedToService": "backup.amazonaws.com"})


@pytest.mark.behaviour("iam-actions", "iam-pass-role")
def test_jobs_pass_their_role(service: BackupService) -> None:
    job = {"BackupVaultName": "acme", "ResourceArn": "arn:x", "IamRoleArn": ROLE, "RecoveryPointTags": TAGS}
    assert checks(service, "PUT", "/backup-jobs", job) == [
        Authorization("backup:StartBackupJob", VAULT, REQUEST_TAGS),
        PASSING,
    ]
    copy = {"RecoveryPointArn": POINT, "SourceBackupVaultName": "acme", "DestinationBackupVaultArn": VAULT}
    assert checks(service, "PUT", "/copy-jobs", copy | {"IamRoleArn": ROLE}) == [
        Authorization("backup:StartCopyJob", POINT),
        PASSING,
    ]
    restore = {"RecoveryPointArn": POINT, "Metadata": {}}
    assert checks(service, "PUT", "/restore-jobs", restore) == [Authorization("backup:StartRestoreJob", POINT)]
    assert PASSING in checks(service, "PUT", "/restore-jobs", restore | {"IamRoleArn": ROLE})


@pytest.mark.behaviour("iam-actions")
@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "", "DescribeRecoveryPoint"),
        ("DELETE", "", "DeleteRecoveryPoint"),
        ("POST", "", "UpdateRecoveryPointLifecycle"),
        ("POST", "/disassociate", "DisassociateRecoveryPoint"),
        ("GET", "/restore-metadata", "GetRecoveryPointRestoreMetadata"),
    ],
)
def test_recovery_points_are_checked_by_their_own_arn(
    service: BackupService, method: str, path: str, action: str
) -> None:
    point = POINT.replace(":", "%3A").replace("/", "%2F")
    asked = checks(service, method, f"/backup-vaults/acme/recovery-points/{point}{path}")
    assert asked == [Authorization(f"backup:{action}", POINT)]


@pytest.mark.behaviour("iam-actions")
def test_restore_tests_and_legal_holds_are_checked_by_their_arn_and_tags(service: BackupService, backup: Any) -> None:
    points = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    body = {
        "RestoreTestingPlanName": "w",
        "ScheduleExpression": "cron(0 5 ? * SUN *)",
        "RecoveryPointSelection": points,
    }
    plan_arn = backup.create_restore_testing_plan(RestoreTestingPlan=body, Tags={"tier": "gold"})[
        "RestoreTestingPlanArn"
    ]
    gold = {"aws:ResourceTag/tier": "gold"}
    assert checks(service, "GET", "/restore-testing/plans/w") == [
        Authorization("backup:GetRestoreTestingPlan", plan_arn, gold)
    ]
    chosen = {"RestoreTestingSelectionName": "s", "ProtectedResourceType": "EBS", "IamRoleArn": ROLE}
    testing = Authorization("iam:PassRole", ROLE, {"iam:PassedToService": "restore-testing.backup.amazonaws.com"})
    assert checks(service, "PUT", "/restore-testing/plans/w/selections", {"RestoreTestingSelection": chosen}) == [
        Authorization("backup:CreateRestoreTestingSelection", plan_arn, gold),
        testing,
    ]
    update = {"RestoreTestingSelection": {"ValidationWindowHours": 1}}
    assert checks(service, "PUT", "/restore-testing/plans/w/selections/s", update) == [
        Authorization("backup:UpdateRestoreTestingSelection", plan_arn, gold)
    ]
    all_plans = f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:*"
    named = {"RestoreTestingPlan": {**body, "RestoreTestingPlanName": "x"}, "Tags": TAGS}
    assert checks(service, "PUT", "/restore-testing/plans", named) == [
        Authorization("backup:CreateRestoreTestingPlan", all_plans, REQUEST_TAGS),
        Authorization("backup:TagResource", all_plans, REQUEST_TAGS),
    ]
    hold = backup.create_legal_hold(Title="t", Description="d", Tags={"tier": "gold"})
    assert checks(service, "GET", f"/legal-holds/{hold['LegalHoldId']}") == [
        Authorization("backup:GetLegalHold", hold["LegalHoldArn"], gold)
    ]
