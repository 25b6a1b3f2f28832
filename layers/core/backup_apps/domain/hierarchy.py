"""The hierarchy: documents of a bundle, joined by the patterns with which parents name their children."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from backup_apps.domain.app_sets import Named
from backup_apps.domain.apps import App, read_apps
from backup_apps.domain.catalog import Membership
from backup_apps.domain.nodes import File, Scalar
from backup_apps.domain.places import Finding, Path, Place, finding

ROOT_FILE = "app.yaml"


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


def read_hierarchy(files: Iterable[File], organization: Membership = None) -> Hierarchy:
    """Read each document by itself, then join them. The order of the files makes no difference."""
    ordered = sorted(files, key=lambda file: file.path)
    findings: list[Finding] = []
    apps: list[App] = []
    sets: list[Named] = []
    complete = True
    for file in ordered:
        read = read_apps(file, organization)
        apps += read.apps
        sets += read.sets
        findings += read.findings
        complete = complete and read.complete
    unique, taken = _by_unique_name(apps, sets)
    findings += taken
    root = _root(ordered, unique, findings)
    complete = complete and not taken and not any(app.declares_children and not app.patterns for app in apps)
    tree = _Tree(unique, [file.path for file in ordered], complete)
    branches = tree.join(root) if root else ()
    return Hierarchy(branches, tuple(findings + tree.findings))


def _by_unique_name(apps: list[App], sets: list[Named]) -> tuple[list[App], list[Finding]]:
    """The apps whose names nobody before them has, and findings for the others; sets take names, too."""
    unique: list[App] = []
    taken: dict[str, Place] = {}
    findings: list[Finding] = []
    for name, place, app in [*((one.name, one.name_place, one) for one in apps), *((*one, None) for one in sets)]:
        if name in taken:
            message = f"the name '{name}' is taken by {taken[name]}; names are unique in a bundle"
            findings.append(finding(place, ("metadata", "name"), message))
            continue
        taken[name] = place
        unique += [app] if app else []
    return unique, findings


def _root(files: list[File], apps: list[App], findings: list[Finding]) -> App | None:
    """The one app of app.yaml."""
    file = next((file for file in files if file.path == ROOT_FILE), None)
    if file is None:
        message = "the bundle has no app.yaml at its root; that file holds the root app"
        findings.append(Finding(ROOT_FILE, None, None, "", message))
        return None
    if len(file.documents) > 1:
        message = "app.yaml holds one document, the root app; move the others to files of their own"
        findings.append(finding(file.documents[1].place, (), message))
    return next((app for app in apps if app.file == ROOT_FILE), None)


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
        links = {id(app): self._links(app) if app.patterns else [] for app in self.apps}
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
        rest = glob(full.removeprefix(start))  # the same for a thousand folders
        matched = [file for file in self.paths[first:last] if rest.fullmatch(file, len(start))]
        if not matched:
            message = f"the pattern '{text}' matches no policy file (it is relative to this file's folder)"
            self.findings.append(finding(pattern.place, path, message))
        return matched

    def _descend(self, top: App, links: dict[int, list[_Link]]) -> tuple[Branch, ...]:
        """The tree below an app, parents first. A document belongs to the first parent that names it."""
        branches: list[Branch] = []
        self.parents[id(top)] = None
        waiting: list[tuple[App, tuple[App, ...], tuple[str, ...]]] = [(top, (), ())]
        while waiting:
            app, line, names = waiting.pop()
            branches.append(Branch(app, names, not app.declares_children))
            below, names_below = (*line, app), (*names, app.name)
            mine = [link for link in links[id(app)] if self._claims(app, link, below)]
            waiting += [(link.child, below, names_below) for link in reversed(mine)]
        return tuple(branches)

    def _claims(self, app: App, link: _Link, above: tuple[App, ...]) -> bool:
        child, pattern = link
        if any(child is ancestor for ancestor in above):
            what = "itself" if child is app else f"'{child.name}' ({child.file}), which is above it"
            message = f"'{pattern.value}' makes '{app.name}' a parent of {what}; a hierarchy has no cycles"
        elif id(child) in self.parents:
            parent = self.parents[id(child)]
            message = f"'{child.document}' ({child.file}) already has the parent '{parent.name if parent else ''}'"
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
                message = f"no `children` pattern reaches '{app.document}'; name the file in its parent, or remove it"
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


@lru_cache(maxsize=256)
def glob(pattern: str) -> re.Pattern[str]:
    """`*` stops at `/`, `**` does not; every other character stands for itself."""
    expression = re.escape(pattern)
    expression = expression.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.compile(expression)
