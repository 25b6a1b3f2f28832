"""Whom access policies of vaults let in, against whom the hub's trust policy lets in.

Who may read a vault's recovery points, copy into it or change it is named in the vault; the trust policy, which no
bundle can change, says who may be. Services of AWS are let in by nobody's name, and denials let nobody in.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import apps_of_vault
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.policy_statements import EVERYBODY, Condition, Statement, statements

_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::(\d{12}):")
_EQUALS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
_ALWAYS_THERE = ("aws:principalaccount", "aws:principalarn")
"""In every signed request, and AWS Backup takes no other."""
_ORGANIZATION, _PATHS = "aws:principalorgid", "aws:principalorgpaths"
"""Only of principals that are in an organization. Of the paths there are several; each begins with its organization.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""


def principal_drift(desired: DesiredTarget, live: LiveTarget, allowed: Collection[str]) -> Iterator[Drift]:
    """`allowed`: patterns of ARNs, account ids and ids of organizations. The vault's own account is in anyway."""
    wanted = {vault.name for vault in desired.vaults}
    for vault in live.vaults:
        strangers = sorted(set(_strangers(vault.access_policy, {*allowed, live.account})))
        if vault.name in wanted and strangers:
            named = ", ".join("everybody" if one == EVERYBODY else one for one in strangers)
            yield Drift(
                Kind.VAULT_PRINCIPAL,
                vault.name,
                Direction.WEAKENS,
                None,
                strangers,
                (f"the access policy of vault {vault.name} lets in {named}, whom the trust policy does not name",),
                apps_of_vault(vault.name, desired),
                f"policy.vaults: accessPolicy of {vault.name}",
                name=vault.name,
            )


def _strangers(policy: Any, allowed: Collection[str]) -> Iterator[str]:
    for statement in statements(policy):
        if statement.effect == "Allow" and not any(_narrows(one, allowed) for one in statement.conditions):
            yield from (one for one in _let_in(statement) if not _is_allowed(one, allowed))


def _let_in(statement: Statement) -> Iterable[str]:
    """Everybody where it says whom it does not mean, or nothing of it."""
    if statement.is_for_the_rest or not statement.principals:
        return (EVERYBODY,)
    return [one for kind, named in statement.principals.items() if kind != "Service" for one in named]


def _narrows(condition: Condition, allowed: Collection[str]) -> bool:
    """Whether it holds for nobody but who is allowed, and not for who has no such key either."""
    if condition.operator not in _EQUALS or not _is_asked_of_everybody(condition):
        return False
    names = (one.partition("/")[0] if condition.key == _PATHS else one for one in condition.values)
    return all(_is_allowed(one, allowed) for one in names)


def _is_asked_of_everybody(condition: Condition) -> bool:
    if condition.key == _PATHS:
        return condition.quantifier == "ForAnyValue" and not condition.if_exists
    if condition.quantifier == "ForAllValues":
        return False
    return condition.key in _ALWAYS_THERE or (condition.key == _ORGANIZATION and not condition.if_exists)


def _is_allowed(principal: str, allowed: Collection[str]) -> bool:
    account = _ACCOUNT.match(principal)
    names = (principal, account[1]) if account else (principal,)
    return any(fnmatchcase(name, pattern) for name in names for pattern in allowed)
