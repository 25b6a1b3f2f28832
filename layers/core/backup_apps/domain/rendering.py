"""From an effective policy to what AWS Backup is asked for, in the shapes of its API.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from backup_apps.domain.desired import (
    APP_TAG,
    BUNDLE_TAG,
    DesiredPlan,
    DesiredState,
    DesiredTarget,
    DesiredTestingPlan,
    DesiredVault,
    Target,
)
from backup_apps.domain.policy import (
    AdvancedSettings,
    Copy,
    Lock,
    Plan,
    Policy,
    Retention,
    Rule,
    Selection,
    TagConditions,
    Vault,
)
from backup_apps.domain.regions import partition_of
from backup_apps.domain.restore_testing import is_tested, render_testing_plan

_CONDITIONS = {
    "equals": "StringEquals",
    "not_equals": "StringNotEquals",
    "like": "StringLike",
    "not_like": "StringNotLike",
}


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def render_state(bundle: str, asked: Iterable[tuple[str, Target, Policy]]) -> DesiredState:
    """What all leaves together ask, given the name, target and effective policy of each."""
    by_target: dict[Target, list[tuple[str, Policy]]] = {}
    for app, target, policy in sorted(asked, key=lambda one: (one[1], one[0])):
        by_target.setdefault(target, []).append((app, policy))
    return DesiredState(bundle=bundle, targets=tuple(_target(bundle, *group) for group in by_target.items()))


def _target(bundle: str, target: Target, policies: list[tuple[str, Policy]]) -> DesiredTarget:
    """Vaults that several leaves describe alike stand once."""
    vaults: dict[str, tuple[str, DesiredVault]] = {}
    plans: list[DesiredPlan] = []
    testing: list[DesiredTestingPlan] = []
    opt_in: dict[str, bool] = {}
    management: dict[str, bool] = {}
    for app, policy in policies:
        for key, vault in sorted(policy.vaults.items()):
            if vault.name not in vaults:
                vaults[vault.name] = (key, _vault(vault, bundle))
        plans += render_plans(policy, bundle, app, target)
        testing += [render_testing_plan(policy, bundle, app, target)] if is_tested(policy) else []
        opt_in |= policy.region_settings.opt_in
        management |= policy.region_settings.management
    return DesiredTarget(
        account=target.account,
        region=target.region,
        vaults=tuple(vault for _, vault in sorted(vaults.values(), key=lambda pair: (pair[0], pair[1].name))),
        plans=tuple(plans),
        region_settings=render_region_settings(opt_in, management),
        testing=tuple(testing) or None,
    )


def render_plans(policy: Policy, bundle: str, app: str, target: Target) -> tuple[DesiredPlan, ...]:
    """The plans of an app on a target, by key."""
    return tuple(_plan(policy, key, bundle, app, target) for key in sorted(policy.plans))


def render_region_settings(opt_in: Mapping[str, bool], management: Mapping[str, bool]) -> dict[str, Any] | None:
    """The input of UpdateRegionSettings, or None where nothing is set."""
    document = {
        "ResourceTypeOptInPreference": dict(sorted(opt_in.items())),
        "ResourceTypeManagementPreference": dict(sorted(management.items())),
    }
    return _present(document) or None


def plan_name(plan: Plan, app: str, key: str) -> str:
    return plan.name or f"{app}-{key}"


def selection_name(key: str, document: Mapping[str, Any]) -> str:
    """A selection cannot be changed, so its name says what it holds: other content, other selection."""
    text = _canonical(document)
    return f"{key}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _present(document: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is set: absent members stay absent."""
    return {
        key: value for key, value in document.items() if value or not (value is None or isinstance(value, dict | list))
    }


def _vault(vault: Vault, bundle: str) -> DesiredVault:
    policy = _canonical(vault.access_policy) if vault.access_policy else None
    notifications = vault.notifications
    return DesiredVault(
        name=vault.name,
        key_arn=vault.kms_key,
        tags={**dict(sorted(vault.tags.items())), BUNDLE_TAG: bundle},
        lock=_lock(vault.lock) if vault.lock else None,
        access_policy={"Policy": policy} if policy else None,
        notifications={"SNSTopicArn": notifications.topic, "BackupVaultEvents": list(notifications.events)}
        if notifications
        else None,
    )


def _lock(lock: Lock) -> dict[str, Any]:
    return _present(
        {
            "MinRetentionDays": lock.min,
            "MaxRetentionDays": None if lock.max == "never" else lock.max,
            "ChangeableForDays": lock.changeable_for,
        }
    )


