"""Who may assume a role, use a key, or copy into a vault, as far as its policy alone tells.

Conditions that are not known here are not evaluated, and neither is what is granted to single roles of an account: then
nobody knows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backup_apps.domain.policy_statements import EVERYBODY, Condition, Statement, statements

EXTERNAL_ID = "sts:externalid"
_BY_AWS_BACKUP = {"kms:viaservice", "kms:grantisforawsresource", "kms:grantoperations", "aws:sourceaccount"}
"""Conditions that calls of AWS Backup meet."""
_WHOSE = {"aws:principalaccount", "kms:calleraccount"}


def lets_service(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a role can be assumed by a service of AWS."""
    assumed = (one for one in statements(policy) if one.effect == "Allow" and one.is_about("sts:AssumeRole"))
    return any(service in one.principals.get("Service", ()) for one in assumed)


def external_ids(policy: Mapping[str, Any], role: str) -> frozenset[str]:
    """Those with which a role, by its ARN, may assume another; one that needs none is the empty text."""
    return frozenset(
        identity
        for one in statements(policy)
        if one.effect == "Allow" and one.is_about("sts:AssumeRole") and role in one.principals.get("AWS", ())
        for identity in _external_ids(one)
    )


def _external_ids(statement: Statement) -> Iterator[str]:
    asked = [one for one in statement.conditions if one.key == EXTERNAL_ID and one.operator == "StringEquals"]
    yield from asked[0].values if asked else ("",)


def lets_account(policy: Mapping[str, Any] | None, account: str, action: str) -> bool | None:
    """Whether a resource policy lets an account; None where it rests on conditions that are not evaluated here. An
    account's roles still need policies of their own."""
    found = [_lets(one, account) for one in statements(policy) if one.is_about(action)]
    if any(effect == "Deny" and fits is not False for effect, fits in found):
        return None
    allowed = [fits for effect, fits in found if effect == "Allow"]
    return True if True in allowed else None if None in allowed else False


def _lets(statement: Statement, account: str) -> tuple[str, bool | None]:
    named = statement.principals.get("AWS", ())
    is_named = not {EVERYBODY, account, f"arn:aws:iam::{account}:root"}.isdisjoint(named)
    is_partly = not is_named and any(one.split(":")[4:5] == [account] for one in named)
    in_doubt = is_named and any(_holds(one, account) is None for one in statement.conditions)
    if statement.is_for_the_rest or is_partly or in_doubt:
        return statement.effect, None
    return statement.effect, is_named and all(_holds(one, account) for one in statement.conditions)


def _holds(condition: Condition, account: str) -> bool | None:
    if condition.key in _BY_AWS_BACKUP:
        return True
    if condition.key in _WHOSE and condition.operator in ("StringEquals", "StringLike"):
        return account in condition.values
    return None
