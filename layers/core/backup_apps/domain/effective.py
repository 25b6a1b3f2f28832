"""The effective policy: an app after inheritance, on one target, with every variable replaced."""

from collections.abc import Callable
from functools import cached_property

from pydantic import ValidationError

from backup_apps.domain.broken_values import without_broken
from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.grammar import grammar_of
from backup_apps.domain.inheritance import Merged, MergedList, MergedMapping, MergedScalar, Removed
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, plain
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.policy import RULE_DEFAULTS, Policy
from backup_apps.domain.quantities import Substituted
from backup_apps.domain.typed_policy import PolicyTyping
from backup_apps.domain.variables import Scope, UnknownVariableError


class Effective:
    """The typed policy of a leaf on a target, without what is wrong in it, and where each value of it was written."""

    def __init__(self, merged: Merged | None, scope: Scope, origin: Place, typing: PolicyTyping) -> None:
        """`origin` is where the leaf itself is written."""
        self._merged, self._scope, self._origin = merged, scope, origin
        self.policy: Policy | None = typing.typed(merged, scope)
        self.findings: tuple[Finding, ...] = ()
        self.dropped: tuple[Path, ...] = ()
        """The paths, from `policy` down, of what `policy` leaves out."""
        if self.policy is None:
            self._type_what_is_right()

    @property
    def is_whole(self) -> bool:
        return self.policy is not None and not self.dropped

    def rests_on_dropped(self, path: Path) -> bool:
        """Whether a part that was left out lies at a path or below it, so that nothing sure can be said there."""
        return any(lost[: len(path)] == path for lost in self.dropped)

    @cached_property
    def node(self) -> Mapping:
        """The policy as nodes, every variable replaced and every default written out. Made when somebody asks where
        a value stands, which nobody does while nothing is wrong."""
        return self._project()[0]

    def _project(self) -> tuple[Mapping, list[Finding]]:
        projection = _Projection(self._scope)
        node = projection.project(self._merged, ("policy",)) if self._merged else None
        return with_defaults(node if isinstance(node, Mapping) else Mapping({}, self._origin)), projection.findings

    def _type_what_is_right(self) -> None:
        node, findings = self._project()
        grammar = grammar_of(Policy)
        checked, refused = check(node, grammar, ("policy",), PLAIN, self._origin)
        left, dropped = without_broken(checked, grammar)
        self.policy = _typed(left) if isinstance(left, Mapping) else None
        self.findings = (*findings, *refused)
        self.dropped = tuple(dropped)


def _typed(policy: Mapping) -> Policy | None:
    """The policy as a model; None where what is left of it is no policy."""
    try:
        return Policy.model_validate(plain(policy))
    except ValidationError:
        return None


class _Projection:
    """A merged tree as nodes again: what is removed is gone, what is in force is substituted."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.findings: list[Finding] = []

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
        return node

    def _substitute_text(self, node: Scalar, path: Path) -> Node:
        try:
            return Scalar(Substituted(self.scope.substitute(str(node.value))), node.place)
        except UnknownVariableError as error:
            self.findings.append(finding(node.place, path, str(error)))
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
