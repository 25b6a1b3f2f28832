"""What app sets ask of AWS Organizations, and what it answered at plan time.

The answer is recorded with the version of the bundle, so that one can read later which accounts there were and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.domain.catalog import Account, Organization
from backup_apps.domain.nodes import File, Node, Scalar, Sequence
from backup_apps.domain.nodes import Mapping as MappingNode
from backup_apps.domain.places import Place

if TYPE_CHECKING:
    from backup_apps.domain.desired import Target


class Lookup(NamedTuple):
    """What one generator asks for: accounts below an organizational unit, accounts with tags, or those with both."""

    ou: str | None
    tags: Mapping[str, str]
    place: Place

    def __str__(self) -> str:
        unit = [f"OU {self.ou}"] if self.ou is not None else []
        return ", ".join([*unit, *(f"tag {key}={value}" for key, value in sorted(self.tags.items()))])


class LookedUp(NamedTuple):
    """The answer to lookups."""

    lookups: tuple[Lookup, ...]
    at: str
    """When, ISO 8601 in UTC."""
    organization: Organization
    departed: Mapping[str, str]
    """Accounts that a generator gave before and that are no active members any more, and what became of each."""

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that a generator gives."""
        given = (self.organization.accounts_with(one.ou, one.tags) for one in self.lookups)
        return frozenset(account for accounts in given for account in accounts)

    def unreachable(self, unwanted: Iterable[Target]) -> dict[Target, str]:
        """Those of the targets that nobody wants whose account departed, and why they are left alone."""
        return {
            target: f"unreachable: account {target.account} {self.departed[target.account]} "
            f"(AWS Organizations, {self.at}); what is there is left as it is"
            for target in sorted(unwanted)
            if target.account in self.departed
        }

    def to_json(self) -> dict[str, Any]:
        """The document that is recorded."""
        return {
            "lookedUp": self.at,
            "generators": [self._generator(one) for one in sorted(self.lookups, key=lambda one: one.place)],
            "departed": dict(sorted(self.departed.items())),
        }

    def _generator(self, lookup: Lookup) -> dict[str, Any]:
        accounts = self.organization.accounts_with(lookup.ou, lookup.tags)
        asked = {"ou": lookup.ou, "tag": dict(lookup.tags)}
        place = {"file": lookup.place.file, "line": lookup.place.line}
        return {**place, **{key: value for key, value in asked.items() if value}, "accounts": list(accounts)}


def looked_up_text(document: Mapping[str, Any]) -> str:
    """A recorded answer, for people."""
    lines = [f"Accounts of AWS Organizations, as of {document['lookedUp']}"]
    for one in document["generators"]:
        lookup = Lookup(one.get("ou"), one.get("tag", {}), Place(one["file"], one["line"], 1))
        lines.append(f"  {lookup.place}  {lookup}: {', '.join(one['accounts']) or 'no account'}")
    lines += [f"  ! {account} {fate}; its targets are left alone" for account, fate in document["departed"].items()]
    return "\n".join(lines) + "\n"


def recorded_organization(document: Mapping[str, Any]) -> Organization:
    """The organization, as far as a recorded answer tells of it: enough to answer the same lookups alike."""
    accounts: dict[str, Account] = {}
    for one in document["generators"]:
        for identity in one["accounts"]:
            known = accounts.get(identity, Account(id=identity))
            ous = {*known.ous, *([one["ou"]] if "ou" in one else [])}
            told = {"ous": tuple(sorted(ous)), "tags": known.tags | one.get("tag", {})}
            accounts[identity] = known.model_copy(update=told)
    asked = {one["ou"] for one in document["generators"] if "ou" in one}
    return Organization(accounts=tuple(accounts[identity] for identity in sorted(accounts)), ous=tuple(sorted(asked)))


def lookups_of(files: Iterable[File]) -> tuple[Lookup, ...]:
    """What the app sets of a bundle ask for, whatever else is wrong with them."""
    documents = (document for file in files for document in file.documents)
    generators = (generator for document in documents for generator in _generators(document))
    return tuple(lookup for generator in generators if (lookup := lookup_of(_under(generator, "accounts"))))


def lookup_of(accounts: Node | None) -> Lookup | None:
    """What an `accounts` generator asks for; None where it only lists ids."""
    ou, tag = _under(accounts, "ou"), _under(accounts, "tag")
    if accounts is None or (ou is None and tag is None):
        return None
    unit = str(ou.value) if isinstance(ou, Scalar) else None
    return Lookup(unit, texts_of(tag), accounts.place)


def texts_of(node: Node | None) -> dict[str, str]:
    """The texts of a mapping."""
    entries = node.entries if isinstance(node, MappingNode) else {}
    return {key: str(entry.node.value) for key, entry in entries.items() if isinstance(entry.node, Scalar)}


def _generators(document: Node) -> Iterator[Node]:
    kind = _under(document, "kind")
    if isinstance(kind, Scalar) and kind.value == "BackupAppSet":
        for generator in _items(_under(_under(document, "spec"), "generators")):
            yield generator
            yield from _items(_under(generator, "matrix"))


def _under(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MappingNode) else None


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()
