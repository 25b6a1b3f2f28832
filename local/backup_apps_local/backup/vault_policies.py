"""Whether the access policy of a vault lets a copy in or out.

A copy across accounts needs the destination to allow backup:CopyIntoBackupVault; within an account it is allowed unless
a policy denies it. https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
Evaluated are principals, actions, resources and the operators on strings, ARNs, booleans and null of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Context = Mapping[str, str]


def verdict(policy: str | None, action: str, resource: str, principal: str, context: Context) -> str | None:
    """`Deny`, `Allow`, or None where no statement applies. `principal` is the ARN of the role that acts."""
    if policy is None:
        return None
    statements = json.loads(policy)["Statement"]
    effects = {
        each["Effect"]
        for each in ([statements] if isinstance(statements, dict) else statements)
        if _applies(each, action, resource, principal, context)
    }
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else None


def _applies(statement: Mapping[str, Any], action: str, resource: str, principal: str, context: Context) -> bool:
    return (
        _is_principal(statement, principal)
        and _names(statement, "Action", action.lower(), str.lower)
        and _names(statement, "Resource", resource, str)
        and _holds(statement.get("Condition", {}), {name.lower(): value for name, value in context.items()})
    )


def _names(statement: Mapping[str, Any], element: str, value: str, form: Callable[[str], str]) -> bool:
    if f"Not{element}" in statement:
        return not any(fnmatchcase(value, form(pattern)) for pattern in _listed(statement[f"Not{element}"]))
    return any(fnmatchcase(value, form(pattern)) for pattern in _listed(statement.get(element, "*")))


def _is_principal(statement: Mapping[str, Any], principal: str) -> bool:
    element = statement.get("Principal", statement.get("NotPrincipal"))
    named = element if isinstance(element, str) else element.get("AWS", [])
    account = principal.split(":")[4]
    known = {"*", account, principal, f"arn:aws:iam::{account}:root"}
    return bool(known.intersection(_listed(named))) != ("NotPrincipal" in statement)


def _holds(condition: Mapping[str, Any], context: Context) -> bool:
    return all(
        _operator_holds(operator, context.get(key.lower()), _listed(values))
        for operator, block in condition.items()
        for key, values in block.items()
    )


def _operator_holds(operator: str, value: str | None, expected: list[str]) -> bool:
    """Negated operators hold for an absent key, the others don't; `IfExists` holds for an absent key always.

    Operators that are not evaluated here (numbers, dates, addresses) never hold.
    """
    name = operator.split(":")[-1]
    if name == "Null":
        return (value is None) == (expected[0].lower() == "true")
    if value is None and name.endswith("IfExists"):
        return True
    negated, compare = _COMPARISONS.get(name.removesuffix("IfExists"), (False, _never))
    found = value is not None and any(compare(value, each) for each in expected)
    return found != negated


def _listed(value: Any) -> list[str]:
    return [str(each).lower() if isinstance(each, bool) else each for each in _as_list(value)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _same(value: str, expected: str) -> bool:
    return value == expected


def _never(value: str, expected: str) -> bool:
    return False


def _same_ignoring_case(value: str, expected: str) -> bool:
    return value.lower() == expected.lower()


_COMPARISONS: dict[str, tuple[bool, Callable[[str, str], bool]]] = {
    "StringEquals": (False, _same),
    "StringNotEquals": (True, _same),
    "StringEqualsIgnoreCase": (False, _same_ignoring_case),
    "StringNotEqualsIgnoreCase": (True, _same_ignoring_case),
    "StringLike": (False, fnmatchcase),
    "StringNotLike": (True, fnmatchcase),
    "ArnEquals": (False, fnmatchcase),
    "ArnLike": (False, fnmatchcase),
    "ArnNotEquals": (True, fnmatchcase),
    "ArnNotLike": (True, fnmatchcase),
    "Bool": (False, _same_ignoring_case),
}
