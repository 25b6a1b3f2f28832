"""`locked`: paths at which descendants may not write, nor above by removal, nor below."""

from collections.abc import Iterator

from backup_apps.domain.apps import App
from backup_apps.domain.documents import INHERITED
from backup_apps.domain.guardrails.bounds import Bound
from backup_apps.domain.nodes import Mapping, Node, Scalar, Sequence
from backup_apps.domain.operators import REMOVE
from backup_apps.domain.places import Finding, Path, Place, dotted, finding, parse_path


def locked_paths(bound: Bound) -> Iterator[tuple[Path, Place]]:
    """The paths of a `locked` guardrail, each with its place; those that are no paths are left out."""
    for item in bound.node.items if isinstance(bound.node, Sequence) else ():
        path = _path(item)
        if path is not None:
            yield path, item.place


def refused(bound: Bound) -> Iterator[Finding]:
    """Entries of `locked` that are no path into what apps inherit."""
    for index, item in enumerate(bound.node.items if isinstance(bound.node, Sequence) else ()):
        if isinstance(item, Scalar) and _path(item) is None:
            message = f"'{item.value}' is not a path that can be locked; write one like policy.role"
            yield finding(item.place, ("guardrails", "locked", index), message)


def _path(item: Node) -> Path | None:
    try:
        path = parse_path(str(item.value)) if isinstance(item, Scalar) else ()
    except ValueError:
        return None
    is_path = bool(path) and path[0] in INHERITED and all(isinstance(segment, str) for segment in path)
    return path if is_path else None


def writes_at(app: App, path: Path) -> Iterator[tuple[Path, Place]]:
    """Where an app writes at a path or below it, or removes something above it: in its spec and in its overrides."""
    yield from _writes(app.spec, path, ())
    written = app.spec.get("overrides")
    for index, item in enumerate(written.items if isinstance(written, Sequence) else ()):
        if isinstance(item, Mapping):
            yield from _writes(item, path, ("overrides", index))


def _writes(node: Mapping, path: Path, prefix: Path) -> Iterator[tuple[Path, Place]]:
    walked: Node = node
    place = node.place
    for position, segment in enumerate(path):
        if not isinstance(walked, Mapping):
            return
        removal = walked.get(REMOVE)
        if isinstance(removal, Scalar):
            yield (*prefix, *path[:position]), place
            return
        entry = walked.entries.get(str(segment))
        if entry is None:
            return
        walked, place = entry.node, entry.key_place
    yield (*prefix, *path), place


def violations(bound: Bound, app: App) -> Iterator[Finding]:
    """What a descendant writes at paths that an app above it has locked."""
    for path, place in locked_paths(bound):
        for where, written in writes_at(app, path):
            message = f"{dotted(path)} is locked by '{bound.app}' ({place}): '{app.name}' may not write it"
            yield finding(written, where, message)
