"""Whether the access policy of a vault lets a copy in or out.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
"""

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from backup_apps.domain.policy_statements import EVERYBODY, Condition, Statement, statements

COPY_IN, COPY_OUT = "backup:CopyIntoBackupVault", "backup:CopyFromBackupVault"

Allows = bool | None
"""None where no statement is about it."""

_IN_THE_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")


@lru_cache(maxsize=4096)
def allows(policy: str | None, action: str, role: str) -> Allows:
    """What a vault's policy says of an action of a role; of conditions that can't be known here, what copies need."""
    said = statements(json.loads(policy)) if policy else ()
    effects = {one.effect for one in said if one.is_about(action) and _is_for(one, role) and _holds(one, role)}
    return False if "Deny" in effects else True if effects else None


def _is_for(statement: Statement, role: str) -> bool:
    """The account of a role stands for all its roles."""
    _, partition, _, _, account, _ = role.split(":", 5)
    meant = {EVERYBODY, role, account, f"arn:{partition}:iam::{account}:root"}
    return bool(meant.intersection(statement.principals.get("AWS", ()))) != statement.is_for_the_rest


def _holds(statement: Statement, role: str) -> bool:
    """All accounts are of one organization, which is the one that is meant. What else can't be known here holds for an
    allowance and not for a denial."""
    found = (_condition(one, role) for one in statement.conditions)
    return all((statement.effect == "Allow") if known is None else known for known in found)


def _condition(condition: Condition, role: str) -> bool | None:
    is_negated = "Not" in condition.operator
    if condition.key in _IN_THE_ORGANIZATION:
        return not is_negated
    known = {"aws:principalaccount": role.split(":")[4], "aws:principalarn": role}
    found, compare = known.get(condition.key), _COMPARISONS.get(condition.operator.replace("Not", ""))
    if found is None or compare is None:
        return None
    return any(compare(found, value) for value in condition.values) != is_negated


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda found, value: found == value,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
}
