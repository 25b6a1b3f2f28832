"""The backup plans that AWS Backup makes of an effective backup policy, in the shapes of its API.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.domain.organizations.cadence import six_fields

_CONDITIONS = {
    "string_equals": "StringEquals",
    "string_not_equals": "StringNotEquals",
    "string_like": "StringLike",
    "string_not_like": "StringNotLike",
}
Part = Mapping[str, Any]


def plans_of(document: Part, account: str) -> Iterator[FoundPlan]:
    """The plans of an account in each region that the effective policy names."""
    for name, plan in document.get("plans", {}).items():
        for region in dict.fromkeys(plan["regions"]):
            target = Target(account, region)
            yield FoundPlan(
                target=target,
                plan=_present(
                    BackupPlanName=name,
                    Rules=[_rule(key, rule, target) for key, rule in plan["rules"].items()],
                    AdvancedBackupSettings=_advanced(plan.get("advanced_backup_settings", {})),
                    ScanSettings=[
                        _present(
                            MalwareScanner=scanner,
                            ResourceTypes=settings.get("resource_types"),
                            ScannerRoleArn=_arn(settings.get("scanner_role_arn"), target),
                        )
                        for scanner, settings in plan.get("scan_settings", {}).items()
                    ],
                ),
                selections=tuple(_selections(plan["selections"], target)),
                tags=_tags(plan.get("backup_plan_tags", {})),
            )


def _rule(name: str, rule: Part, target: Target) -> dict[str, Any]:
    schedule = rule.get("schedule_expression")
    return _present(
        RuleName=name,
        TargetBackupVaultName=rule["target_backup_vault_name"],
        TargetLogicallyAirGappedBackupVaultArn=_arn(rule.get("target_logically_air_gapped_backup_vault_arn"), target),
        ScheduleExpression=six_fields(schedule) if schedule else None,
        StartWindowMinutes=_number(rule.get("start_backup_window_minutes")),
        CompletionWindowMinutes=_number(rule.get("complete_backup_window_minutes")),
        EnableContinuousBackup=_flag(rule.get("enable_continuous_backup")),
        Lifecycle=_lifecycle(rule.get("lifecycle", {})),
        CopyActions=[
            _present(
                DestinationBackupVaultArn=_arn(copy["target_backup_vault_arn"], target),
                Lifecycle=_lifecycle(copy.get("lifecycle", {})),
            )
            for copy in rule.get("copy_actions", {}).values()
        ],
        RecoveryPointTags=_tags(rule.get("recovery_point_tags", {})),
        IndexActions=[{"ResourceTypes": types} for types in rule.get("index_actions", {}).values()],
        ScanActions=[
            _present(MalwareScanner=scanner, ScanMode=action.get("scan_mode"))
            for scanner, action in rule.get("scan_actions", {}).items()
        ],
    )


def _lifecycle(lifecycle: Part) -> dict[str, Any]:
    return _present(
        MoveToColdStorageAfterDays=_number(lifecycle.get("move_to_cold_storage_after_days")),
        DeleteAfterDays=_number(lifecycle.get("delete_after_days")),
        OptInToArchiveForSupportedResources=_flag(lifecycle.get("opt_in_to_archive_for_supported_resources")),
    )


def _advanced(settings: Part) -> list[dict[str, Any]]:
    names = {"windows_vss": "WindowsVSS", "backup_acls": "BackupACLs", "backup_object_tags": "BackupObjectTags"}
    return [
        {"ResourceType": kind.upper(), "BackupOptions": {names[option]: value for option, value in options.items()}}
        for kind, options in settings.items()
    ]


def _selections(selections: Part, target: Target) -> Iterator[dict[str, Any]]:
    for name, selection in selections.get("tags", {}).items():
        yield _present(
            SelectionName=name,
            IamRoleArn=_arn(selection["iam_role_arn"], target),
            ListOfTags=[
                {"ConditionType": "STRINGEQUALS", "ConditionKey": selection["tag_key"], "ConditionValue": value}
                for value in selection["tag_value"]
            ],
            Conditions=_conditions(selection.get("conditions", {})),
        )
    for name, selection in selections.get("resources", {}).items():
        yield _present(
            SelectionName=name,
            IamRoleArn=_arn(selection["iam_role_arn"], target),
            Resources=selection.get("resource_types", ["*"]),
            NotResources=selection.get("not_resource_types"),
            Conditions=_conditions(selection.get("conditions", {})),
        )


def _conditions(conditions: Part) -> dict[str, Any]:
    return {
        _CONDITIONS[operator]: [
            {"ConditionKey": one["condition_key"], "ConditionValue": one["condition_value"]} for one in named.values()
        ]
        for operator, named in conditions.items()
    }


def _tags(tags: Part) -> dict[str, str]:
    return {tag["tag_key"]: tag["tag_value"] for tag in tags.values() if "tag_key" in tag and "tag_value" in tag}


def _arn(text: str | None, target: Target) -> str | None:
    """With the account and the region where the plan runs."""
    return text.replace("$account", target.account).replace("$region", target.region) if text else None


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _flag(text: str | None) -> bool | None:
    return text == "true" if text else None


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, {}, [])}
