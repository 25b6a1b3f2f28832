"""A change set stays within what its commit was granted, or it is not carried out."""

from typing import Any

import pytest

from backup_apps.domain.changes import Change, ChangeSet, Create, Keep, Kind, Prune, Update
from backup_apps.domain.commits import CommitRecord, State, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget
from backup_apps.domain.errors import NotGrantedError, UnknownCommitError
from backup_apps.domain.provenance.reach import beyond
from backup_apps.domain.provenance.record import Grant
from backup_apps.domain.provenance.trust import Rule, TrustedIssuer, TrustPolicy
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from provenance.tokens import ISSUER
from sync.memory import Resolved, World, world
from sync.targets import BUNDLE, plan, target, vault

LITTLE = Grant(apps=("team-*",), vaults=("team-*", "shared"))
ALL = Grant(apps=("*",), vaults=("*",))
V1 = Version(BUNDLE, "v1")
GOOD = target(vault(), plan())


def changes(*found: Change) -> ChangeSet:
    return ChangeSet(bundle=BUNDLE, account="111111111111", region="eu-west-1", changes=found)


def create(kind: Kind, name: str = "x", app: str | None = None) -> Create:
    return Create(kind=kind, name=name, app=app, after={})


INSIDE: list[Change] = [
    create(Kind.VAULT, "team-vault"),
    create(Kind.LOCK, "shared"),
    create(Kind.PLAN, "anything", "team-shop"),
    create(Kind.SELECTION, "anything", "team-shop"),
    Prune(kind=Kind.PLAN, name="anything", app="team-shop", before={}),
    Update(kind=Kind.PLAN_TAG, name="x", item="tier", app="team-shop", before="gold", after="iron"),
    Keep(kind=Kind.VAULT, name="other", before={}, reason="not a write"),
]
OUTSIDE: list[tuple[Change, str]] = [
    (create(Kind.VAULT, "vault"), "vault vault"),
    (create(Kind.VAULT_TAG, "prod"), "vault prod"),
    (create(Kind.LOCK, "prod"), "vault prod"),
    (create(Kind.ACCESS_POLICY, "prod"), "vault prod"),
    (create(Kind.NOTIFICATIONS, "prod"), "vault prod"),
    (Prune(kind=Kind.VAULT, name="prod", before={}), "vault prod"),
    (create(Kind.PLAN, "team-shop-daily", "payments"), "app payments"),
    (create(Kind.SELECTION, "p", "payments"), "app payments"),
    (Prune(kind=Kind.PLAN, name="p", app="payments", before={}), "app payments"),
    (Prune(kind=Kind.PLAN, name="p", before={}), "app (none)"),
    (
        Update(kind=Kind.PLAN_TAG, name="p", item="backup-apps:app", app="team-a", before="payments", after="team-a"),
        "app payments",
    ),
    (Update(kind=Kind.REGION_SETTINGS, before={}, after={}), "region settings"),
]


@pytest.mark.parametrize("change", INSIDE, ids=lambda change: f"{change.action} {change.title}")
def test_what_is_granted_is_let_through(change: Change) -> None:
    assert beyond(LITTLE, changes(change)) == ()


@pytest.mark.parametrize(("change", "words"), OUTSIDE, ids=str)
def test_what_is_not_granted_is_named(change: Change, words: str) -> None:
    (found,) = beyond(LITTLE, changes(*INSIDE, change))
    assert words in found
    assert beyond(ALL, changes(change)) == ()


def test_each_thing_is_named_once_in_a_stable_order() -> None:
    found = beyond(LITTLE, changes(*(change for change, _ in reversed(OUTSIDE)), *(change for change, _ in OUTSIDE)))
    assert list(found) == sorted(set(found))


def admitted(**grant: Any) -> World:
    hub = world(GOOD.target)
    rule = {"claims": {"repository": ["acme/backup"]}, "bundles": ["*"], "apps": ["*"], "vaults": ["*"], **grant}
    hub.trust.text = TrustPolicy(issuers=(TrustedIssuer(issuer=ISSUER, rules=(Rule(**rule),)),)).model_dump_json()
    hub.upload(V1, Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(GOOD,))))
    assert admit_bundle(hub.hub, V1.key, None)["state"] == "planned"
    return hub


def test_the_plan_of_a_target_goes_through_within_the_grant() -> None:
    hub = admitted()
    assert plan_target(hub.hub, V1, GOOD.target)["changes"] > 0


@pytest.mark.parametrize("grant", [{"apps": ["other"]}, {"vaults": ["other"]}], ids=str)
def test_the_plan_of_a_target_beyond_the_grant_fails(grant: Any) -> None:
    hub = admitted(**grant)
    with pytest.raises(NotGrantedError, match="does not let repo:acme/backup:ref:refs/heads/main"):
        plan_target(hub.hub, V1, GOOD.target)
    assert hub.members.writes == []


def test_nothing_to_change_is_nothing_beyond() -> None:
    hub = admitted(apps=["other"], vaults=["other"])
    hub.documents.write(
        "changes/acme/v1/desired/111111111111-eu-west-1.json",
        DesiredTarget(account=GOOD.account, region=GOOD.region).model_dump_json(by_alias=True),
    )
    assert plan_target(hub.hub, V1, GOOD.target)["changes"] == 0


def test_a_commit_of_unknown_provenance_is_not_planned() -> None:
    hub = world(GOOD.target)
    hub.records.commits[V1] = CommitRecord(
        bundle=BUNDLE, version="v1", committed="2026-01-01T12:00:00+00:00", object_version="1", state=State.PLANNED
    )
    hub.documents.write("changes/acme/v1/desired/111111111111-eu-west-1.json", GOOD.model_dump_json(by_alias=True))
    with pytest.raises(UnknownCommitError, match="push a new version"):
        plan_target(hub.hub, V1, GOOD.target)
