"""The hierarchy: documents of a bundle, joined by the patterns with which parents name their children."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.documents import INHERITED, TEMPLATED, BackupApp, Metadata, Spec
from backup_apps.domain.grammar import PLAIN, Fields, Free, Mode, check, grammar_of
from backup_apps.domain.nodes import Broken, Entry, File, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Finding, Path, Place, finding
from backup_apps.domain.variables import redefined

ROOT_FILE = "app.yaml"


class App(NamedTuple):
    """One document: an app as its file writes it."""

    name: str
    file: str
    name_place: Place
    spec: Entry
    patterns: tuple[Scalar, ...]
    declares_children: bool


class Branch(NamedTuple):
    """An app in its place in the tree."""

    app: App
    ancestors: tuple[str, ...]
    """Names from the root to the parent."""
    is_leaf: bool


class Hierarchy(NamedTuple):
    """The tree in order from the root, parents before children; empty where there is no root."""

    branches: tuple[Branch, ...]
    findings: tuple[Finding, ...]

    @property
    def bundle(self) -> str | None:
        return self.branches[0].app.name if self.branches else None


def read_hierarchy(files: Iterable[File]) -> Hierarchy:
    """Check each document by itself, then join them. The order of the files makes no difference."""
    ordered = sorted(files, key=lambda file: file.path)
    findings: list[Finding] = []
    apps: list[App] = []
    complete = True
    for file in ordered:
        complete = complete and file.readable
        if file.readable and not file.documents:
            findings.append(
                finding(Place(file.path, 1, 1), (), "the file holds no document; write one or remove the file")
            )
        for document in file.documents:
            found = list(_check_document(document))
            findings += found
            app = _app(document, file.path)
            complete = complete and app is not None and not (app.declares_children and not app.patterns)
            if app is not None:
                apps.append(app)
    findings += _duplicate_names(apps)
    root = _root(ordered, apps, findings)
    tree = _Tree(apps, [file.path for file in ordered], complete)
    branches = tree.join(root) if root else ()
    return Hierarchy(branches, tuple(findings + tree.findings))


def _root(files: list[File], apps: list[App], findings: list[Finding]) -> App | None:
    """The one app of app.yaml."""
    file = next((file for file in files if file.path == ROOT_FILE), None)
    if file is None:
        findings.append(
            Finding(ROOT_FILE, None, None, "", "the bundle has no app.yaml at its root; it holds the root app")
        )
        return None
    if len(file.documents) > 1:
        place = file.documents[1].place
        findings.append(
            finding(place, (), "app.yaml holds one document, the root app; move the others to files of their own")
        )
    return next((app for app in apps if app.file == ROOT_FILE), None)


def _check_document(document: Node) -> Iterator[Finding]:
    if isinstance(document, Broken):
        return
    if not isinstance(document, Mapping):
        yield finding(document.place, (), "a document is a mapping with apiVersion, kind, metadata and spec")
        return
    if _is_set(document):
        kind = document.entries["kind"].node
        yield finding(
            kind.place, ("kind",), "BackupAppSet is not supported in this version; write one BackupApp a leaf"
        )
        return
    grammar = grammar_of(BackupApp)
    yield from check(document, Fields({**grammar.each, "spec": Free()}, grammar.required), (), PLAIN, document.place)
    spec = document.entries.get("spec")
    if spec is not None:
        yield from _check_spec(spec)


def _is_set(document: Mapping) -> bool:
    kind = document.get("kind")
    return isinstance(kind, Scalar) and kind.value == "BackupAppSet"


def _check_spec(spec: Entry) -> Iterator[Finding]:
    grammar = grammar_of(Spec)
    if not isinstance(spec.node, Mapping):
        yield from check(spec.node, grammar, ("spec",), PLAIN, spec.key_place)
        return
    own = {key: entry for key, entry in spec.node.entries.items() if key not in INHERITED}
    yield from check(Mapping(own, spec.node.place), Fields(grammar.each, ()), (), PLAIN, spec.key_place)
    for key in INHERITED:
        entry = spec.node.entries.get(key)
        if entry is not None:
            mode = Mode(operators=True, variables=key in TEMPLATED)
            yield from check(entry.node, grammar.each[key], (key,), mode, entry.key_place)
    variables = spec.node.get("variables")
    for name, entry in variables.entries.items() if isinstance(variables, Mapping) else ():
        found = redefined(name, entry.key_place, ("variables", name))
        if found:
            yield found


def _app(document: Node, file: str) -> App | None:
    """The app of a document, or None where it cannot be told."""
    if not isinstance(document, Mapping) or _is_set(document):
        return None
    metadata, spec = document.get("metadata"), document.entries.get("spec")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(name, Scalar) or spec is None or not isinstance(spec.node, Mapping):
        return None
    if any(check(name, grammar_of(Metadata).each["name"], (), PLAIN)):
        return None
    children = spec.node.get("children")
    patterns = children.items if isinstance(children, Sequence) else ()
    texts = tuple(item for item in patterns if isinstance(item, Scalar) and isinstance(item.value, str))
    return App(str(name.value), file, name.place, spec, texts, bool(patterns) or not _is_list_or_absent(children))


def _is_list_or_absent(node: Node | None) -> bool:
    return node is None or isinstance(node, Sequence)


def _duplicate_names(apps: list[App]) -> Iterator[Finding]:
    first: dict[str, App] = {}
    for app in apps:
        if app.name in first:
            taken = first[app.name].name_place
            yield finding(
                app.name_place, ("metadata", "name"), f"the name '{app.name}' is taken by {taken}; names are unique"
            )
        else:
            first[app.name] = app


class _Link(NamedTuple):
    child: App
    pattern: Scalar


class _Tree:
    """Joins apps by their patterns, and finds what does not make a tree."""

    def __init__(self, apps: list[App], paths: Iterable[str], complete: bool) -> None:
        self.apps = apps
        self.paths = sorted(paths)
        self.complete = complete
        self.findings: list[Finding] = []
        self.parents: dict[int, App | None] = {}
        self.by_file: dict[str, list[App]] = {}
        for app in apps:
            self.by_file.setdefault(app.file, []).append(app)

    def join(self, root: App) -> tuple[Branch, ...]:
        links = {id(app): self._links(app) for app in self.apps}
        branches = self._descend(root, links)
        if self.complete:
            self._stray(links)
        return branches

    def _links(self, app: App) -> list[_Link]:
        """Each document of each file that a pattern matches, once, with the first pattern that does."""
        links: dict[int, _Link] = {}
        for index, pattern in enumerate(app.patterns):
            for file in self._matched(app, pattern, ("children", index)):
                for child in self.by_file.get(file, ()):
                    links.setdefault(id(child), _Link(child, pattern))
        return list(links.values())

    def _matched(self, app: App, pattern: Scalar, path: Path) -> list[str]:
        text = str(pattern.value)
        full = within_bundle(app.file, text)
        if full is None:
            self.findings.append(finding(pattern.place, path, f"the pattern '{text}' leaves the bundle"))
            return []
        start = full.split("*")[0]
        first, last = bisect_left(self.paths, start), bisect_left(self.paths, start + chr(0x10FFFF))
        expression = glob(full)
        matched = [file for file in self.paths[first:last] if expression.fullmatch(file)]
        if not matched:
            message = f"the pattern '{text}' matches no policy file (it is relative to this file's folder)"
            self.findings.append(finding(pattern.place, path, message))
        return matched

    def _descend(self, top: App, links: dict[int, list[_Link]]) -> tuple[Branch, ...]:
        """The tree below an app, parents first. A document belongs to the first parent that names it."""
        branches: list[Branch] = []
        self.parents[id(top)] = None
        waiting: list[tuple[App, tuple[App, ...]]] = [(top, ())]
        while waiting:
            app, line = waiting.pop()
            branches.append(Branch(app, tuple(ancestor.name for ancestor in line), not app.declares_children))
            above = {id(ancestor) for ancestor in (*line, app)}
            mine = [link for link in links[id(app)] if self._claims(app, link, above)]
            waiting += [(link.child, (*line, app)) for link in reversed(mine)]
        return tuple(branches)

    def _claims(self, app: App, link: _Link, above: set[int]) -> bool:
        child, pattern = link
        if id(child) in above:
            what = "itself" if child is app else f"'{child.name}' ({child.file}), which is above it"
            message = f"'{pattern.value}' makes '{app.name}' a parent of {what}; a hierarchy has no cycles"
        elif id(child) in self.parents:
            parent = self.parents[id(child)]
            message = f"'{child.name}' ({child.file}) already has the parent '{parent.name if parent else ''}'"
            message += f" ({parent.name_place}); an app has one parent" if parent else "; an app has one parent"
        else:
            self.parents[id(child)] = app
            return True
        self.findings.append(finding(pattern.place, ("children",), message))
        return False

    def _stray(self, links: dict[int, list[_Link]]) -> None:
        """Files that no parent reaches, and circles that hang in the air."""
        named = {id(link.child) for app in self.apps for link in links[id(app)]}
        for app in self.apps:
            if id(app) not in self.parents and id(app) not in named and app.file != ROOT_FILE:
                message = f"no `children` pattern reaches '{app.name}'; name the file in its parent, or remove it"
                self.findings.append(finding(app.name_place, (), message))
                self._descend(app, links)
        for app in self.apps:
            if id(app) not in self.parents and app.file != ROOT_FILE:
                self._descend(app, links)


def within_bundle(file: str, pattern: str) -> str | None:
    """The pattern from the root of the bundle, or None where it leaves the bundle."""
    if pattern.startswith("/") or "\\" in pattern:
        return None
    parts = file.split("/")[:-1]
    for part in pattern.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def glob(pattern: str) -> re.Pattern[str]:
    """`*` stops at `/`, `**` does not; every other character stands for itself."""
    expression = re.escape(pattern)
    expression = expression.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.compile(expression)
