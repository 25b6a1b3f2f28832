"""What IAM checks for a call: actions, the ARNs they are checked on, and the condition keys that are there.

Actions, resource types and condition keys of each operation are those of the Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html. Of operations that this service
does not have, only the action is known here, on the vault or plan that the path names, or on `*`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backup_apps_local.backup.site import Site
from backup_apps_local.backup.tags import find_tagged

Context = dict[str, str | tuple[str, ...]]

_ON_RECOVERY_POINTS = frozenset(
    {
        "DeleteRecoveryPoint",
        "DescribeRecoveryPoint",
        "DisassociateRecoveryPoint",
        "GetRecoveryPointRestoreMetadata",
        "StartCopyJob",
        "StartRestoreJob",
        "UpdateRecoveryPointLifecycle",
    }
)
"""These are checked on the recovery point, whose ARN may be of another service, not on its vault."""

_MAKES = {"CreateBackupPlan": "backup-plan", "CreateRestoreTestingPlan": "restore-testing-plan"}
_KEY_ACTIONS = ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant", "kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True)
class Authorization:
    """One check; all checks of a call must be allowed. `aws:TagKeys` has many values, the other keys one."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def authorizations_of(operation: str, parameters: Mapping[str, Any], site: Site) -> tuple[Authorization, ...]:
    resource = _resource(operation, parameters, site)
    context = _resource_tags(site, resource) | _request_keys(operation, parameters)
    further = _FURTHER.get(operation, _nothing)
    return (Authorization(f"backup:{operation}", resource, context), *further(parameters, site))


def _resource(operation: str, parameters: Mapping[str, Any], site: Site) -> str:
    """A plan that is to be created has no id yet, so its creation is checked on all of them in the region."""
    if operation in _MAKES:
        return site.arn(_MAKES[operation], "*")
    if operation in ("ListTags", "TagResource", "UntagResource"):
        return str(parameters["ResourceArn"])
    if operation in _ON_RECOVERY_POINTS:
        return str(parameters["RecoveryPointArn"])
    if "RestoreTestingPlanName" in parameters:
        return _restore_testing_plan(site, parameters["RestoreTestingPlanName"])
    if "LegalHoldId" in parameters:
        return site.arn("legal-hold", parameters["LegalHoldId"])
    if "BackupVaultName" in parameters and "RecoveryPointArn" not in parameters:
        return site.arn("backup-vault", parameters["BackupVaultName"])
    if "BackupPlanId" in parameters and operation != "ExportBackupPlanTemplate":
        return site.arn("backup-plan", parameters["BackupPlanId"])
    return "*"


def _restore_testing_plan(site: Site, name: str) -> str:
    """Its ARN ends in an id, which only the plan itself knows."""
    plan = site.here.restore_testing_plans.get(name)
    return plan.arn if plan else site.arn("restore-testing-plan", f"{name}-*")


def _resource_tags(site: Site, arn: str) -> Context:
    resource = find_tagged(site, arn)
    return {f"aws:ResourceTag/{key}": value for key, value in resource.tags.items()} if resource else {}


def _request_keys(operation: str, parameters: Mapping[str, Any]) -> Context:
    tags: Mapping[str, str] = next((parameters[name] for name in _TAGS if parameters.get(name)), {})
    keys = tuple(sorted(tags)) or tuple(sorted(parameters.get("TagKeyList", ())))
    context: Context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if operation == "PutBackupVaultLockConfiguration":
        bounds = ("ChangeableForDays", "MinRetentionDays", "MaxRetentionDays")
        context |= {f"backup:{name}": str(parameters[name]) for name in bounds if name in parameters}
    return context | ({"aws:TagKeys": keys} if keys else {})


_TAGS = ("Tags", "BackupVaultTags", "BackupPlanTags", "RecoveryPointTags")


def _nothing(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    yield from ()


def _for_vault(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    """Storage and key permissions: https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html.

    The page asks for them on the key that is named. With AWS's own key, whose policy lets the account in through AWS
    Backup, none are checked here. `kms:GrantIsForAWSResource` is what KMS documents for grants of integrated services
    (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html); not seen for this call.
    """
    yield from _tagging(site.arn("backup-vault", parameters["BackupVaultName"]), parameters)
    yield Authorization("backup-storage:MountCapsule", "*")
    if "EncryptionKeyArn" in parameters:
        via: Context = {"kms:ViaService": f"backup.{site.region}.amazonaws.com", "kms:CallerAccount": site.account}
        for action in _KEY_ACTIONS:
            grant: Context = {"kms:GrantIsForAWSResource": "true"} if action == "kms:CreateGrant" else {}
            yield Authorization(action, parameters["EncryptionKeyArn"], via | grant)


def _for_plan(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    yield from _tagging(site.arn("backup-plan", "*"), parameters)
    yield from _passed_scanners(parameters, site)


def _passed_scanners(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    """Only a plan that scans for malware passes a role; the reference names the service it is passed to."""
    for setting in parameters.get("BackupPlan", {}).get("ScanSettings", ()):
        if "ScannerRoleArn" in setting:
            yield _passing(setting["ScannerRoleArn"], "malware-protection.guardduty.amazonaws.com")


def _for_selection(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    role = parameters.get("BackupSelection", {}).get("IamRoleArn")
    if role:
        yield _passing(role, "backup.amazonaws.com")


def _for_job(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    """A job passes its role, where it names one."""
    if "IamRoleArn" in parameters:
        yield _passing(parameters["IamRoleArn"], "backup.amazonaws.com")


def _for_restore_testing(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    """Restore testing is a service of its own, by the table of API operations of the page above."""
    role = parameters.get("RestoreTestingSelection", {}).get("IamRoleArn")
    if role:
        yield _passing(role, "restore-testing.backup.amazonaws.com")


def _for_test_plan(parameters: Mapping[str, Any], site: Site) -> Iterator[Authorization]:
    yield from _tagging(site.arn("restore-testing-plan", "*"), parameters)


def _tagging(resource: str, parameters: Mapping[str, Any]) -> Iterator[Authorization]:
    keys = _request_keys("TagResource", parameters)
    if keys:
        yield Authorization("backup:TagResource", resource, keys)


def _passing(role: str, service: str) -> Authorization:
    return Authorization("iam:PassRole", role, {"iam:PassedToService": service})


_FURTHER: dict[str, Callable[[Mapping[str, Any], Site], Iterator[Authorization]]] = {
    "CreateBackupPlan": _for_plan,
    "CreateBackupSelection": _for_selection,
    "CreateBackupVault": _for_vault,
    "CreateRestoreTestingPlan": _for_test_plan,
    "CreateRestoreTestingSelection": _for_restore_testing,
    "StartBackupJob": _for_job,
    "StartCopyJob": _for_job,
    "StartRestoreJob": _for_job,
    "UpdateBackupPlan": _passed_scanners,
    "UpdateRestoreTestingSelection": _for_restore_testing,
}
