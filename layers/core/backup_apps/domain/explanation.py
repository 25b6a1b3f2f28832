"""Why a value is what it is: every write to it, from the root down, as the files say it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.inheritance import Merged, MergedMapping, Step, as_json
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.nodes import Mapping, Node, plain
from backup_apps.domain.places import Path, dotted
from backup_apps.domain.policy import RULE_DEFAULTS
from backup_apps.domain.resolution import Resolution

DEFAULT = "default"
"""The operator of the step that no file wrote."""


class NotThereError(ValueError):
    """There is no such app, target or path; the message says what there is."""


class ExplainedStep(NamedTuple):
    """One write; file, line and app are None for a default."""

    value: Any
    operator: str
    file: str | None
    line: int | None
    app: str | None


class Explanation(NamedTuple):
    value: Any
    steps: tuple[ExplainedStep, ...]

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "steps": [step._asdict() for step in self.steps]}


def explain(resolution: Resolution, app: str, path: Path, target: Target | None = None) -> Explanation:
    """The value at a path of an app, as merged, or as rendered for a target. Raises NotThereError."""
    merged = resolution.merged(app)
    if merged is None:
        raise NotThereError(f"there is no app '{app}'; apps are {_list(resolution.heirs)}")
    leaf = _leaf(resolution, app, target) if target is not None else None
    found, rest = _walk(_on_target(merged, leaf) if leaf else merged, path)
    steps = _steps(found, path, rest)
    if leaf and path[:1] == ("policy",):
        return Explanation(_rendered(leaf, path), steps)
    return Explanation(steps[0].value if _is_default(steps) else _index(as_json(found), rest), steps)


def _leaf(resolution: Resolution, app: str, target: Target) -> Leaf:
    leaves = {leaf.target: leaf for leaf in resolution.leaves if leaf.app.name == app}
    if target not in leaves:
        raise NotThereError(f"'{app}' is not deployed to {target}; its targets are {_list(map(str, leaves))}")
    return leaves[target]


def _on_target(merged: MergedMapping, leaf: Leaf) -> MergedMapping:
    """With the overrides of the target."""
    policy = {"policy": leaf.merged} if leaf.merged else {}
    return merged._replace(entries={**merged.entries, **policy})


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _walk(merged: Merged, path: Path) -> tuple[Merged, Path]:
    """The deepest merged part on the way, and what is left of the path."""
    for position, segment in enumerate(path):
        if not isinstance(merged, MergedMapping) or segment not in merged.entries:
            return merged, path[position:]
        merged = merged.entries[str(segment)]
    return merged, ()


def _steps(found: Merged, path: Path, rest: Path) -> tuple[ExplainedStep, ...]:
    if rest and isinstance(found, MergedMapping):
        return (_default_step(found, path, rest),)
    return tuple(_explained(step) for step in found.history.steps)


def _default_step(found: MergedMapping, path: Path, rest: Path) -> ExplainedStep:
    is_rule_key = len(path) == 6 and (path[0], path[1], path[3]) == ("policy", "plans", "rules") and len(rest) == 1
    if is_rule_key and str(path[5]) in RULE_DEFAULTS:
        return ExplainedStep(RULE_DEFAULTS[str(path[5])], DEFAULT, None, None, None)
    where = dotted(path[: len(path) - len(rest)]) or "the spec"
    raise NotThereError(f"nothing is set at {dotted(path)}; {where} holds {_list(found.entries)}")


def _is_default(steps: tuple[ExplainedStep, ...]) -> bool:
    return bool(steps) and steps[-1].operator == DEFAULT


def _explained(step: Step) -> ExplainedStep:
    return ExplainedStep(plain(step.node), step.operator, step.place.file, step.place.line, step.app)


def _index(value: Any, rest: Path) -> Any:
    """What is left of the path goes into a list, or below a part that was removed."""
    for segment in rest:
        try:
            value = value[segment]
        except (TypeError, KeyError, IndexError):
            return None
    return value


def _rendered(leaf: Leaf, path: Path) -> Any:
    """The effective value: variables replaced, defaults filled in."""
    node: Node = leaf.effective.node
    for position, segment in enumerate(path[1:], start=1):
        if not isinstance(node, Mapping):
            return _index(plain(node), path[position:])
        if segment not in node.entries:
            return None
        node = node.entries[str(segment)].node
    return plain(node)
