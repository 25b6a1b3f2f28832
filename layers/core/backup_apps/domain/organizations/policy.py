"""A backup policy as written: a tree in which every setting holds operators.

Organizations reads keys and operators without regard to case, and shows names in lower case; so they are folded here,
once. What the operators may hold, and which settings there are, is `admission`'s matter.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from backup_apps.domain.operators import ALL, ASSIGN, CONTROL, NONE, VALUE_OPERATORS

MALFORMED = "MalformedPolicyDocumentException"
TOO_MUCH = "ConstraintViolationException"
LONGEST_POLICY = 10_000
"""Characters, white space included, as a policy is when it is saved through the API."""
EVERY_OPERATOR = frozenset(VALUE_OPERATORS)

Value = str | tuple[str, ...]


class PolicyError(ValueError):
    """Organizations would not store the policy: its code, and where. Reasons are ours; AWS gives a general one."""

    def __init__(self, code: str, path: str, reason: str) -> None:
        super().__init__(f"{code}: {path + ': ' if path else ''}{reason}")
        self.code, self.path, self.reason = code, path, reason


class Setting(NamedTuple):
    """One node: what it sets here, what children may do to it, and the settings below it by folded key."""

    assign: Value | None = None
    append: tuple[str, ...] | None = None
    remove: tuple[str, ...] | None = None
    allowed: frozenset[str] = EVERY_OPERATOR
    children: Mapping[str, "Setting"] = {}
    written: str = ""
    """The key as it stands in the policy: some must fit a pattern that knows case."""

    @property
    def has_value(self) -> bool:
        """Whether a value operator stands here."""
        return (self.assign, self.append, self.remove) != (None, None, None)


def read_policy(text: str) -> Setting:
    """The root of a policy. Raises PolicyError where it is no policy of any type, or too long for one."""
    if len(text) > LONGEST_POLICY:
        reason = f"a policy has {LONGEST_POLICY:,} characters at most, white space included; this has {len(text):,}"
        raise PolicyError(TOO_MUCH, "", f"POLICY_CONTENT_LIMIT_EXCEEDED: {reason}")
    return _setting(_parsed(text), (), "")


class _Object(NamedTuple):
    """A JSON object whose duplicate keys can still be seen."""

    pairs: list[tuple[str, Any]]


def _parsed(text: str) -> Any:
    """Numbers stay as they are written, since 60.0 is not 60 here."""
    try:
        return json.loads(
            text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except ValueError as error:
        raise PolicyError(MALFORMED, "", f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise PolicyError(MALFORMED, "", "it is nested too deep") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _setting(node: Any, path: tuple[str, ...], written: str) -> Setting:
    if not isinstance(node, _Object):
        raise refused(path, 'a setting is an object that holds operators, as in {"@@assign": …}')
    operators: dict[str, Any] = {}
    children: dict[str, Setting] = {}
    for key, value in node.pairs:
        folded = key.lower()
        if folded in operators or folded in children:
            raise refused((*path, key), "the key stands twice")
        if folded.startswith("@@"):
            operators[folded] = _operand(folded, value, path)
        else:
            children[folded] = _setting(value, (*path, key), key)
    allowed = operators.pop(CONTROL, EVERY_OPERATOR)
    # At the root, value operators of any kind are admitted and mean nothing.
    assign, append, remove = (operators.get(operator) if path else None for operator in VALUE_OPERATORS)
    return Setting(assign, append, remove, allowed, children, written)


def _operand(operator: str, value: Any, path: tuple[str, ...]) -> Value | frozenset[str]:
    where = (*path, operator)
    if operator == CONTROL:
        return _allowed(value, where)
    if operator not in VALUE_OPERATORS:
        raise refused(where, "there is no such operator")
    if operator != ASSIGN and path and not isinstance(value, list):
        raise refused(where, "it works on lists, so it takes a list")
    return tuple(_scalar(item, where) for item in value) if isinstance(value, list) else _scalar(value, where)


def _scalar(value: Any, path: tuple[str, ...]) -> str:
    """Organizations keeps every value as text: 60 is "60", true "true", null "null"."""
    if isinstance(value, list | _Object):
        raise refused(path, "it takes a value or a list of values, no object and no list in a list")
    return value if isinstance(value, str) else json.dumps(value)


def _allowed(value: Any, path: tuple[str, ...]) -> frozenset[str]:
    words = value if isinstance(value, list) else []
    if not words or not all(isinstance(word, str) for word in words):
        raise refused(path, f"it takes a list of {', '.join((ALL, NONE, *VALUE_OPERATORS))}")
    folded = {word.lower() for word in words}
    unknown = folded - {ALL, NONE, *VALUE_OPERATORS}
    if unknown:
        raise refused(path, f"there is no operator {min(unknown)}")
    if len(set(words)) < len(words):
        raise refused(path, "an operator stands twice")
    if NONE in folded and len(words) > 1:
        raise refused(path, f"{NONE} stands alone")
    return EVERY_OPERATOR if ALL in folded else frozenset(folded & EVERY_OPERATOR)


def refused(path: tuple[str, ...], reason: str) -> PolicyError:
    """The refusal of a setting."""
    return PolicyError(MALFORMED, "/".join(path), reason)
