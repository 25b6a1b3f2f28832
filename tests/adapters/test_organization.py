"""The organization on moto: what is read of it, and in how many calls."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.organization import OrganizationAccounts
from backup_apps.domain.account_lookups import LookedUp, Lookup
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError, ThrottledError, UnavailableError
from backup_apps.domain.places import Place
from sync.memory import Clock

NOBODY = "999999999999"


class Live:
    """An organization with two OUs that are called `eu`, one that is empty, and an account in no OU."""

    def __init__(self) -> None:
        self.client = boto3.client("organizations")
        self.client.create_organization(FeatureSet="ALL")
        self.root = self.client.list_roots()["Roots"][0]["Id"]
        self.units = {"": self.root}
        self.accounts: dict[str, str] = {}
        for path in ("prod", "prod/eu", "dev", "dev/eu", "empty"):
            parent, _, name = path.rpartition("/")
            made = self.client.create_organizational_unit(ParentId=self.units[parent], Name=name)
            self.units[path] = made["OrganizationalUnit"]["Id"]
        for name, unit in (("shop", "prod"), ("bank", "prod"), ("data", "prod/eu"), ("lab", "dev/eu"), ("spare", "")):
            self.accounts[name] = self.add(name, self.units[unit])
        self.calls: Counter[str] = Counter()
        self.client.meta.events.register("before-call.organizations", self._count)

    def add(self, name: str, unit: str) -> str:
        status = self.client.create_account(Email=f"{name}@acme.example", AccountName=name)["CreateAccountStatus"]
        account = str(status["AccountId"])
        if unit != self.root:
            self.client.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)
        return account

    def tag(self, name: str, **tags: str) -> None:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.client.tag_resource(ResourceId=self.accounts[name], Tags=listed)

    def ask(self, *lookups: Lookup, former: tuple[str, ...] = ()) -> LookedUp:
        self.calls.clear()
        return OrganizationAccounts(lambda: self.client, Clock()).look_up(lookups, former)

    def given(self, lookup: Lookup) -> set[str]:
        names = {account: name for name, account in self.accounts.items()}
        return {names[account] for account in self.ask(lookup).accounts if account in names}

    def _count(self, model: Any, **_: Any) -> None:
        self.calls[model.name] += 1


@pytest.fixture
def live(aws: None) -> Iterator[Live]:
    return Live()


def of(ou: str | None = None, **tags: str) -> Lookup:
    return Lookup(ou, tags, Place("sets/teams.yaml", 7, 17))


@pytest.mark.parametrize(
    ("ou", "accounts"),
    [
        ("prod", {"shop", "bank", "data"}),
        ("prod/eu", {"data"}),
        ("dev", {"lab"}),
        ("eu", {"data", "lab"}),
        ("empty", set()),
    ],
)
def test_everything_below_an_ou_by_its_name_or_path(live: Live, ou: str, accounts: set[str]) -> None:
    assert live.given(of(ou)) == accounts
    assert live.ask(of(ou)).organization.has_ou(ou)


def test_a_name_may_look_like_an_id(live: Live) -> None:
    odd = live.client.create_organizational_unit(ParentId=live.root, Name="r-team")["OrganizationalUnit"]["Id"]
    live.accounts["odd"] = live.add("odd", odd)
    assert live.given(of("r-team")) == {"odd"}


def test_everything_below_an_ou_by_its_id(live: Live) -> None:
    assert live.given(of(live.units["prod"])) == {"shop", "bank", "data"}
    assert live.given(of(live.root)) == set(live.accounts)


@pytest.mark.parametrize("ou", ["prdo", "prod/us", "ou-abcd-12345678", "Root"])
def test_an_ou_that_does_not_exist_is_not_there(live: Live, ou: str) -> None:
    answer = live.ask(of(ou))
    assert not answer.organization.has_ou(ou)
    assert answer.accounts == frozenset()


def test_tags_narrow_an_ou_and_stand_alone(live: Live) -> None:
    live.tag("shop", team="red", tier="gold")
    live.tag("data", team="red")
    live.tag("lab", team="red")
    assert live.given(of("prod", team="red")) == {"shop", "data"}
    assert live.given(of(None, team="red")) == {"shop", "data", "lab"}
    assert live.given(of(None, team="red", tier="gold")) == {"shop"}
    assert live.given(of(None, team="blue")) == set()


def test_suspended_accounts_are_none(live: Live) -> None:
    live.client.close_account(AccountId=live.accounts["shop"])
    assert live.given(of("prod")) == {"bank", "data"}
    assert live.given(of(live.root)) == set(live.accounts) - {"shop"}


# ---------------------------------------------------------------- few calls


def test_an_id_is_read_from_there_down(live: Live) -> None:
    live.ask(of(live.units["prod"]), of(live.units["prod/eu"]))
    assert live.calls == {"ListOrganizationalUnitsForParent": 2, "ListAccountsForParent": 2}


def test_a_name_is_sought_in_all_ous_and_accounts_only_below_it(live: Live) -> None:
    live.ask(of("prod/eu"), of(live.units["dev"]))
    assert live.calls == {"ListRoots": 1, "ListOrganizationalUnitsForParent": 6, "ListAccountsForParent": 3}


def test_tags_are_read_where_they_matter_and_once(live: Live) -> None:
    live.ask(of("prod/eu", team="red"), of("eu", team="blue"))
    assert live.calls["ListTagsForResource"] == 2
    live.ask(of(None, team="red"))
    assert live.calls == {"ListAccounts": 1, "ListTagsForResource": 6}


def test_many_accounts_come_in_full_pages(live: Live) -> None:
    for number in range(40):
        live.accounts[f"more-{number}"] = live.add(f"more-{number}", live.units["empty"])
    assert len(live.ask(of("empty")).accounts) == 40
    assert live.calls["ListAccountsForParent"] == 2


# ---------------------------------------------------------------- who departed


def test_former_accounts_are_asked_about_only_where_they_are_not_seen(live: Live) -> None:
    live.client.close_account(AccountId=live.accounts["shop"])
    former = (live.accounts["shop"], live.accounts["bank"], live.accounts["lab"], NOBODY)
    answer = live.ask(of(live.units["prod"]), former=former)
    assert answer.departed == {live.accounts["shop"]: "is suspended", NOBODY: "left the organization"}
    assert live.calls["DescribeAccount"] == 2
    assert answer.accounts == {live.accounts["bank"], live.accounts["data"]}


def test_where_all_accounts_were_listed_nobody_is_asked_about(live: Live) -> None:
    live.tag("shop", team="red")
    live.client.close_account(AccountId=live.accounts["lab"])
    answer = live.ask(of(None, team="red"), former=(live.accounts["lab"], live.accounts["bank"], NOBODY))
    assert answer.departed == {live.accounts["lab"]: "is suspended", NOBODY: "left the organization"}
    assert live.calls["DescribeAccount"] == 0


@pytest.mark.parametrize(
    ("members", "departed"),
    [
        ({"State": "ACTIVE"}, {}),
        ({"State": "PENDING_CLOSURE", "Status": "ACTIVE"}, {NOBODY: "is pending closure"}),
        ({"Status": "ACTIVE"}, {}),
        ({"Status": "SUSPENDED"}, {NOBODY: "is suspended"}),
    ],
)
def test_the_state_counts_and_where_there_is_none_the_older_status(
    aws: None, members: dict[str, str], departed: dict[str, str]
) -> None:
    client = boto3.client("organizations")
    with Stubber(client) as stubber:
        stubber.add_response("list_organizational_units_for_parent", {"OrganizationalUnits": []})
        stubber.add_response("list_accounts_for_parent", {"Accounts": []})
        stubber.add_response("describe_account", {"Account": {"Id": NOBODY, **members}})
        answer = OrganizationAccounts(lambda: client, Clock()).look_up([of("ou-abcd-12345678")], {NOBODY})
    assert answer.departed == departed
    assert answer.at == "2026-01-01T12:00:00+00:00"


# ---------------------------------------------------------------- the snapshot


def test_the_snapshot_is_the_whole_organization_and_answers_alike(live: Live) -> None:
    live.tag("data", team="red")
    live.client.close_account(AccountId=live.accounts["lab"])
    snapshot = OrganizationAccounts(lambda: live.client, Clock()).snapshot()
    (data,) = (one for one in snapshot.accounts if one.id == live.accounts["data"])
    assert data.name == "data"
    assert data.ous == (live.root, live.units["prod"], "prod", live.units["prod/eu"], "eu", "prod/eu")
    assert data.tags == {"team": "red"}
    for lookup in (of("prod"), of("eu"), of(live.root), of(live.units["prod/eu"]), of("eu", team="red"), of("empty")):
        assert set(snapshot.accounts_with(lookup.ou, lookup.tags)) == live.ask(lookup).accounts
        assert snapshot.has_ou(lookup.ou or "")
    assert not snapshot.has_ou("nowhere")


# ---------------------------------------------------------------- what goes wrong


def test_without_an_organization_that_is_said(aws: None) -> None:
    with pytest.raises(NotFoundError, match="AWSOrganizationsNotInUseException"):
        OrganizationAccounts(lambda: boto3.client("organizations"), Clock()).look_up([of("prod")], ())


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("AccessDeniedException", 400, AccessDeniedError),
        ("TooManyRequestsException", 400, ThrottledError),
        ("ServiceException", 500, UnavailableError),
        ("AWSOrganizationsNotInUseException", 400, NotFoundError),
    ],
)
@pytest.mark.parametrize("operation", ["list_roots", "list_organizational_units_for_parent", "describe_account"])
def test_errors_are_translated_wherever_they_come(
    aws: None, code: str, status: int, error: type[AwsError], operation: str
) -> None:
    client = boto3.client("organizations")
    ou = "prod" if operation == "list_roots" else "ou-abcd-12345678"
    with Stubber(client) as stubber:
        if operation == "describe_account":
            stubber.add_response("list_organizational_units_for_parent", {"OrganizationalUnits": []})
            stubber.add_response("list_accounts_for_parent", {"Accounts": []})
        stubber.add_client_error(operation, code, "no", status)
        with pytest.raises(error):
            OrganizationAccounts(lambda: client, Clock()).look_up([of(ou)], {NOBODY})
