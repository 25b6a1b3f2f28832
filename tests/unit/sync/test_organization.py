"""Bundles that ask AWS Organizations which accounts there are: looked up once, recorded, no one deleted in error."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.account_lookups import Lookup, lookups_of
from backup_apps.domain.catalog import Account, Membership, Organization, Unreadable
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import AccessDeniedError, AwsError, NotFoundError, ThrottledError, UnavailableError
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.places import Finding
from backup_apps.domain.state_documents import targets_key
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.record_outcome import record_outcome
from language.written_bundles import app, files_of, resolve_files
from sync.memory import Resolved, World, world
from sync.steps import items, run

V1, V2, V3 = (Version("acme", version) for version in ("v1", "v2", "v3"))
RED, BLUE, GREY = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"

ROOT = app(
    "acme",
    """
    children: ["sets/*.yaml"]
    targets: {regions: [eu-west-1]}
    policy:
      vaults: {primary: {name: acme-primary, kmsKey: "arn:aws:kms:${region}:${account}:key/1"}}
      plans:
        daily:
          rules: {nightly: {vault: primary, schedule: cron(0 3 * * ? *), retention: {delete: 35d}}}
    """,
)
SET = """apiVersion: backup-apps/v1
kind: BackupAppSet
metadata: {name: teams}
spec:
  generators:
    - accounts: GENERATOR
  template:
    metadata: {name: "team-${item.account}"}
    spec: {targets: {accounts: ["${item.account}"]}}
