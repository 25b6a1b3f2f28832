"""AWS Organizations, read from the management account or from one that it lets read.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.errors import NotFoundError
from backup_apps.ports.signals import Clock

if TYPE_CHECKING:  # loaded when the organization is read: most functions never do
    from backup_apps.domain.account_lookups import LookedUp, Lookup
    from backup_apps.domain.catalog import Organization

_ID = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
"""Of the root or an organizational unit. https://docs.aws.amazon.com/organizations/latest/APIReference/API_Parent.html"""
_PAGE = 20
"""The most that AWS gives at once. https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html"""


class OrganizationAccounts:
    """The accounts of the organization that the client's account belongs to."""

    def __init__(self, client: Callable[[], Any], clock: Clock) -> None:
        self._client, self._clock = client, clock

    @translated()
    def look_up(self, lookups: "Sequence[Lookup]", former: Collection[str]) -> "LookedUp":
        from backup_apps.domain.account_lookups import LookedUp

        reading = _Reading(self._client())
        reading.find([one.ou for one in lookups])
        reading.read_tags(lookups)
        departed = {account: fate for account in sorted(former) if (fate := reading.fate(account))}
        at = self._clock().isoformat(timespec="seconds")
        return LookedUp(tuple(lookups), at, reading.organization(), departed)

    @translated()
    def snapshot(self) -> "Organization":
        """All of it: two calls for each organizational unit, and one for each account."""
        reading = _Reading(self._client())
        reading.find_all()
        return reading.organization()


class _Unit(NamedTuple):
    """An organizational unit, or the root."""

    id: str
    path: str
    """Of names, from below the root or from where the reading started."""
    called: tuple[str, ...]
    """The ids, names and paths of what holds it, from there down, and its own."""

    def child(self, id: str, name: str) -> "_Unit":
        path = f"{self.path}/{name}" if self.path else name
        return _Unit(id, path, tuple(dict.fromkeys((*self.called, id, name, path))))


class _Reading:
    """What has been listed already is not listed again."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._pages: dict[tuple[str, str], list[Any]] = {}
        self._accounts: dict[str, Any] = {}
        self._called: dict[str, dict[str, None]] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._units: list[_Unit] = []
        self._has_all = False

    def find(self, ous: Sequence[str | None]) -> None:
        """The accounts below these units; None stands for all accounts."""
        wanted = {ou for ou in ous if ou is not None}
        self._units = self._below(wanted) if wanted else []
        for unit in self._units:
            if not wanted.isdisjoint(unit.called):
                self._find_in(unit)
        if None in ous:
            self._add(self._list("list_accounts", "Accounts"))
            self._has_all = True

    def find_all(self) -> None:
        self._units = self._all_units()
        for unit in self._units:
            self._find_in(unit)
        for account in self._active():
            self._tags[account] = self._tags_of(account)

    def read_tags(self, lookups: "Sequence[Lookup]") -> None:
        """Of the accounts that would be given if they had the tags."""
        for account in self._active():
            called = self._called[account]
            if any(one.tags and (one.ou is None or one.ou in called) for one in lookups):
                self._tags[account] = self._tags_of(account)

    def fate(self, account: str) -> str | None:
        """What became of an account that is no active member; None where it is one."""
        found = self._accounts.get(account)
        if found is None and not self._has_all:
            found = self._described(account)
        if found is None:
            return "left the organization"
        return None if _state(found) == "ACTIVE" else f"is {_state(found).lower().replace('_', ' ')}"

    def organization(self) -> "Organization":
        from backup_apps.domain.catalog import Account, Organization

        accounts = (
            Account(
                id=account,
                name=self._accounts[account].get("Name", ""),
                ous=tuple(self._called[account]),
                tags=self._tags.get(account, {}),
            )
            for account in self._active()
        )
        names = dict.fromkeys(name for unit in self._units for name in unit.called)
        return Organization(accounts=tuple(accounts), ous=tuple(names))

    def _below(self, ous: set[str]) -> list[_Unit]:
        """At least these units with all below them: from their ids down, or where one is no id, every unit."""
        if all(_ID.fullmatch(ou) for ou in ous):
            units = [unit for ou in sorted(ous) for unit in self._tree(_Unit(ou, "", (ou,)))]
            if ous <= {unit.id for unit in units}:
                return units
        return self._all_units()  # a name may look like an id

    def _all_units(self) -> list[_Unit]:
        roots = [_Unit(root["Id"], "", (root["Id"],)) for root in self._list("list_roots", "Roots")]
        return [unit for root in roots for unit in self._tree(root)]

    def _tree(self, start: _Unit) -> Iterator[_Unit]:
        """The unit and all below it; none where it does not exist."""
        try:
            children = self._list("list_organizational_units_for_parent", "OrganizationalUnits", start.id)
        except NotFoundError as error:
            if error.code != "ParentNotFoundException":
                raise
            return
        yield start
        for one in children:
            yield from self._tree(start.child(one["Id"], one["Name"]))

    def _find_in(self, unit: _Unit) -> None:
        found = self._list("list_accounts_for_parent", "Accounts", unit.id)
        self._add(found)
        for account in found:
            self._called[account["Id"]].update(dict.fromkeys(unit.called))

    def _add(self, accounts: Sequence[Any]) -> None:
        for account in accounts:
            self._accounts[account["Id"]] = account
            self._called.setdefault(account["Id"], {})

    def _active(self) -> list[str]:
        return sorted(account for account, found in self._accounts.items() if _state(found) == "ACTIVE")

    def _described(self, account: str) -> Any:
        try:
            with translated():
                return self._client.describe_account(AccountId=account)["Account"]
        except NotFoundError as error:
            if error.code != "AccountNotFoundException":
                raise
            return None

    def _tags_of(self, account: str) -> dict[str, str]:
        pages = self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=account)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    @translated()
    def _list(self, operation: str, key: str, parent: str = "") -> list[Any]:
        if (operation, parent) not in self._pages:
            of_parent = {"ParentId": parent} if parent else {}
            pages = self._client.get_paginator(operation).paginate(**of_parent, PaginationConfig={"PageSize": _PAGE})
            self._pages[operation, parent] = [one for page in pages for one in page[key]]
        return self._pages[operation, parent]


def _state(account: Any) -> str:
    """`Status` is its older name, which AWS retires. https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html"""
    return str(account.get("State") or account.get("Status"))
