"""Whether AWS Backup may assume a role, by its trust policy; and which statements of a vault's policy keep it out.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.patterns import is_like

SERVICE = "backup.amazonaws.com"
ASSUME = "sts:AssumeRole"
NEEDED = "backup:StartBackupJob"
"""What a backup into a vault needs of its access policy."""
_OF_ACCOUNT = ("aws:sourceaccount",)

Statement = Mapping[str, Any]


def lets_backup_in(trust: Statement, account: str) -> bool | None:
    """None where conditions decide that are not known here."""
    said = [_says(one, account) for one in _statements(trust) if _is_about_backup(one)]
    if (False, True) in said:
        return False
    if (True, True) in said:
        return None if any(sure is None for _, sure in said) else True
    return None if any(sure is None for _, sure in said) else False


def trusting() -> dict[str, Any]:
    """The statement that lets it in."""
    return {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": ASSUME}


def denying(policy: Statement | None, role: str) -> Iterator[Statement]:
    """The statements of a vault's policy that deny what a backup by this role needs, without a condition."""
    for one in _statements(policy or {}):
        denies = one.get("Effect") == "Deny" and not one.get("Condition")
        if denies and _names(one, role) and _is_needed(one):
            yield one


def without(policy: Statement, statements: Iterable[Statement]) -> dict[str, Any]:
    """A policy without some of its statements."""
    gone = list(statements)
    return {**policy, "Statement": [one for one in _statements(policy) if one not in gone]}


def with_trust(trust: Statement | None) -> dict[str, Any]:
    """A trust policy that lets AWS Backup in, beside whom it lets in already; what denies it is taken out."""
    kept = [one for one in _statements(trust or {}) if not (one.get("Effect") == "Deny" and _is_about_backup(one))]
    return {"Version": "2012-10-17", "Statement": [*kept, trusting()]}


def _is_needed(statement: Statement) -> bool:
    return any(is_like(action.casefold(), NEEDED.casefold()) for action in _listed(statement.get("Action")))


def _statements(policy: Statement) -> tuple[Statement, ...]:
    found = policy.get("Statement", ())
    return (found,) if isinstance(found, Mapping) else tuple(found)


def _is_about_backup(statement: Statement) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, Mapping) else _listed(principal)
    is_it = any(one in (SERVICE, "*") for one in services)
    return is_it and any(is_like(action.casefold(), ASSUME.casefold()) for action in _listed(statement.get("Action")))


def _says(statement: Statement, account: str) -> tuple[bool, bool | None]:
    """Whether it allows, and whether that is sure."""
    return statement.get("Effect") == "Allow", _is_met(statement.get("Condition") or {}, account)


def _is_met(condition: Statement, account: str) -> bool | None:
    for operator, keys in condition.items():
        for key, values in keys.items():
            if operator not in ("StringEquals", "StringLike") or key.casefold() not in _OF_ACCOUNT:
                return None
            if not any(is_like(value, account) for value in _listed(values)):
                return False
    return True


def _names(statement: Statement, role: str) -> bool:
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS")) if isinstance(principal, Mapping) else _listed(principal)
    account = role.split(":")[4] if role.count(":") >= 5 else ""
    return any(one in ("*", role, account, f"arn:aws:iam::{account}:root") for one in named)


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
