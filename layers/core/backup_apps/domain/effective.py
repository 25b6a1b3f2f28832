"""The effective policy: an app after inheritance, on one target, with every variable replaced."""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.grammar import grammar_of
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping, MergedScalar, Removed
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, plain
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.policy import RULE_DEFAULTS, Policy
from backup_apps.domain.pruning import without_broken
from backup_apps.domain.quantities import Substituted
from backup_apps.domain.variables import Scope, UnknownVariableError


class Effective(NamedTuple):
    """A policy tree whose values know where they were written, and the typed policy without what is wrong in it."""

    node: Mapping
    policy: Policy | None
    findings: tuple[Finding, ...]
    dropped: tuple[Path, ...] = ()
    """The paths, from `policy` down, of what `policy` leaves out."""

    @property
    def is_whole(self) -> bool:
        return self.policy is not None and not self.dropped

    def rests_on_dropped(self, path: Path) -> bool:
        """Whether a part that was left out lies at a path or below it, so that nothing sure can be said there."""
        return any(lost[: len(path)] == path for lost in self.dropped)


def effective_policy(merged: Merged | None, scope: Scope, origin: Place) -> Effective:
    """The policy of a leaf on a target. `origin` is where the leaf itself is written."""
    projection = _Projection(scope)
    node = projection.project(merged, ("policy",)) if merged else None
    policy = with_defaults(node if isinstance(node, Mapping) else Mapping({}, origin))
    typed = _typed(policy) if projection.is_whole else None
    if typed is not None:
        return Effective(policy, typed, ())
    grammar = grammar_of(Policy)
    checked, refused = check(policy, grammar, ("policy",), PLAIN, origin)
    left, dropped = without_broken(checked, grammar)
    rest = _typed(left) if isinstance(left, Mapping) else None
    return Effective(policy, rest, (*projection.findings, *refused), tuple(dropped))


def _typed(policy: Mapping) -> Policy | None:
    """The policy as a model; None where something in it is wrong, which `check` then places."""
    try:
        return Policy.model_validate(plain(policy))
    except ValidationError:
        return None


class _Projection:
    """A merged tree as nodes again: what is removed is gone, what is in force is substituted."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.findings: list[Finding] = []
        self.is_whole = True
        """Nothing in it was refused so far."""

    def project(self, merged: Merged, path: Path) -> Node | None:
        if isinstance(merged, Removed):
            return None
        if isinstance(merged, MergedScalar):
            return self._substitute(Scalar(merged.value, merged.history.last.place), path)
        if isinstance(merged, MergedList):
            items = (self._substitute(item, (*path, index)) for index, item in enumerate(merged.items))
            return Sequence(tuple(items), merged.history.last.place)
        if isinstance(merged, MergedMapping):
            return self._project_mapping(merged, path)
        self.is_whole = False
        return Broken(merged.history.last.place)

    def _project_mapping(self, merged: MergedMapping, path: Path) -> Mapping:
        entries: dict[str, Entry] = {}
        for key, child in merged.entries.items():
            node = self.project(child, (*path, key))
            if node is not None:
                entries[key] = Entry(child.key_place if isinstance(child, MergedMapping) else node.place, node)
        return Mapping(entries, merged.key_place)

    def _substitute(self, node: Node, path: Path) -> Node:
        if isinstance(node, Scalar):
            return self._substitute_text(node, path) if isinstance(node.value, str) and "${" in node.value else node
        if isinstance(node, Sequence):
            return Sequence(tuple(self._substitute(item, path) for item in node.items), node.place)
        if isinstance(node, Mapping):
            entries = {
                key: Entry(e.key_place, self._substitute(e.node, (*path, key))) for key, e in node.entries.items()
            }
            return Mapping(entries, node.place)
        self.is_whole = False
        return node

    def _substitute_text(self, node: Scalar, path: Path) -> Node:
        try:
            return Scalar(Substituted(self.scope.substitute(str(node.value))), node.place)
        except UnknownVariableError as error:
            self.findings.append(finding(node.place, path, str(error)))
            self.is_whole = False
            return Broken(node.place)


def with_defaults(policy: Mapping) -> Mapping:
    """The policy with every default of a rule written out, at the place of its rule."""
    return _within(policy, "plans", lambda plan: _within(plan, "rules", _with_rule_defaults))


def _within(node: Mapping, key: str, change: Callable[[Mapping], Mapping]) -> Mapping:
    """The node with each mapping under one of its keys changed."""
    held = node.entries.get(key)
    if held is None or not isinstance(held.node, Mapping):
        return node
    changed = {
        name: Entry(entry.key_place, change(entry.node) if isinstance(entry.node, Mapping) else entry.node)
        for name, entry in held.node.entries.items()
    }
    return Mapping({**node.entries, key: Entry(held.key_place, Mapping(changed, held.node.place))}, node.place)


def _with_rule_defaults(rule: Mapping) -> Mapping:
    missing = {
        key: Entry(rule.place, Scalar(value, rule.place))
        for key, value in RULE_DEFAULTS.items()
        if key not in rule.entries
    }
    return Mapping({**rule.entries, **missing}, rule.place)
