"""The typed policy of a leaf on a target, straight from what is merged.

A part that leaves share, since an ancestor wrote it, is typed once for each set of values of the variables in it, and
the leaves share the result: a thousand siblings cost what they write themselves.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from backup_apps.domain.grammar import Fields, Free, Grammar, Keyed, grammar_of
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping, MergedScalar, Removed
from backup_apps.domain.nodes import Broken, Mapping, Node, Scalar, Sequence
from backup_apps.domain.policy import RULE_DEFAULTS, Policy, Rule
from backup_apps.domain.quantities import Substituted
from backup_apps.domain.variables import Scope, UnknownVariableError

_POLICY = grammar_of(Policy)
_FREE = Free()
_NAME = re.compile(r"\$\{([^${}]*)\}")


class _Unreadable(Exception):
    """Something in the policy was refused, or will be."""


class PolicyTyping:
    """Types the policies of one bundle."""

    def __init__(self) -> None:
        self._met: dict[int, Merged] = {}
        """What was typed once, by its id; kept alive, so that the id stays its own."""
        self._names: dict[int, tuple[str, ...]] = {}
        self._shared: dict[tuple[object, ...], BaseModel] = {}

    def typed(self, merged: Merged | None, scope: Scope) -> Policy | None:
        """None where something is wrong with it, for `effective` to say what."""
        try:
            return Policy.model_validate(self._value(merged, _POLICY, scope) if merged else {})
        except (_Unreadable, UnknownVariableError, ValidationError):
            return None

    def _value(self, merged: Merged, grammar: Grammar, scope: Scope) -> Any:
        if isinstance(merged, MergedScalar):
            return _substituted(merged.value, scope)
        if isinstance(merged, MergedMapping):
            if isinstance(grammar, Fields):
                return self._part(merged, grammar, scope)
            each = grammar.each if isinstance(grammar, Keyed) else _FREE
            return {
                key: self._value(child, each, scope)
                for key, child in merged.entries.items()
                if not isinstance(child, Removed)
            }
        if isinstance(merged, MergedList):
            return [_plain(item, scope) for item in merged.items]
        raise _Unreadable

    def _part(self, merged: MergedMapping, grammar: Fields, scope: Scope) -> Any:
        """A mapping that has a model of its own: as data the first time, since only what is met again is shared."""
        address = id(merged)
        if address not in self._met:
            self._met[address] = merged
            return self._values(merged, grammar, scope)
        names = self._names.get(address)
        if names is None:
            names = self._names[address] = tuple(sorted(set(_variables(merged))))
        key = (address, grammar.model, *(scope[name] for name in names))
        part = self._shared.get(key)
        if part is None:
            part = self._shared[key] = grammar.model.model_validate(self._values(merged, grammar, scope))
        return part

    def _values(self, merged: MergedMapping, grammar: Fields, scope: Scope) -> dict[str, Any]:
        values: dict[str, Any] = {**RULE_DEFAULTS} if grammar.model is Rule else {}
        for key, child in merged.entries.items():
            if isinstance(child, MergedScalar):
                value = child.value
                values[key] = _substituted(value, scope) if isinstance(value, str) and "${" in value else value
            elif not isinstance(child, Removed):
                each = grammar.each.get(key)
                if each is None:
                    raise _Unreadable
                values[key] = self._value(child, each, scope)
        return values


def _substituted(value: Any, scope: Scope) -> Any:
    return Substituted(scope.substitute(value)) if isinstance(value, str) and "${" in value else value


def _plain(node: Node, scope: Scope) -> Any:
    """The node as JSON data, variables replaced."""
    if isinstance(node, Scalar):
        return _substituted(node.value, scope)
    if isinstance(node, Sequence):
        return [_plain(item, scope) for item in node.items]
    if isinstance(node, Broken):
        raise _Unreadable
    return {key: _plain(entry.node, scope) for key, entry in node.entries.items()}


def _variables(part: Merged | Node) -> Iterator[str]:
    """The names of the variables that a part refers to."""
    if isinstance(part, MergedScalar | Scalar):
        yield from _NAME.findall(part.value) if isinstance(part.value, str) else ()
    elif isinstance(part, MergedList | Sequence):
        for item in part.items:
            yield from _variables(item)
    elif isinstance(part, MergedMapping):
        for child in part.entries.values():
            yield from _variables(child)
    elif isinstance(part, Mapping):
        for entry in part.entries.values():
            yield from _variables(entry.node)
