"""Laws of imports, on policies that nobody thought of: the bundle renders the same plans, or says what it would not."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.offline_wiring import resolve_documents
from backup_apps.usecases.import_plans import Documents
from backup_apps.usecases.import_policies import import_policies
from organizations.chains import effective

names = st.text("abcdefghij-_.", min_size=1, max_size=12)
vaults = st.sampled_from(["main", "Default", "other_vault"])
schedules = st.sampled_from(["cron(0 3 * * ? *)", "cron(0 5 ? * SUN *)", "cron(30 1 1 * ? *)", "cron(0 5 * * ?)"])
regions = st.lists(st.sampled_from(["eu-west-1", "us-east-1", "ap-south-1"]), min_size=1, unique=True)
texts = st.text(st.characters(exclude_categories=["C"]), max_size=12) | st.sampled_from(
    ["${account}", "$account", "$${", "012345678901", "true", "null", "1e3", "a: b", "#", "- x", "on", ".5", "0x1f"]
)


def lifecycles(gap: int, *, may_be_empty: bool) -> st.SearchStrategy[dict[str, str]]:
    """AWS Backup wants 90 days between cold storage and deletion; Organizations does not."""
    days = st.builds(lambda days: {"delete_after_days": str(days)}, st.integers(1, 36500))
    cold = st.builds(
        lambda cold, more: {"move_to_cold_storage_after_days": str(cold), "delete_after_days": str(cold + more)},
        st.integers(1, 1000),
        st.integers(gap, 1000),
    )
    return st.one_of(days, cold, *([st.just({})] if may_be_empty else []))


def assigned(document: dict[str, Any]) -> dict[str, Any]:
    """A policy that assigns everything: mappings are settings, the rest are values."""
    return {key: assigned(value) if isinstance(value, dict) else {"@@assign": value} for key, value in document.items()}


def rules(sound: bool) -> st.SearchStrategy[dict[str, Any]]:
    kept = lifecycles(90 if sound else 0, may_be_empty=not sound)
    tag_keys = st.sampled_from(["Owner", "cost"] if sound else ["Owner", "aws:x", "${x}"])
    always = {"target_backup_vault_name": vaults} | ({"lifecycle": kept} if sound else {})
    optional = {
        "schedule_expression": schedules,
        "start_backup_window_minutes": st.integers(60, 600).map(str),
        "complete_backup_window_minutes": st.integers(601 if sound else 400, 20000).map(str),
        "lifecycle": kept,
        "recovery_point_tags": st.dictionaries(tag_keys, texts).map(tags_of),
        "copy_actions": st.dictionaries(st.sampled_from(COPIES), kept, max_size=5).map(copies_of),
    }
    return st.fixed_dictionaries(always, optional={key: value for key, value in optional.items() if key not in always})


COPIES = [
    f"arn:aws:backup:{region}:{account}:backup-vault:{vault}"
    for region in ("us-east-1", "eu-central-1")
    for account in ("$account", "333333333333")
    for vault in ("copies", "Other")
]


def tags_of(tags: dict[str, str]) -> dict[str, Any]:
    return {key: {"tag_key": key, "tag_value": value} for key, value in tags.items()}


def copies_of(copies: dict[str, Any]) -> dict[str, Any]:
    return {arn: {"target_backup_vault_arn": arn, "lifecycle": lifecycle} for arn, lifecycle in copies.items()}


def conditions(sound: bool) -> st.SearchStrategy[dict[str, Any]]:
    keys = ["aws:ResourceTag/team", "aws:ResourceTag/Cost Center"] + ([] if sound else ["team"])
    condition = st.builds(
        lambda key, value: {"condition_key": key, "condition_value": value}, st.sampled_from(keys), texts
    )
    operators = st.sampled_from(["string_equals", "string_not_equals", "string_like", "string_not_like"])
    return st.dictionaries(operators, st.dictionaries(names, condition, max_size=3), max_size=2)


types = st.lists(
    st.sampled_from(["*", "arn:aws:ec2:*:*:volume/*", "arn:aws:s3:::*", "arn:aws:rds:*:*:db:*"]),
    min_size=1,
    unique=True,
)
role = st.sampled_from(["arn:aws:iam::$account:role/backup", "arn:aws:iam::$account:role/service/other"])


def selections(sound: bool) -> st.SearchStrategy[dict[str, Any]]:
    tagged = {
        "iam_role_arn": role,
        "tag_key": st.sampled_from(["backup", "Team"]),
        "tag_value": st.lists(texts, min_size=1, max_size=3),
    }
    by_tag = st.fixed_dictionaries(tagged, optional={} if sound else {"conditions": conditions(sound)})
    by_type = st.fixed_dictionaries(
        {"iam_role_arn": role, "resource_types": types},
        optional={"not_resource_types": types, "conditions": conditions(sound)},
    )
    return st.fixed_dictionaries(
        {"tags": st.dictionaries(names, by_tag, min_size=1, max_size=2)},
        optional={"resources": st.dictionaries(names, by_type, max_size=2)},
    )


def plans(sound: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Plans of policies that Organizations takes; sound ones can be said in the policy language, too."""
    settings = {"ec2": {"windows_vss": "enabled"}, "s3": {"backup_acls": "disabled", "backup_object_tags": "enabled"}}
    unsaid = {
        "backup_plan_tags": st.just(tags_of({"stage": "beta"})),
        "scan_settings": st.just({"GUARDDUTY": {"resource_types": ["EBS"]}}),
    }
    return st.fixed_dictionaries(
        {
            "regions": regions,
            "rules": st.dictionaries(names, rules(sound), min_size=1, max_size=3),
            "selections": selections(sound),
        },
        optional={"advanced_backup_settings": st.just(settings)} | ({} if sound else unsaid),
    )


