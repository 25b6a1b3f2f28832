"""Whether the access policy of a vault lets a copy in or out.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
"""

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

COPY_IN, COPY_OUT = "backup:CopyIntoBackupVault", "backup:CopyFromBackupVault"

Allows = bool | None
"""None where no statement is about it."""

_IN_THE_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")


@lru_cache(maxsize=4096)
def allows(policy: str | None, action: str, role: str) -> Allows:
    """What a vault's policy says of an action of a role; of conditions that can't be known here, what copies need."""
    effects = {one["Effect"] for one in _statements(policy) if _applies(one, action, role)} if policy else set()
    return False if "Deny" in effects else True if effects else None


def _statements(policy: str) -> Iterator[Mapping[str, Any]]:
    statements = json.loads(policy)["Statement"]
    yield from [statements] if isinstance(statements, dict) else statements


def _applies(statement: Mapping[str, Any], action: str, role: str) -> bool:
    return _is_about(statement, action) and _is_for(statement, role) and _holds(statement, role)


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    named = _listed(statement.get("Action", statement.get("NotAction", [])))
    fits = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in named)
    return fits != ("NotAction" in statement)


def _is_for(statement: Mapping[str, Any], role: str) -> bool:
    """The account of a role stands for all its roles."""
    account = role.split(":")[4]
    element = statement.get("Principal", statement.get("NotPrincipal", {}))
    named = _listed(element if isinstance(element, str) else element.get("AWS", []))
    everyone = {"*", role, account, f"arn:aws:iam::{account}:root"}
    return bool(everyone.intersection(named)) != ("NotPrincipal" in statement)


def _holds(statement: Mapping[str, Any], role: str) -> bool:
    """All accounts are of one organization, which is the one that is meant. What else can't be known here holds for an
    allowance and not for a denial."""
    conditions = (
        _condition(operator, key.lower(), _listed(values), role)
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    )
    return all((statement["Effect"] == "Allow") if known is None else known for known in conditions)


def _condition(operator: str, key: str, values: list[str], role: str) -> bool | None:
    name = operator.rpartition(":")[2].removesuffix("IfExists")
    is_negated = "Not" in name
    if key in _IN_THE_ORGANIZATION:
        return not is_negated
    known = {"aws:principalaccount": role.split(":")[4], "aws:principalarn": role}
    found, compare = known.get(key), _COMPARISONS.get(name.replace("Not", ""))
    if found is None or compare is None:
        return None
    return any(compare(found, value) for value in values) != is_negated


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda found, value: found == value,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
}


def _listed(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]
