"""Apps: the documents of a bundle, each checked by itself."""

from collections.abc import Iterator
from typing import NamedTuple

from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.documents import BackupApp, Spec
from backup_apps.domain.grammar import Fields, grammar_of
from backup_apps.domain.nodes import Broken, Entry, File, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.variables import redefined


class App(NamedTuple):
    """One document: an app as its file writes it, without what the language refuses."""

    name: str
    file: str
    name_place: Place
    spec: Mapping
    spec_place: Place
    patterns: tuple[Scalar, ...]
    declares_children: bool


def read_apps(file: File) -> tuple[list[App], list[Finding]]:
    """The apps of a file, and what is wrong with them. A document whose name cannot be told gives no app."""
    if file.readable and not file.documents:
        return [], [finding(Place(file.path, 1, 1), (), "the file holds no document; write one or remove the file")]
    apps: list[App] = []
    findings: list[Finding] = []
    for document in file.documents:
        app, found = _read_document(document, file.path)
        apps += [app] if app else []
        findings += found
    return apps, findings


def _read_document(document: Node, file: str) -> tuple[App | None, list[Finding]]:
    if isinstance(document, Broken):
        return None, []
    if not isinstance(document, Mapping):
        return None, [finding(document.place, (), "a document is a mapping with apiVersion, kind, metadata and spec")]
    kind = document.get("kind")
    if isinstance(kind, Scalar) and kind.value == "BackupAppSet":
        message = "BackupAppSet is not supported in this version; write one BackupApp a leaf"
        return None, [finding(kind.place, ("kind",), message)]
    head, findings = _check_head(document)
    spec = document.entries.get("spec")
    checked, found = _check_spec(spec) if spec else (None, [])
    return _app(head, checked, spec, file), findings + found


def _check_head(document: Mapping) -> tuple[Node, list[Finding]]:
    """Everything but `spec`, which may hold what the rest may not."""
    grammar = grammar_of(BackupApp)
    rest = {key: entry for key, entry in document.entries.items() if key != "spec"}
    required = tuple(key for key in grammar.required if key not in document.entries or key != "spec")
    return check(Mapping(rest, document.place), Fields(grammar.each, required), (), PLAIN, document.place)


def _check_spec(spec: Entry) -> tuple[Node, list[Finding]]:
    if not isinstance(spec.node, Mapping):
        return check(spec.node, grammar_of(Spec), ("spec",), PLAIN, spec.key_place)
    checked, findings = check(spec.node, grammar_of(Spec), (), PLAIN, spec.key_place)
    return checked, [*findings, *_redefined(spec.node.get("variables"))]


def _redefined(variables: Node | None) -> Iterator[Finding]:
    for name, entry in variables.entries.items() if isinstance(variables, Mapping) else ():
        found = redefined(name, entry.key_place, ("variables", name))
        if found:
            yield found


def _app(head: Node, checked: Node | None, spec: Entry | None, file: str) -> App | None:
    metadata = head.get("metadata") if isinstance(head, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(name, Scalar) or spec is None or not isinstance(checked, Mapping):
        return None
    children = checked.get("children")
    items = children.items if isinstance(children, Sequence) else ()
    patterns = tuple(item for item in items if isinstance(item, Scalar))
    declares = children is not None and (not isinstance(children, Sequence) or bool(items))
    return App(str(name.value), file, name.place, checked, spec.key_place, patterns, declares)
