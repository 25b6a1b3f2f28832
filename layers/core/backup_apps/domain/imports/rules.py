"""A rule of a plan, as the policy language writes it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.imports.found import Document
from backup_apps.domain.imports.wording import days, literal, minutes
from backup_apps.domain.policy import RULE_DEFAULTS
from backup_apps.domain.regions import partition_of

_RULE = {
    "RuleName", "TargetBackupVaultName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartWindowMinutes",
    "CompletionWindowMinutes", "EnableContinuousBackup", "Lifecycle", "RecoveryPointTags", "CopyActions",
}  # fmt: skip
_LIFECYCLE = {"DeleteAfterDays", "MoveToColdStorageAfterDays", "OptInToArchiveForSupportedResources"}
_COPY = {"DestinationBackupVaultArn", "Lifecycle"}


class Worded(NamedTuple):
    """What the language says, and what it can't."""

    spec: dict[str, Any]
    losses: tuple[str, ...] = ()


def unsaid(document: Document, known: Iterable[str], where: str) -> tuple[str, ...]:
    """Members for which the language has no words."""
    return tuple(f"{where}: the policy language has no words for {name}" for name in sorted(set(document) - {*known}))


def word_rule(rule: Document, target: Target) -> Worded:
    """`rule` is in normal form."""
    where = f"rule '{rule['RuleName']}'"
    spec: dict[str, Any] = {"vault": rule.get("TargetBackupVaultName", ""), "schedule": rule["ScheduleExpression"]}
    settings = {
        "timezone": rule["ScheduleExpressionTimezone"],
        "startWindow": minutes(rule["StartWindowMinutes"]),
        "completeWindow": minutes(rule["CompletionWindowMinutes"]),
        "continuous": rule["EnableContinuousBackup"],
    }
    spec |= {key: value for key, value in settings.items() if value != RULE_DEFAULTS[key]}
    spec["retention"] = word_retention(rule.get("Lifecycle", {}))
    if "RecoveryPointTags" in rule:
        spec["tags"] = literal(dict(sorted(rule["RecoveryPointTags"].items())))
    losses = [*unsaid(rule, _RULE, where), *unsaid(rule.get("Lifecycle", {}), _LIFECYCLE, where)]
    copies: dict[str, Any] = {}
    for copy in rule.get("CopyActions", ()):
        copies[copy_key(copy, copies)] = word_copy(copy, target)
        losses += [
            *unsaid(copy, _COPY, f"{where}, a copy"),
            *unsaid(copy.get("Lifecycle", {}), _LIFECYCLE, f"{where}, a copy"),
        ]
    return Worded(spec | ({"copies": copies} if copies else {}), tuple(losses))


def word_retention(lifecycle: Document) -> dict[str, Any]:
    cold, delete = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
    archive = lifecycle.get("OptInToArchiveForSupportedResources")
    return {
        **({"cold": days(cold)} if cold is not None else {}),
        "delete": "never" if delete is None else days(delete),
        **({"archiveWhenSupported": archive} if archive else {}),
    }


def word_copy(copy: Document, target: Target) -> dict[str, Any]:
    """By the vault's name where it can be; somebody else made the vault, so it is external."""
    retention = word_retention(copy.get("Lifecycle", {}))
    arn = str(copy.get("DestinationBackupVaultArn", ""))
    parts = arn.split(":")
    if len(parts) != 7 or parts[1] != partition_of(parts[3]):
        return {"vaultArn": literal(arn), "retention": retention}
    region, account, vault = parts[3], parts[4], parts[6]
    to = {"vault": vault, "region": region, **({"account": account} if account != target.account else {})}
    return {"to": {**to, "external": True}, "retention": retention}


def copy_key(copy: Document, taken: Iterable[str]) -> str:
    """The vault's name, with region and account where the name alone does not tell."""
    parts = str(copy.get("DestinationBackupVaultArn", "")).split(":")
    region, account, vault = (parts[3], parts[4], parts[6]) if len(parts) == 7 else ("", "", "copy")
    names = (vault, f"{vault}-{region}", f"{vault[:20]}-{region}-{account}")
    return free_name([name for name in names if len(name) <= 50], taken)


def free_name(wanted: list[str], taken: Iterable[str], longest: int = 50) -> str:
    """The first name that is free, or else the last with a number."""
    used = set(taken)
    numbered = (f"{wanted[-1][: longest - len(f'-{n}')]}-{n}" for n in range(2, len(used) + 3))
    return next(name for name in (*wanted, *numbered) if name not in used)
