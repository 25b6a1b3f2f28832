"""Inheritance: a child's document laid over what it inherits, each value keeping its history.

Mappings merge by key at every depth; a child's scalar replaces the parent's; a list meets a list only through
operators, applied in the order @@assign, @@append, @@remove, as AWS Organizations does for management policies. Where
AWS silently ignores an operator that a parent forbids, we say so at its place.

A merged tree is never changed: laying a child over it makes a new one that shares every untouched part, so a thousand
siblings cost what they write themselves. Files must have passed `grammar` first; what it refused is `Broken` here, and
stays so.

https://docs.aws.amazon.com/organizations/latest/userguide/policy-inheritance.html
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, kind_of, plain
from backup_apps.domain.operators import (
    ASSIGN,
    CONTROL,
    LIST_OPERATIONS,
    REMOVE,
    VALUE_OPERATORS,
    allowed_by,
    has_operators,
)
from backup_apps.domain.places import Finding, Path, Place, dotted, finding

# A tuple's own constructor takes half the time of a NamedTuple's, and this runs for every value of a bundle.
_new: Callable[..., Any] = tuple.__new__

MERGE = "merge"
"""The operator of a step in which a mapping merged by key."""


class Writer(NamedTuple):
    """Who writes: an app, and how many ancestors it has."""

    app: str
    depth: int


class Step(NamedTuple):
    """One write to a value: what stands in the file, and where."""

    node: Node
    operator: str
    place: Place
    app: str


class Control(NamedTuple):
    """What the app at `depth` allows its descendants to do to the node that it is written on."""

    allowed: frozenset[str]
    depth: int
    place: Place
    app: str


class History(NamedTuple):
    """How a value came to be: its steps, the last one in force, and the controls on it."""

    steps: tuple[Step, ...] = ()
    controls: tuple[Control, ...] = ()

    def then(self, step: Step) -> "History":
        return _new(History, ((*self.steps, step), self.controls))  # type: ignore[no-any-return]

    @property
    def last(self) -> Step:
        return self.steps[-1]


_NO_HISTORY = History()


class MergedScalar(NamedTuple):
    value: str | int | float | bool | None
    history: History


class MergedList(NamedTuple):
    items: tuple[Node, ...]
    history: History


class MergedMapping(NamedTuple):
    entries: dict[str, "Merged"]
    key_place: Place
    """The key that the deepest contributing app wrote."""
    history: History


class Removed(NamedTuple):
    """A key that was inherited and then removed; it keeps its history so that `explain` can tell who did it."""

    history: History


class Unknown(NamedTuple):
    """A value that could not be read; nothing more is said of it."""

    history: History


Merged = MergedScalar | MergedList | MergedMapping | Removed | Unknown


def as_json(merged: Merged | None) -> Any:
    """The merged part as written: what is removed is left out, what could not be read is None."""
    if isinstance(merged, MergedScalar):
        return merged.value
    if isinstance(merged, MergedList):
        return [plain(item) for item in merged.items]
    if isinstance(merged, MergedMapping):
        return {key: as_json(child) for key, child in merged.entries.items() if not isinstance(child, Removed)}
    return None


def merge(base: Merged | None, node: Node, writer: Writer, path: Path = ()) -> tuple[Merged | None, list[Finding]]:
    """The node laid over what is inherited, and what the rules of inheritance refuse. None: still nothing there."""
    overlay = _Overlay(writer)
    return overlay.merge(base, Entry(node.place, node), path), overlay.findings


class _Overlay:
    """One document being laid over what it inherits."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.findings: list[Finding] = []

    def merge(self, base: Merged | None, entry: Entry, path: Path) -> Merged | None:
        node = entry.node
        if isinstance(node, Broken) or isinstance(base, Unknown):
            history = base.history if base else History()
            return Unknown(history.then(self._step(node, ASSIGN, node.place)))
        if not isinstance(node, Mapping):
            return self._assign(base, node, path)
        if node.is_plain or not has_operators(node):
            return self._merge_mapping(base, node, entry.key_place, path)
        return self._merge_operators(base, node, entry.key_place, path)

    def _merge_operators(self, base: Merged | None, node: Mapping, key_place: Place, path: Path) -> Merged | None:
        if _removes_key(node):
            return self._remove(base, node, path)
        if any(operator in node.entries for operator in VALUE_OPERATORS):
            return self._with_control(self._operate(base, node, path), node)
        if set(node.entries) == {CONTROL} and not isinstance(base, MergedMapping):
            return self._with_control(base or Removed(History()), node)
        return self._with_control(self._merge_mapping(base, node, key_place, path), node)

    def _step(self, node: Node, operator: str, place: Place) -> Step:
        return _new(Step, (node, operator, place, self.writer.app))  # type: ignore[no-any-return]

    def _refuse(self, place: Place, path: Path, message: str) -> None:
        self.findings.append(finding(place, path, message))

    def _assign(self, base: Merged | None, node: Scalar | Sequence, path: Path) -> Merged | None:
        if isinstance(node, Sequence) and isinstance(base, MergedList):
            where = base.history.last.place
            self._refuse(
                node.place,
                path,
                f"a bare list over the list inherited from '{base.history.last.app}' ({where}); write "
                '{"@@append": […]} to add to it, or {"@@assign": […]} to replace it',
            )
            return Unknown(base.history)
        step = self._step(node, ASSIGN, node.place)
        if base is None:
            history = _new(History, ((step,), ()))
        elif self._fits(base, node, path) and self._allowed(base, ASSIGN, node.place, path):
            history = base.history.then(step)
        else:
            return base
        if isinstance(node, Scalar):
            return _new(MergedScalar, (node.value, history))  # type: ignore[no-any-return]
        return MergedList(node.items, history)

    def _fits(self, base: Merged | None, node: Node, path: Path) -> bool:
        """A value keeps its kind from parent to child."""
        if base is None:
            return True
        kind = _kind(base)
        if kind is None or kind == kind_of(node):
            return True
        last = base.history.last
        came = f" inherited from '{last.app}' ({last.place})"
        self._refuse(node.place, path, f"a {kind_of(node)} cannot replace the {kind}{came}; keep its kind")
        return False

    def _operate(self, base: Merged | None, node: Mapping, path: Path) -> Merged | None:
        for operator in VALUE_OPERATORS:
            entry = node.entries.get(operator)
            if entry is not None:
                base = self._apply(base, operator, entry.node, path)
        return base

    def _apply(self, base: Merged | None, operator: str, operand: Node, path: Path) -> Merged | None:
        history = base.history if base else History()
        if isinstance(operand, Broken):
            return Unknown(history.then(self._step(operand, operator, operand.place)))
        if not self._fits(base, operand, path) or not self._allowed(base, operator, operand.place, path):
            return base
        history = history.then(self._step(operand, operator, operand.place))
        if isinstance(operand, Scalar):
            return MergedScalar(operand.value, history)
        if not isinstance(operand, Sequence):
            return base
        present = base.items if isinstance(base, MergedList) else ()
        if operator == REMOVE and not isinstance(base, MergedList):
            return base
        return MergedList(LIST_OPERATIONS[operator](present, operand.items), history)

    def _merge_mapping(self, base: Merged | None, node: Mapping, key_place: Place, path: Path) -> Merged | None:
        if not isinstance(base, MergedMapping) and not self._fits(base, node, path):
            return base
        entries = dict(base.entries) if isinstance(base, MergedMapping) else {}
        history = _NO_HISTORY if base is None else base.history
        controlled = bool(history.controls)
        for key, entry in node.entries.items():
            before = entries.get(key)
            if before is None and not controlled and type(entry.node) is Scalar:
                # Most of what a leaf writes: nothing to meet, nothing to refuse.
                step = self._step(entry.node, ASSIGN, entry.node.place)
                entries[key] = _new(MergedScalar, (entry.node.value, _new(History, ((step,), ()))))
            elif key != CONTROL and (not controlled or self._may_write_key(base, before, entry, (*path, key))):
                after = self.merge(before, entry, (*path, key))
                if after is not None:
                    entries[key] = after
        history = history.then(self._step(node, MERGE, key_place))
        return _new(MergedMapping, (entries, key_place, history))  # type: ignore[no-any-return]

    def _may_write_key(self, parent: Merged | None, before: Merged | None, entry: Entry, path: Path) -> bool:
        """Adding or removing a key counts as @@assign or @@remove on its mapping."""
        absent = before is None or isinstance(before, Removed)
        if absent == _removes_key(entry.node):
            return True
        operator, doing = (ASSIGN, "adding") if absent else (REMOVE, "removing")
        return self._allowed(parent, operator, entry.key_place, path, doing)

    def _remove(self, base: Merged | None, node: Node, path: Path) -> Merged | None:
        if base is None or isinstance(base, Removed):
            self._refuse(node.place, path, f"nothing to remove: '{path[-1] if path else ''}' is not inherited here")
            return base
        for inner, control in _controls_below(base, path):
            if not self._permits(control, REMOVE):
                self._refuse(node.place, path, f"cannot be removed: {_says(control)} on {dotted(inner)}")
                return base
        return Removed(base.history.then(self._step(node, REMOVE, node.place)))

    def _allowed(self, base: Merged | None, operator: str, place: Place, path: Path, doing: str | None = None) -> bool:
        """Whether every ancestor that controls the node allows the operator; a refusal is a finding."""
        for control in base.history.controls if base else ():
            if not self._permits(control, operator):
                what = f"{doing} the key '{path[-1]}' counts as {operator}, which is" if doing else f"{operator} is"
                self._refuse(place, path, f"{what} not allowed here: {_says(control)}")
                return False
        return True

    def _permits(self, control: Control, operator: str) -> bool:
        return control.depth >= self.writer.depth or operator in control.allowed

    def _with_control(self, merged: Merged | None, node: Mapping) -> Merged | None:
        control = node.entries.get(CONTROL)
        if merged is None or control is None or isinstance(control.node, Broken):
            return merged
        added = Control(allowed_by(control.node), self.writer.depth, control.key_place, self.writer.app)
        return merged._replace(history=History(merged.history.steps, (*merged.history.controls, added)))


def _removes_key(node: Node) -> bool:
    operand = node.get(REMOVE) if isinstance(node, Mapping) else None
    return isinstance(operand, Scalar) and operand.value is True


def _kind(base: Merged | None) -> str | None:
    if isinstance(base, MergedMapping):
        return "mapping"
    if isinstance(base, MergedList):
        return "list"
    return "scalar" if isinstance(base, MergedScalar) else None


def _says(control: Control) -> str:
    allowed = ", ".join(operator for operator in VALUE_OPERATORS if operator in control.allowed)
    return f"'{control.app}' ({control.place}) allows its children {allowed or 'nothing'}"


def _controls_below(base: Merged, path: Path) -> Iterator[tuple[Path, Control]]:
    for control in base.history.controls:
        yield path, control
    if isinstance(base, MergedMapping):
        for key, child in base.entries.items():
            yield from _controls_below(child, (*path, key))
