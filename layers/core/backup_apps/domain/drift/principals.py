"""Whom access policies of vaults let in, against whom the hub's trust policy lets in.

Who may read a vault's recovery points, copy into it or change it is named in the vault; the trust policy, which no
bundle can change, says who may be. Services of AWS are let in by nobody's name, and denials let nobody in.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import apps_of_vault
from backup_apps.domain.live import LiveTarget

_EVERYBODY = "*"
_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::(\d{12}):")
_EQUALS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
_SAYS_WHO = ("aws:principalorgid", "aws:principalaccount", "aws:principalarn")
"""Keys of conditions by which a statement for everybody is one for some."""


def principal_drift(desired: DesiredTarget, live: LiveTarget, allowed: Collection[str]) -> Iterator[Drift]:
    """`allowed`: patterns of ARNs, account ids and ids of organizations. The vault's own account is in anyway."""
    wanted = {vault.name for vault in desired.vaults}
    for vault in live.vaults:
        strangers = sorted(set(_strangers(vault.access_policy, {*allowed, live.account})))
        if vault.name in wanted and strangers:
            named = ", ".join("everybody" if one == _EVERYBODY else one for one in strangers)
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
    for statement in _listed((policy or {}).get("Statement")):
        if statement.get("Effect") == "Allow" and not _is_narrowed(statement.get("Condition") or {}, allowed):
            yield from (one for one in _let_in(statement) if not _is_allowed(one, allowed))


def _let_in(statement: Mapping[str, Any]) -> Iterable[str]:
    """Everybody where it says whom it does not mean."""
    principal = statement.get("Principal", _EVERYBODY)
    if not isinstance(principal, Mapping):
        return _listed(principal)
    return [one for kind, named in principal.items() if kind != "Service" for one in _listed(named)]


def _is_narrowed(condition: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Whether it holds for nobody but who is allowed. All parts of a condition must hold, and one value of each."""
    return any(
        key.lower() in _SAYS_WHO and all(_is_allowed(str(one), allowed) for one in _listed(values))
        for operator, asked in condition.items()
        if operator in _EQUALS
        for key, values in asked.items()
    )


def _is_allowed(principal: str, allowed: Collection[str]) -> bool:
    account = _ACCOUNT.match(principal)
    names = (principal, account[1]) if account else (principal,)
    return any(fnmatchcase(name, pattern) for name in names for pattern in allowed)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
