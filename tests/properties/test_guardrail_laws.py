"""Laws of the ratchet: bounds join in the safe direction whatever their order, and a child only makes it stricter."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.guardrails.bounds import KINDS
from backup_apps.domain.guardrails.strictness import LOCK_MODES, STRICTNESS, stricter
from backup_apps.domain.places import Finding
from backup_apps.domain.resolution import resolve

CATALOG = Catalog(timezones=frozenset({"Etc/UTC"}), zone_of=ZoneInfo, today=date(2026, 11, 22))

times = st.one_of(st.integers(1, 10_000_000), st.just("never"))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    kind: st.sampled_from(LOCK_MODES)
    if kind == "vaultLock.mode"
    else st.booleans()
    if kind[:4] in ("copi", "encr")
    else times
    for kind in STRICTNESS
}
kinds = pytest.mark.parametrize("kind", sorted(STRICTNESS))


@kinds
@given(st.data())
def test_joins_do_not_care_about_order_grouping_or_repetition(kind: str, data: st.DataObject) -> None:
    a, b, c = (data.draw(VALUES[kind]) for _ in range(3))

    assert stricter(kind, a, b) == stricter(kind, b, a)
    assert stricter(kind, stricter(kind, a, b), c) == stricter(kind, a, stricter(kind, b, c))
    assert stricter(kind, a, a) == a


@kinds
@given(st.data())
def test_a_join_is_never_looser_than_either(kind: str, data: st.DataObject) -> None:
    a, b = data.draw(VALUES[kind]), data.draw(VALUES[kind])
    strict = STRICTNESS[kind]

    assert strict(stricter(kind, a, b)) == max(strict(a), strict(b))


A_THOUSAND = settings(max_examples=1000)
LISTS = ("roles", "regions", "accounts", "encryption.keys", "locked")
"""The kinds of which every list counts."""
RULE = "policy.plans.daily.rules.n"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


days = st.integers(1, 60).map(lambda number: f"{number}d")
days_or_never = st.one_of(days, st.just("never"))
guardrails = st.fixed_dictionaries(
    {},
    optional={
        "retention": st.fixed_dictionaries({}, optional={"min": days, "max": days_or_never}),
        "rpo": st.fixed_dictionaries({"max": days}),
        "copies": st.fixed_dictionaries({}, optional={"crossRegion": st.booleans(), "crossAccount": st.booleans()}),
        "encryption": st.fixed_dictionaries(
            {},
            optional={
                "customerKey": st.booleans(),
                "rotation": st.booleans(),
                "keys": some("*", "*:111111111111:*", "*:222222222222:*"),
            },
        ),
        "vaultLock": st.fixed_dictionaries({"mode": st.sampled_from(LOCK_MODES)}),
        "verification": st.fixed_dictionaries({"maxAge": days_or_never}),
        "roles": some("*", "*/backup", "*/other"),
        "regions": some("eu-*", "us-*", "*"),
        "accounts": some("1*", "2*", "*"),
        "locked": some("policy.role", f"{RULE}.retention", f"{RULE}.retention.delete", f"{RULE}.schedule"),
    },
)


def violations(*levels: dict[str, Any]) -> set[tuple[str, str]]:
    """Where a leaf is refused, and by which kind of guardrail, with these guardrails from the root down. The leaf
    writes its retention itself, as it is without that, so that a lock above it has something to refuse."""
    policy = {
        "role": "arn:aws:iam::${account}:role/backup",
        "vaults": {"main": {"name": "main", "kmsKey": KEY}, "plain": {"name": "plain"}},
        "plans": {
            "daily": {
                "rules": {"n": {"vault": "main", "schedule": "cron(0 3 * * ? *)", "retention": {"delete": "30d"}}},
                "selections": {"all": {"resources": ["*"]}},
            }
        },
        "verification": {"maxAge": "40d"},
    }
    names = ["app", *(f"level{number}" for number in range(1, len(levels)))]
    files = []
    for number, rails in enumerate(levels):
        spec: dict[str, Any] = {"guardrails": rails}
        if number == 0:
            spec |= {"policy": policy, "targets": {"accounts": ["111111111111"], "regions": ["eu-west-1"]}}
        if number + 1 < len(levels):
            spec["children"] = [f"{names[number + 1]}.yaml"]
        elif number:
            spec["policy"] = {"plans": {"daily": {"rules": {"n": {"retention": {"delete": "30d"}}}}}}
        document = {
            "apiVersion": "backup-apps/v1",
            "kind": "BackupApp",
            "metadata": {"name": names[number]},
            "spec": spec,
        }
        files.append(read_documents(f"{names[number]}.yaml", json.dumps(document).encode())[0])
    return {(error.path, kind_of(error)) for error in resolve(files, (), CATALOG).errors}


def kind_of(error: Finding) -> str:
    return next(kind for kind in (*STRICTNESS, *LISTS) if f" {kind} " in error.message)


@A_THOUSAND
@given(guardrails, guardrails, guardrails)
def test_whatever_a_child_writes_what_its_parents_refuse_stays_refused(
    root: dict[str, Any], middle: dict[str, Any], leaf: dict[str, Any]
) -> None:
    assert violations(root, {}, {}) <= violations(root, middle, {}) <= violations(root, middle, leaf)


@A_THOUSAND
@given(guardrails, guardrails)
def test_together_they_refuse_what_either_refuses_and_nothing_else(root: dict[str, Any], leaf: dict[str, Any]) -> None:
    assert violations(root, leaf) == violations(root, {}) | violations({}, leaf)


@A_THOUSAND
@given(
    st.lists(guardrails, min_size=3, max_size=3).flatmap(
        lambda levels: st.tuples(st.just(levels), st.permutations(levels))
    )
)
def test_it_makes_no_difference_at_which_level_a_bound_stands(
    levels: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """But a lock, which is for those below the one that sets it."""
    as_drawn, shuffled = ([{k: v for k, v in rails.items() if k != "locked"} for rails in each] for each in levels)
    assert violations(*as_drawn) == violations(*shuffled)


@given(guardrails)
def test_a_lock_is_for_those_below(leaf: dict[str, Any]) -> None:
    assert "locked" not in {kind for _, kind in violations({}, leaf)}


DELETE = f"{RULE}.retention.delete"
BROKEN: dict[str, tuple[dict[str, Any], set[str]]] = {
    "retention.min": ({"retention": {"min": "31d"}}, {DELETE}),
    "retention.max": ({"retention": {"max": "29d"}}, {DELETE}),
    "rpo.max": ({"rpo": {"max": "1h"}}, {f"{RULE}.schedule"}),
    "verification.maxAge": ({"verification": {"maxAge": "39d"}}, {"policy.verification.maxAge"}),
    "copies.crossRegion": ({"copies": {"crossRegion": True}}, {"policy.plans.daily"}),
    "copies.crossAccount": ({"copies": {"crossAccount": True}}, {"policy.plans.daily"}),
    "encryption.customerKey": ({"encryption": {"customerKey": True}}, {"policy.vaults.plain.kmsKey"}),
    "encryption.keys": ({"encryption": {"keys": ["*:222222222222:*"]}}, {"policy.vaults.main.kmsKey"}),
    "vaultLock.mode": ({"vaultLock": {"mode": "governance"}}, {"policy.vaults.main", "policy.vaults.plain"}),
    "roles": ({"roles": ["*/other"]}, {"policy.role"}),
    "regions": ({"regions": ["us-*"]}, {"targets.regions"}),
    "accounts": ({"accounts": ["2*"]}, {"targets.accounts"}),
    "locked": ({"locked": [f"{RULE}.retention"]}, {f"{RULE}.retention"}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_the_laws_are_about_something(kind: str) -> None:
    rails, paths = BROKEN[kind]
    assert violations(rails, {}) == {(path, kind) for path in paths}


def test_the_laws_are_about_every_kind() -> None:
    """The rotation of keys is looked at where keys are, and not in a policy."""
    assert {*BROKEN, "encryption.rotation"} == set(KINDS) == {*STRICTNESS, *LISTS}
