"""App sets: one document that stamps a leaf for each item that its generators give.

Generators are united; a `matrix` multiplies the ones that it holds. Values of an item stand in the template as
`${item.<name>}`, wherever a value may stand, and are replaced before the stamped app is read like any other.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from backup_apps.domain.account_lookups import Lookup, lookup_of, texts_of
from backup_apps.domain.catalog import Membership, Unreadable
from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.documents import BackupAppSet
from backup_apps.domain.grammar import Fields, Free, grammar_of
from backup_apps.domain.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, broken_parts
from backup_apps.domain.places import Finding, Path, Place, finding

Item = dict[str, str]

_ITEM = re.compile(r"\$\$\{|\$\{item\.([^${}]+)\}")
_KINDS = ("list", "accounts", "regions", "matrix")


class Named(NamedTuple):
    """A name, and where it is given."""

    name: str
    place: Place


class Stamped(NamedTuple):
    """The documents that a set stamps, as if each had been written, and what is wrong with the set."""

    name: Named | None
    documents: tuple[Mapping, ...]
    findings: tuple[Finding, ...]


def stamp(document: Mapping, organization: Membership) -> Stamped:
    """The leaves of a set. `organization` answers for OUs and account tags."""
    checked, findings = _check_set(document)
    spec = checked.get("spec") if isinstance(checked, Mapping) else None
    if not isinstance(checked, Mapping) or not isinstance(spec, Mapping):
        return Stamped(None, (), tuple(findings))
    name = _name(checked)
    template, generators = spec.get("template"), spec.get("generators")
    if not isinstance(template, Mapping) or not isinstance(generators, Sequence) or any(broken_parts(generators)):
        return Stamped(name, (), tuple(findings))
    reading = _Generators(organization)
    items = [item for generator in generators.items for item in reading.items(generator)]
    if not items and not reading.findings and not reading.is_about_empty_ou:
        reading.findings.append(finding(generators.place, ("generators",), "the generators give no item to stamp"))
    stamped, unknown = _stamp_all(template, items, document)
    return Stamped(name, stamped, (*findings, *reading.findings, *unknown))


def _check_set(document: Mapping) -> tuple[Node, list[Finding]]:
    """The set without what it gets wrong; the template is read once stamped."""
    grammar = grammar_of(BackupAppSet)
    spec = grammar.each["spec"]
    template = Fields({"metadata": Free(), "spec": Free()}, ("metadata", "spec"))
    inner = Fields({**spec.each, "template": template}, spec.required) if isinstance(spec, Fields) else spec
    checked, findings = check(
        document, Fields({**grammar.each, "spec": inner}, grammar.required), (), PLAIN, document.place
    )
    return checked, [found._replace(path=found.path.removeprefix("spec.")) for found in findings]


def _name(document: Mapping) -> Named | None:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return Named(str(name.value), name.place) if isinstance(name, Scalar) else None


class _Generators:
    """The items of generators, and what cannot be answered."""

    def __init__(self, organization: Membership) -> None:
        self.organization = organization
        self.findings: list[Finding] = []
        self.is_about_empty_ou = False
        """An OU that exists is right without accounts, too; the last may just have left it."""

    def items(self, generator: Node) -> list[Item]:
        if not isinstance(generator, Mapping):
            return []
        if len(generator.entries) != 1:
            message = f"a generator is one of {', '.join(_KINDS)}; write each as an item of its own"
            self.findings.append(finding(generator.place, ("generators",), message))
            return []
        ((kind, entry),) = generator.entries.items()
        readers: dict[str, Callable[[Node], list[Item]]] = {
            "list": _list_items,
            "accounts": self._accounts,
            "regions": lambda node: _each(node, "region"),
            "matrix": self._matrix,
        }
        return readers[kind](entry.node)

    def _matrix(self, node: Node) -> list[Item]:
        lists = [self.items(inner) for inner in node.items] if isinstance(node, Sequence) else []
        names = [name for items in lists for name in (items[0] if items else ())]
        for name in sorted({name for name in names if names.count(name) > 1}):
            message = f"two generators of the matrix give '{name}'; rename one of them"
            self.findings.append(finding(node.place, ("generators",), message))
        return [{name: value for item in row for name, value in item.items()} for row in product(*lists)]

    def _accounts(self, node: Node) -> list[Item]:
        if isinstance(node, Sequence):
            return _each(node, "account")
        if not isinstance(node, Mapping):
            return []
        listed = _each(node.get("ids") or Sequence((), node.place), "account")
        lookup = lookup_of(node)
        return listed + [{"account": account} for account in (self._looked_up(lookup) if lookup else ())]

    def _looked_up(self, lookup: Lookup) -> tuple[str, ...]:
        if self.organization is None:
            message = "OUs and account tags need the organization; list ids here, or pass a snapshot: --accounts FILE"
        elif isinstance(self.organization, Unreadable):
            message = f"AWS Organizations can't be read: {self.organization.reason}"
        elif lookup.ou is not None and not self.organization.has_ou(lookup.ou):
            message = f"the organization has no OU '{lookup.ou}'; write its id, its name, or its path: prod/payments"
        elif lookup.ou is None and not lookup.tags:
            message = "no tag is every account of the organization; write a tag, or the id of the root as `ou`"
        else:
            accounts = self.organization.accounts_with(lookup.ou, lookup.tags)
            self.is_about_empty_ou |= not accounts and not lookup.tags
            return accounts
        self.findings.append(finding(lookup.place, ("generators",), message))
        return ()


def _each(node: Node, name: str) -> list[Item]:
    items = node.items if isinstance(node, Sequence) else ()
    return [{name: str(item.value)} for item in items if isinstance(item, Scalar)]


def _list_items(node: Node) -> list[Item]:
    items = node.items if isinstance(node, Sequence) else ()
    return [texts_of(item) for item in items]


def _stamp_all(template: Mapping, items: list[Item], document: Mapping) -> tuple[tuple[Mapping, ...], list[Finding]]:
    findings: list[Finding] = list(_childless(template))
    stamped: list[Mapping] = []
    for item in items:
        filled = _fill(template, item, ("template",), findings)
        if isinstance(filled, Mapping):
            head = {key: document.entries[key] for key in ("apiVersion",) if key in document.entries}
            kind = Entry(document.place, Scalar("BackupApp", document.place))
            stamped.append(Mapping({**head, "kind": kind, **filled.entries}, document.place))
    return tuple(stamped), findings


def _childless(template: Mapping) -> Iterator[Finding]:
    spec = template.get("spec")
    children = spec.entries.get("children") if isinstance(spec, Mapping) else None
    if children is not None:
        yield finding(
            children.key_place, ("template", "spec", "children"), "a set stamps leaves; they have no children"
        )


def _fill(node: Node, item: Item, path: Path, findings: list[Finding]) -> Node:
    if isinstance(node, Scalar) and isinstance(node.value, str) and "${item." in node.value:
        return _fill_text(node.value, node.place, item, path, findings)
    if isinstance(node, Sequence):
        items = (_fill(child, item, (*path, index), findings) for index, child in enumerate(node.items))
        return Sequence(tuple(items), node.place)
    if isinstance(node, Mapping):
        entries = {
            key: Entry(entry.key_place, _fill(entry.node, item, (*path, key), findings))
            for key, entry in node.entries.items()
        }
        return Mapping(entries, node.place)
    return node


def _fill_text(text: str, place: Place, item: Item, path: Path, findings: list[Finding]) -> Node:
    unknown = [name for name in _ITEM.findall(text) if name and name not in item]
    if unknown:
        message = f"the generators give no '{unknown[0]}'; they give {', '.join(sorted(item))}"
        findings.append(finding(place, path, message))
        return Broken(place)
    return Scalar(_ITEM.sub(lambda match: item[match.group(1)] if match.group(1) else match.group(), text), place)
