"""Statements of resource policies, as IAM reads them: what they are about, for whom, and under which conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

EVERYBODY = "*"


class Condition(NamedTuple):
    """One key of a condition, which holds if one of its values does."""

    operator: str
    """`StringEquals`, without what comes before and after it."""
    key: str
    """In lower case, since keys are the same in any."""
    values: tuple[str, ...]
    quantifier: str = ""
    """`ForAnyValue`, which never holds without the key, or `ForAllValues`, which does then."""
    if_exists: bool = False
    """It holds where the request does not have the key."""


class Statement(NamedTuple):
    """All of its conditions must hold."""

    effect: str
    actions: tuple[str, ...]
    is_about_the_rest: bool
    """It says what it is not about (`NotAction`)."""
    principals: Mapping[str, tuple[str, ...]]
    """By kind: `AWS`, `Service`, `Federated`."""
    is_for_the_rest: bool
    """It says whom it is not for (`NotPrincipal`)."""
    conditions: tuple[Condition, ...]

    def is_about(self, action: str) -> bool:
        fits = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)
        return fits != self.is_about_the_rest


def statements(policy: Mapping[str, Any] | None) -> Iterator[Statement]:
    """None for what has no policy."""
    found = (policy or {}).get("Statement", ())
    return map(_statement, [found] if isinstance(found, Mapping) else found)


def _statement(written: Mapping[str, Any]) -> Statement:
    return Statement(
        written.get("Effect", ""),
        _listed(written.get("Action", written.get("NotAction"))),
        "NotAction" in written,
        _by_kind(written.get("Principal", written.get("NotPrincipal"))),
        "NotPrincipal" in written,
        tuple(_conditions(written.get("Condition") or {})),
    )


def _by_kind(principal: Any) -> dict[str, tuple[str, ...]]:
    """Everybody without a kind is every account."""
    written = principal if isinstance(principal, Mapping) else {"AWS": principal}
    return {kind: _listed(named) for kind, named in written.items() if named is not None}


def _conditions(written: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for operator, asked in written.items():
        quantifier, _, name = operator.rpartition(":")
        bare = name.removesuffix("IfExists")
        for key, values in asked.items():
            yield Condition(bare, key.lower(), _listed(values), quantifier, bare != name)


def _listed(value: Any) -> tuple[str, ...]:
    """One item and a list of one are the same."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