"""
PROD = "{ou: prod}"


def files(*generators: str) -> dict[str, str]:
    lines = "\n    - accounts: ".join(generators)
    return {"app.yaml": ROOT, "sets/teams.yaml": SET.replace("GENERATOR", lines)}


class Written(NamedTuple):
    """A bundle as it was read."""

    texts: dict[str, str]

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        return lookups_of(files_of(self.texts)[0])

    def resolve(self, organization: Membership) -> Resolved:
        found = resolve_files(self.texts, organization)
        governance = governance_of(found).to_json() if found.state else {}
        return Resolved(found.bundle, found.state, found.errors, found.warnings, governance)


def account(id: str, *ous: str, **tags: str) -> Account:
    return Account(id=id, ous=ous, tags=tags)


def hub_of(*accounts: Account) -> World:
    hub = world(*(Target(one.id, REGION) for one in accounts))
    hub.organizations.accounts = accounts
    return hub


def push(hub: World, version: Version, *generators: str) -> dict[str, str]:
    hub.upload(version, Written(files(*(generators or (PROD,)))), second=int(version.version[1:]))
    return admit_bundle(hub.hub, version.key, None)


def states(hub: World, version: Version) -> dict[str, str]:
    return {one.account: f"{one.state}{' retired' if one.retired else ''}" for one in hub.records.outcomes(version)}


def change_set(hub: World, version: Version) -> Any:
    return json.loads(hub.documents.texts[f"changes/acme/{version.version}/change-set.json"])


# ---------------------------------------------------------------- what is asked


@pytest.mark.parametrize(
    ("generator", "asked"),
    [
        ("{ou: prod}", ("prod", {})),
        ("{tag: {team: red, tier: gold}}", (None, {"team": "red", "tier": "gold"})),
        ("{ids: ['111111111111'], ou: ou-ab12-cdefgh34, tag: {team: red}}", ("ou-ab12-cdefgh34", {"team": "red"})),
    ],
)
def test_an_ou_and_tags_are_asked_for_at_their_place(generator: str, asked: tuple[Any, Any]) -> None:
    (lookup,) = Written(files(generator)).lookups
    assert (lookup.ou, lookup.tags) == asked
    assert (lookup.place.file, lookup.place.line, lookup.place.column) == ("sets/teams.yaml", 6, 17)


def test_generators_inside_a_matrix_ask_too() -> None:
    matrix = "[]\n    - matrix: [{accounts: {ou: prod}}, {regions: [eu-west-1]}, {accounts: {tag: {team: red}}}]"
    assert [str(one) for one in Written(files(matrix)).lookups] == ["OU prod", "tag team=red"]


@pytest.mark.parametrize("generator", ["['111111111111']", "{ids: ['111111111111']}", "[", "12", "{}"])
def test_who_lists_ids_or_writes_nonsense_asks_nothing(generator: str) -> None:
    hub = hub_of(account(RED, "prod"))
    push(hub, V1, generator)
    assert hub.organizations.asked == []
    assert "changes/acme/v1/organization.json" not in hub.documents.texts


def test_only_sets_ask() -> None:
    texts = {name: text.replace("BackupAppSet", "BackupApp") for name, text in files(PROD).items()}
    assert Written(texts).lookups == ()


# ---------------------------------------------------------------- what is answered


def test_accounts_below_the_ou_become_targets() -> None:
    hub = hub_of(account(RED, "prod"), account(BLUE, "ou-1", "prod", "sub"), account(GREY, "dev"))
    assert push(hub, V1)["state"] == "planned"
    assert states(hub, V1) == {RED: "planned", BLUE: "planned"}
    assert [one.account for one in items(hub, targets_key(V1))] == [RED, BLUE]
    assert len(hub.organizations.asked) == 1


def test_what_was_looked_up_is_recorded_in_the_change_set_and_not_looked_up_again() -> None:
    hub = hub_of(account(RED, "prod"), account(BLUE, "dev", team="blue"))
    push(hub, V1, PROD, "{tag: {team: blue}}", "{ou: dev, tag: {team: red}}")
    run(hub, V1)
    push(hub, V1, PROD)  # the event comes again
    assert len(hub.organizations.asked) == 1
    place = {"file": "sets/teams.yaml"}
    assert change_set(hub, V1)["organization"] == {
        "lookedUp": "2026-01-01T12:00:00+00:00",
        "generators": [
            {**place, "line": 6, "ou": "prod", "accounts": [RED]},
            {**place, "line": 7, "tag": {"team": "blue"}, "accounts": [BLUE]},
            {**place, "line": 8, "ou": "dev", "tag": {"team": "red"}, "accounts": []},
        ],
        "departed": {},
    }
    assert hub.documents.texts["changes/acme/v1/change-set.txt"].startswith(
        "Accounts of AWS Organizations, as of 2026-01-01T12:00:00+00:00\n"
        "  sets/teams.yaml:6  OU prod: 111111111111\n"
        "  sets/teams.yaml:7  tag team=blue: 222222222222\n"
        "  sets/teams.yaml:8  OU dev, tag team=red: no account\n\n"
    )


def test_a_bundle_that_asks_nothing_says_nothing_of_an_organization() -> None:
    hub = hub_of(account(RED))
    push(hub, V1, f"['{RED}']")
    run(hub, V1)
    assert "organization" not in change_set(hub, V1)
    assert "Organizations" not in hub.documents.texts["changes/acme/v1/change-set.txt"]


@pytest.mark.parametrize(
    ("generator", "said"),
    [
        ("{ou: prdo}", "the organization has no OU 'prdo'; write its id, its name, or its path: prod/payments"),
        (
            "{ids: ['222222222222'], tag: {}}",
            "no tag is every account of the organization; write a tag, or the id of the root as `ou`",
        ),
    ],
)
def test_what_can_only_be_a_mistake_is_rejected(generator: str, said: str) -> None:
    hub = hub_of(account(RED, "prod"))
    assert push(hub, V1, PROD, generator)["state"] == "rejected"
    (error,) = json.loads(hub.documents.texts["changes/acme/v1/errors.json"])["errors"]
    assert error == Finding("sets/teams.yaml", 7, 17, "generators", said)._asdict()


def test_an_ou_without_accounts_gives_none_and_tags_that_nobody_has_are_a_mistake() -> None:
    organization = Organization(accounts=(account(RED, "prod"),), ous=("new",))
    assert resolve_files(files("{ou: new}"), organization).errors == ()
    assert [leaf.app.name for leaf in resolve_files(files(PROD, "{ou: new}"), organization).leaves] == [f"team-{RED}"]
    (error,) = resolve_files(files("{ou: new, tag: {team: red}}"), organization).errors
    assert error.message == "the generators give no item to stamp"


# ---------------------------------------------------------------- what can't be asked

DENIED = AccessDeniedError("ListRoots", "AccessDeniedException", "You don't have permissions to access this resource.")


@pytest.mark.parametrize("error", [DENIED, NotFoundError("ListRoots", "AWSOrganizationsNotInUseException", "no")])
def test_a_hub_that_may_not_read_the_organization_rejects_and_says_what_it_needs(error: AwsError) -> None:
    hub = hub_of()
    hub.organizations.error = error
    texts = files(PROD) | {"sets/other.yaml": "apiVersion: backup-apps/v1"}
    hub.upload(V1, Written(texts))
    assert admit_bundle(hub.hub, V1.key, None)["state"] == "rejected"
    found = json.loads(hub.documents.texts["changes/acme/v1/errors.json"])["errors"]
    (told,) = (one for one in found if (one["file"], one["line"], one["column"]) == ("sets/teams.yaml", 6, 17))
    assert told["message"].startswith(f"AWS Organizations can't be read: {error}; deploy the hub in the management")
    assert "delegation policy (https://docs.aws.amazon.com/organizations/" in told["message"]
    assert "sets/other.yaml" in {one["file"] for one in found}, "and everything else that is wrong"
    assert hub.executions.started == {}


@pytest.mark.parametrize("error", [ThrottledError, UnavailableError])
def test_where_aws_throttles_or_is_broken_the_event_comes_again(error: Callable[..., AwsError]) -> None:
    hub = hub_of(account(RED, "prod"))
    hub.organizations.error = error("ListRoots", "TooManyRequestsException", "slow down")
    with pytest.raises(AwsError):
        push(hub, V1)
    assert hub.records.commits == {}
    hub.organizations.error = None
    assert admit_bundle(hub.hub, V1.key, None)["state"] == "planned"


def test_offline_without_a_snapshot_it_says_how_to_pass_one() -> None:
    messages = {error.message for error in resolve_files(files(PROD), None).errors}
    assert "OUs and account tags need the organization; list ids here, or pass a snapshot: --accounts FILE" in messages
    (refused,) = resolve_files(files(PROD), Unreadable("ask somebody")).errors
    assert refused.message == "AWS Organizations can't be read: ask somebody"


# ---------------------------------------------------------------- who is gone


def grown_then(*left: Account, **fates: str) -> World:
    """Red and blue were synced; now these are left, and what became of the others."""
    hub = hub_of(account(RED, "prod"), account(BLUE, "prod"))
    push(hub, V1)
    assert run(hub, V1)["state"] == "synced"
    hub.organizations.accounts = left
    hub.organizations.fates = {name.removeprefix("a"): fate for name, fate in fates.items()}
    return hub


@pytest.mark.parametrize("fate", ["left the organization", "is suspended"])
def test_an_account_that_departed_is_unreachable_and_nothing_in_it_is_deleted(fate: str) -> None:
    hub = grown_then(account(RED, "prod"), a222222222222=fate)
    before = hub.members.live[Target(BLUE, REGION)]
    push(hub, V2)
    assert states(hub, V2) == {RED: "planned", BLUE: "failed"}
    assert [one.account for one in items(hub, targets_key(V2))] == [RED]
    status = run(hub, V2)
    assert status["state"] == "partly-failed"
    assert status["targets"] == [
        {"account": RED, "region": REGION, "state": "synced"},
        {
            "account": BLUE,
            "region": REGION,
            "state": "failed",
            "error": f"unreachable: account {BLUE} {fate} (AWS Organizations, 2026-01-01T12:00:00+00:00); "
            "what is there is left as it is",
        },
    ]
    assert hub.members.live[Target(BLUE, REGION)] == before
    assert f"{BLUE}/{REGION}: unreachable" in hub.alerts.published[-1].text


def test_the_change_set_says_who_departed() -> None:
    hub = grown_then(account(RED, "prod"), a222222222222="is suspended")
    push(hub, V2)
    run(hub, V2)
    assert change_set(hub, V2)["organization"]["departed"] == {BLUE: "is suspended"}
    assert change_set(hub, V2)["targets"][1]["error"].startswith(f"unreachable: account {BLUE} is suspended")
    text = hub.documents.texts["changes/acme/v2/change-set.txt"]
    assert f"{BLUE}/{REGION}  can't be planned: unreachable: account" in text
    assert f"  ! {BLUE} is suspended; its targets are left alone" in text


def test_who_departed_stays_so_from_version_to_version_until_it_is_back() -> None:
    hub = grown_then(account(RED, "prod"), a222222222222="is suspended")
    for version in (V2, V3):
        push(hub, version)
        run(hub, version)
        assert states(hub, version)[BLUE] == "failed"
    hub.organizations.accounts, hub.organizations.fates = (account(RED, "prod"), account(BLUE, "prod")), {}
    push(hub, Version("acme", "v4"))
    assert run(hub, Version("acme", "v4"))["state"] == "synced"


@pytest.mark.parametrize("left", [(account(RED, "prod"), account(BLUE, "dev")), (account(RED, "prod"),)])
def test_an_account_that_moved_to_another_ou_is_emptied_like_any_target_that_is_not_wanted(
    left: tuple[Account, ...],
) -> None:
    hub = grown_then(*left)
    push(hub, V2)
    assert states(hub, V2) == {RED: "planned", BLUE: "planned retired"}
    assert run(hub, V2)["state"] == "synced"
    assert hub.members.live[Target(BLUE, REGION)].plans == ()
    assert hub.records.known_targets("acme") == {Target(RED, REGION)}


def test_an_account_that_only_a_list_gave_is_taken_out_by_the_bundle_not_by_the_organization() -> None:
    hub = hub_of(account(RED, "prod"), account(BLUE))
    push(hub, V1, PROD, f"['{BLUE}']")
    run(hub, V1)
    hub.organizations.fates = {BLUE: "left the organization"}
    push(hub, V2)
    assert states(hub, V2) == {RED: "planned", BLUE: "planned retired"}


def test_a_bundle_that_asks_no_more_says_so_itself() -> None:
    hub = grown_then(a222222222222="is suspended")
    push(hub, V2, f"['{RED}']")
    assert states(hub, V2) == {RED: "planned", BLUE: "planned retired"}
    assert len(hub.organizations.asked) == 1


def test_a_late_event_leaves_everybody_alone() -> None:
    hub = grown_then(account(RED, "prod"), a222222222222="is suspended")
    push(hub, V3)
    assert push(hub, V2)["state"] == "superseded"
    assert states(hub, V2) == {RED: "superseded"}


def test_a_repeated_event_starts_the_sync_of_the_others_only() -> None:
    hub = grown_then(account(RED, "prod"), a222222222222="is suspended")
    push(hub, V2)
    hub.executions.started.clear()
    push(hub, V2)
    assert [one.account for one in items(hub, targets_key(V2))] == [RED]


def test_a_sync_that_broke_off_still_says_why_the_departed_was_left_alone() -> None:
    hub = grown_then(account(RED, "prod"), a222222222222="is suspended")
    push(hub, V2)
    status = record_outcome(hub.hub, V2, error="the machine stopped")
    assert [one["error"].split(" ")[0] for one in status["targets"]] == ["the", "unreachable:"]
    assert {one.account: one.looked_up for one in hub.records.outcomes(V2)} == {RED: True, BLUE: True}
    assert hub.records.find(V2).state is State.FAILED