def _plan(policy: Policy, key: str, bundle: str, app: str, target: Target) -> DesiredPlan:
    plan = policy.plans[key]
    document = {
        "BackupPlanName": plan_name(plan, app, key),
        "Rules": [_rule(name, rule, policy, target, app) for name, rule in sorted(plan.rules.items())],
        "AdvancedBackupSettings": _advanced(plan.advanced),
    }
    return DesiredPlan(
        app=app,
        backup_plan={k: v for k, v in document.items() if v or k != "AdvancedBackupSettings"},
        tags={BUNDLE_TAG: bundle, APP_TAG: app},
        selections=tuple(_selection(name, s, policy) for name, s in sorted(plan.selections.items())),
    )


def _advanced(settings: AdvancedSettings) -> list[dict[str, Any]]:
    if not settings.model_fields_set:
        return []
    ec2 = {"WindowsVSS": settings.windows_vss}
    s3 = {"BackupACLs": settings.s3.acls, "BackupObjectTags": settings.s3.object_tags}
    words = {True: "enabled", False: "disabled"}
    documents = [
        {"ResourceType": kind, "BackupOptions": {name: words[on] for name, on in options.items() if on is not None}}
        for kind, options in (("EC2", ec2), ("S3", s3))
    ]
    return [document for document in documents if document["BackupOptions"]]


def _rule(name: str, rule: Rule, policy: Policy, target: Target, app: str) -> dict[str, Any]:
    """By the app's tag restore testing knows whose a recovery point is."""
    tags = {**rule.tags, APP_TAG: app} if is_tested(policy) else rule.tags
    document = {
        "RuleName": name,
        "TargetBackupVaultName": policy.vaults[rule.vault].name,
        "ScheduleExpression": rule.schedule,
        "ScheduleExpressionTimezone": rule.timezone,
        "StartWindowMinutes": rule.start_window,
        "CompletionWindowMinutes": rule.complete_window,
        "Lifecycle": lifecycle(rule.retention),
        "EnableContinuousBackup": rule.continuous,
    }
    copies = [
        {"DestinationBackupVaultArn": copy_destination(copy, target), "Lifecycle": lifecycle(copy.retention)}
        for _, copy in sorted(rule.copies.items())
    ]
    return {**document, **_present({"RecoveryPointTags": dict(sorted(tags.items())), "CopyActions": copies})}


def copy_destination(copy: Copy, target: Target) -> str:
    """The ARN of the vault that a copy goes to; account and region are the target's where not written."""
    if copy.vault_arn or not copy.to:
        return copy.vault_arn or ""
    return vault_arn(copy.to.region or target.region, copy.to.account or target.account, copy.to.vault)


def vault_arn(region: str, account: str, name: str) -> str:
    return f"arn:{partition_of(region)}:backup:{region}:{account}:backup-vault:{name}"


def lifecycle(retention: Retention) -> dict[str, Any]:
    return _present(
        {
            "MoveToColdStorageAfterDays": retention.cold,
            "DeleteAfterDays": None if retention.delete == "never" else retention.delete,
            "OptInToArchiveForSupportedResources": retention.archive_when_supported,
        }
    )


def _selection(key: str, selection: Selection, policy: Policy) -> dict[str, Any]:
    conditions = _conditions(selection.all_tags)
    resources = list(selection.resources) or (["*"] if conditions else [])
    document = {
        "IamRoleArn": selection.role or policy.role,
        **_present(
            {
                "Resources": resources,
                "NotResources": list(selection.exclude),
                "ListOfTags": [
                    {"ConditionType": "STRINGEQUALS", "ConditionKey": tag, "ConditionValue": value}
                    for tag, values in sorted(selection.any_tag.items())
                    for value in values
                ],
                "Conditions": conditions,
            }
        ),
    }
    return {"SelectionName": selection_name(key, document), **document}


def _conditions(tags: TagConditions) -> dict[str, list[dict[str, str]]]:
    if not tags.model_fields_set:
        return {}
    return _present(
        {
            operator: [
                {"ConditionKey": f"aws:ResourceTag/{tag}", "ConditionValue": value}
                for tag, written in sorted(getattr(tags, field).items())
                for value in ((written,) if isinstance(written, str) else written)
            ]
            for field, operator in _CONDITIONS.items()
        }
    )
