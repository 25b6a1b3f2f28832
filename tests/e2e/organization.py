"""OUs of the local organization, and bundles whose app sets ask for their accounts."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .bundles import small_spec, zipped
from .conftest import LocalAws

_NAMES = (f"unit-{number}" for number in itertools.count(1))


class Unit:
    """An OU below the root."""

    def __init__(self, aws: LocalAws) -> None:
        self.client = aws.client("organizations")
        self.root = self.client.list_roots()["Roots"][0]["Id"]
        self.name = next(_NAMES)
        made = self.client.create_organizational_unit(ParentId=self.root, Name=self.name)
        self.id = made["OrganizationalUnit"]["Id"]

    def take(self, account: str) -> None:
        self.client.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=self.id)

    def give_back(self, account: str) -> None:
        self.client.move_account(AccountId=account, SourceParentId=self.id, DestinationParentId=self.root)

    def accounts(self) -> list[str]:
        return [one["Id"] for one in self.client.list_accounts_for_parent(ParentId=self.id)["Accounts"]]


@contextmanager
def unit_of(aws: LocalAws, *accounts: str) -> Iterator[Unit]:
    """With these accounts in it; afterwards they are below the root again."""
    unit = Unit(aws)
    for account in accounts:
        unit.take(account)
    try:
        yield unit
    finally:
        for account in unit.accounts():
            unit.give_back(account)


def asking(name: str, *generators: dict[str, Any]) -> bytes:
    """The archive of a bundle with a leaf for each account that these generators of accounts give."""
    spec = small_spec(name)
    regions = spec.pop("targets")["regions"]
    template = {
        "metadata": {"name": f"{name}-${{item.account}}"},
        "spec": {"targets": {"accounts": ["${item.account}"], "regions": regions}},
    }
    sets = {"generators": [{"accounts": one} for one in generators], "template": template}
    root = _document("BackupApp", name, {**spec, "children": ["sets.yaml"]})
    return zipped({"app.yaml": root, "sets.yaml": _document("BackupAppSet", "sets", sets)})


def _document(kind: str, name: str, spec: dict[str, Any]) -> str:
    document = {"apiVersion": "backup-apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    return json.dumps(document, indent=2)
