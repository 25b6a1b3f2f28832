"""One form for what a bundle asks and for what AWS answers, so that only real differences are seen.

AWS adds what it makes itself (RuleId), leaves out what is empty, writes defaults out, and keeps no promise about order.
Each function here takes either side and returns the form that both share: the shape of the request, defaults explicit,
nothing empty, lists without an order of their own sorted.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

Document = Mapping[str, Any]

RULE_DEFAULTS: Document = {
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "ScheduleExpressionTimezone": "Etc/UTC",
    "StartWindowMinutes": 480,
    "CompletionWindowMinutes": 10080,
    "EnableContinuousBackup": False,
}
"""What AWS Backup takes for a rule that does not say (see API_BackupRuleInput)."""

_KEEP_FOREVER = -1
_ACCOUNT_DIGITS = 12


def backup_plan(plan: Document) -> dict[str, Any]:
    """A plan in the shape of CreateBackupPlan's `BackupPlan`, from there or from GetBackupPlan."""
    settings = plan.get("AdvancedBackupSettings") or ()
    return _without_empty(
        {
            **plan,
            "Rules": sorted((_rule(rule) for rule in plan.get("Rules", ())), key=lambda rule: str(rule["RuleName"])),
            "AdvancedBackupSettings": sorted((dict(setting) for setting in settings), key=canonical_json),
        }
    )


def backup_selection(selection: Document) -> dict[str, Any]:
    """A selection in the shape of CreateBackupSelection's `BackupSelection`; none of its lists has an order."""
    conditions = {
        operator: sorted((dict(one) for one in listed), key=canonical_json)
        for operator, listed in (selection.get("Conditions") or {}).items()
    }
    lists = {
        name: sorted(selection.get(name) or (), key=canonical_json)
        for name in ("Resources", "NotResources", "ListOfTags")
    }
    return _without_empty({**selection, **lists, "Conditions": _without_empty(conditions)})


def access_policy(policy: str | Document) -> Any:
    """A vault's policy, parsed: one item and a list of one are the same, an account is its root, lists are sorted.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    document = json.loads(policy) if isinstance(policy, str) else policy
    return _policy_node(document)


def notifications(settings: Document) -> dict[str, Any]:
    """The topic, and the events in alphabetical order."""
    return {"SNSTopicArn": settings["SNSTopicArn"], "BackupVaultEvents": sorted(set(settings["BackupVaultEvents"]))}


def canonical_json(value: Any) -> str:
    """Equal values, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(value: Any, digits: int) -> str:
    """The first hexadecimal digits of a value's SHA-256."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:digits]


def _rule(rule: Document) -> dict[str, Any]:
    copies = [_copy(copy) for copy in rule.get("CopyActions") or ()]
    shaped = {
        **RULE_DEFAULTS,
        **{key: value for key, value in rule.items() if key != "RuleId" and value is not None},
        "Lifecycle": lifecycle_of(rule.get("Lifecycle")),
        "CopyActions": sorted(copies, key=canonical_json),
    }
    return _without_empty(shaped)


def _copy(copy: Document) -> dict[str, Any]:
    return _without_empty({**copy, "Lifecycle": lifecycle_of(copy.get("Lifecycle"))})


def lifecycle_of(lifecycle: Document | None) -> dict[str, Any]:
    """`-1` days and no days both mean "forever"; `DeleteAfterEvent` is output only; archiving defaults to off."""
    return {
        key: value
        for key, value in (lifecycle or {}).items()
        if key != "DeleteAfterEvent" and value is not None and value is not False and value != _KEEP_FOREVER
    }


def _without_empty(document: Document) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in (None, {}, [], ())}


def _policy_node(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _principals(value) if key == "AWS" else _policy_node(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return _one_or_sorted(_policy_node(item) for item in node)
    return node


def _principals(named: Any) -> Any:
    listed = [named] if isinstance(named, str) else named
    return _one_or_sorted(_root_of(one) for one in listed)


def _root_of(principal: str) -> str:
    bare_account = len(principal) == _ACCOUNT_DIGITS and principal.isdigit()
    return f"arn:aws:iam::{principal}:root" if bare_account else principal


def _one_or_sorted(items: Iterable[Any]) -> Any:
    ordered = sorted(items, key=canonical_json)
    return ordered[0] if len(ordered) == 1 else ordered