def policies(sound: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Organizations takes 10,000 characters of a policy at most."""
    drawn = st.dictionaries(names, plans(sound), min_size=1, max_size=2)
    return drawn.map(lambda plans: assigned({"plans": plans})).filter(lambda policy: len(json.dumps(policy)) < 10_000)


accounts = st.lists(st.sampled_from(["111111111111", "012345678901", "099999999999"]), min_size=1, unique=True)


@given(policies(sound=True), accounts)
def test_an_imported_policy_renders_the_same_plans(policy: dict[str, Any], accounts: list[str]) -> None:
    effective_policy = effective(policy).document or {}

    imported = import_policies(effective_policy, accounts, "imported", "", resolve_documents)

    assert imported.problems == ()
    assert rendered_plans(imported.documents) == expected_plans(effective_policy, accounts)


@given(policies(sound=False), accounts)
def test_what_would_be_rendered_otherwise_is_said(policy: dict[str, Any], accounts: list[str]) -> None:
    effective_policy = effective(policy).document or {}
    unsaid = any({"backup_plan_tags", "scan_settings"} & set(plan) for plan in effective_policy["plans"].values())

    imported = import_policies(effective_policy, accounts, "imported", "", resolve_documents)

    same = rendered_plans(imported.documents) == expected_plans(effective_policy, accounts)
    assert (imported.problems == ()) == (same and not unsaid)


def expected_plans(document: dict[str, Any], accounts: list[str]) -> dict[Any, Any]:
    return {
        (account, region, name): expected_plan(plan, account)
        for name, plan in document["plans"].items()
        for region in plan["regions"]
        for account in accounts
    }


def rendered_plans(documents: Documents) -> dict[Any, Any]:
    state = resolve_documents(documents).state
    return {
        (target.account, target.region, plan.name): rendered_plan(plan.backup_plan, plan.selections)
        for target in (state.targets if state else ())
        for plan in target.plans
    }


def expected_plan(plan: dict[str, Any], account: str) -> Any:
    """What AWS Backup does with a plan of an effective policy, in so many words."""

    def here(arn: str) -> str:
        return arn.replace("$account", account)

    def kept(lifecycle: dict[str, str]) -> tuple[int, ...]:
        return tuple(int(lifecycle.get(f"{key}_after_days", 0)) for key in ("move_to_cold_storage", "delete"))

    rules = {
        key: (
            rule["target_backup_vault_name"],
            rule.get("schedule_expression", "cron(0 5 ? * * *)").replace("* * ?)", "* * ? *)"),
            int(rule.get("start_backup_window_minutes", 480)),
            int(rule.get("complete_backup_window_minutes", 10080)),
            kept(rule.get("lifecycle", {})),
            {tag["tag_key"]: tag["tag_value"] for tag in rule.get("recovery_point_tags", {}).values()},
            sorted(
                (here(copy["target_backup_vault_arn"]), kept(copy.get("lifecycle", {})))
                for copy in rule.get("copy_actions", {}).values()
            ),
        )
        for key, rule in plan["rules"].items()
    }
    selections = [
        (
            here(selection["iam_role_arn"]),
            sorted((selection["tag_key"], value) for value in selection.get("tag_value", ())),
            sorted(selection.get("resource_types", ())),
            sorted(selection.get("not_resource_types", ())),
            sorted(
                (operator.replace("_", ""), one["condition_key"], one["condition_value"])
                for operator, named in selection.get("conditions", {}).items()
                for one in named.values()
            ),
        )
        for named in plan["selections"].values()
        for selection in named.values()
    ]
    options = sorted(
        (option.replace("_", ""), value)
        for options in plan.get("advanced_backup_settings", {}).values()
        for option, value in options.items()
    )
    return rules, sorted(selections), options


def rendered_plan(plan: Any, selections: Any) -> Any:
    """The same of what a bundle renders."""

    def kept(lifecycle: dict[str, int]) -> tuple[int, ...]:
        return lifecycle.get("MoveToColdStorageAfterDays", 0), lifecycle.get("DeleteAfterDays", 0)

    rules = {
        rule["RuleName"]: (
            rule["TargetBackupVaultName"],
            rule["ScheduleExpression"],
            rule["StartWindowMinutes"],
            rule["CompletionWindowMinutes"],
            kept(rule["Lifecycle"]),
            rule.get("RecoveryPointTags", {}),
            sorted(
                (copy["DestinationBackupVaultArn"], kept(copy["Lifecycle"])) for copy in rule.get("CopyActions", ())
            ),
        )
        for rule in plan["Rules"]
    }
    selected = [
        (
            selection["IamRoleArn"],
            sorted((tag["ConditionKey"], tag["ConditionValue"]) for tag in selection.get("ListOfTags", ())),
            sorted(selection.get("Resources", ())),
            sorted(selection.get("NotResources", ())),
            sorted(
                (operator.lower(), one["ConditionKey"], one["ConditionValue"])
                for operator, listed in selection.get("Conditions", {}).items()
                for one in listed
            ),
        )
        for selection in selections
    ]
    options = sorted(
        (option.lower(), value)
        for setting in plan.get("AdvancedBackupSettings", ())
        for option, value in setting["BackupOptions"].items()
    )
    return rules, sorted(selected), options
