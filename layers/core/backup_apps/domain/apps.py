"""Apps: the documents of a bundle, each checked by itself."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

from backup_apps.domain.app_sets import Named, stamp
from backup_apps.domain.catalog import Membership
from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.documents import BackupApp, Spec
from backup_apps.domain.grammar import Leaf, Unchecked, grammar_of
from backup_apps.domain.nodes import Broken, Entry, File, Mapping, Node, Scalar, Sequence
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.variables import redefined

_KIND = Leaf(TypeAdapter(Literal["BackupApp", "BackupAppSet"]))
_HEAD = grammar_of(BackupApp)._replace(each={**grammar_of(BackupApp).each, "kind": _KIND, "spec": Unchecked()})


class App(NamedTuple):
    """One app as its file writes it, or as a set stamps it, without what the language refuses."""

    name: str
    document: str
    """The name of the document: the app's own, or that of its set."""
    file: str
    name_place: Place
    spec: Mapping
    spec_place: Place
    patterns: tuple[Scalar, ...]
    declares_children: bool


class Apps(NamedTuple):
    """The apps of a file, and what is wrong with them."""

    apps: tuple[App, ...]
    findings: tuple[Finding, ...]
    sets: tuple[Named, ...] = ()
    """The names of app sets, which are taken like those of apps."""
    complete: bool = True
    """Whether every document could be told apart; what is missing may have named children."""


def read_apps(file: File, organization: Membership) -> Apps:
    """The apps of a file. A document whose name cannot be told gives none."""
    if file.readable and not file.documents:
        found = finding(Place(file.path, 1, 1), (), "the file holds no document; write one or remove the file")
        return Apps((), (found,), complete=False)
    read = [_read_document(document, file.path, organization) for document in file.documents]
    return Apps(
        tuple(app for one in read for app in one.apps),
        tuple(found for one in read for found in one.findings),
        tuple(named for one in read for named in one.sets),
        file.readable and all(one.complete for one in read),
    )


def _read_document(document: Node, file: str, organization: Membership) -> Apps:
    if isinstance(document, Broken):
        return Apps((), (), complete=False)
    if not isinstance(document, Mapping):
        message = "a document is a mapping with apiVersion, kind, metadata and spec"
        return Apps((), (finding(document.place, (), message),), complete=False)
    kind = document.get("kind")
    if isinstance(kind, Scalar) and kind.value == "BackupAppSet":
        return _read_set(document, file, organization)
    app, findings = _read_app(document, file, None)
    return Apps((app,) if app else (), tuple(findings), complete=app is not None)


def _read_set(document: Mapping, file: str, organization: Membership) -> Apps:
    name, stamped, found = stamp(document, organization)
    read = [_read_app(one, file, name.name if name else None) for one in stamped]
    findings = (*found, *(finding for _, findings in read for finding in findings))
    apps = tuple(app for app, _ in read if app is not None)
    sets = (name,) if name else ()
    return Apps(apps, findings, sets, complete=bool(apps) and len(apps) == len(read))


def _read_app(document: Mapping, file: str, set_name: str | None) -> tuple[App | None, list[Finding]]:
    head, findings = _check_head(document)
    spec = document.entries.get("spec")
    checked, found = _check_spec(spec) if spec else (None, [])
    return _app(head, checked, spec, file, set_name), findings + found


def _check_head(document: Mapping) -> tuple[Node, list[Finding]]:
    """Everything but `spec`, which may hold what the rest may not."""
    return check(document, _HEAD, (), PLAIN, document.place)


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


def _app(head: Node, checked: Node | None, spec: Entry | None, file: str, set_name: str | None) -> App | None:
    metadata = head.get("metadata") if isinstance(head, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(name, Scalar) or spec is None or not isinstance(checked, Mapping):
        return None
    children = checked.get("children")
    items = children.items if isinstance(children, Sequence) else ()
    patterns = tuple(item for item in items if isinstance(item, Scalar))
    declares = children is not None and (not isinstance(children, Sequence) or bool(items))
    return App(
        name=str(name.value),
        document=set_name or str(name.value),
        file=file,
        name_place=name.place,
        spec=checked,
        spec_place=spec.key_place,
        patterns=patterns,
        declares_children=declares,
    )
