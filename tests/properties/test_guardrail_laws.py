"""Laws of the ratchet: bounds join in the safe direction whatever their order, and a child only makes it stricter."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
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


days = st.integers(1, 60).map(lambda number: f"{number}d")
guardrails = st.fixed_dictionaries(
    {},
    optional={
        "retention": st.fixed_dictionaries({}, optional={"min": days, "max": st.one_of(days, st.just("never"))}),
        "rpo": st.fixed_dictionaries({"max": days}),
        "copies": st.fixed_dictionaries({"crossRegion": st.booleans()}),
        "encryption": st.fixed_dictionaries({"customerKey": st.booleans()}),
        "vaultLock": st.fixed_dictionaries({"mode": st.sampled_from(LOCK_MODES)}),
        "roles": st.lists(st.sampled_from(["*", "*/backup", "*/other"]), min_size=1),
        "regions": st.lists(st.sampled_from(["eu-*", "us-*", "*"]), min_size=1),
    },
)


def violations(*levels: dict[str, Any]) -> set[tuple[str, str]]:
    """Where a leaf is refused, and by which kind of guardrail, with these guardrails from the root down."""
    policy = {
        "role": "arn:aws:iam::${account}:role/backup",
        "vaults": {"main": {"name": "main"}},
        "plans": {
            "daily": {
                "rules": {"n": {"vault": "main", "schedule": "cron(0 3 * * ? *)", "retention": {"delete": "30d"}}},
                "selections": {"all": {"resources": ["*"]}},
            }
        },
    }
    names = ["app", *(f"level{number}" for number in range(1, len(levels)))]
    files = []
    for number, rails in enumerate(levels):
        spec: dict[str, Any] = {"guardrails": rails}
        if number == 0:
            spec |= {"policy": policy, "targets": {"accounts": ["111111111111"], "regions": ["eu-west-1"]}}
        if number + 1 < len(levels):
            spec["children"] = [f"{names[number + 1]}.yaml"]
        document = {
            "apiVersion": "backup-apps/v1",
            "kind": "BackupApp",
            "metadata": {"name": names[number]},
            "spec": spec,
        }
        files.append(read_documents(f"{names[number]}.yaml", json.dumps(document).encode())[0])
    return {(error.path, kind_of(error)) for error in resolve(files, (), CATALOG).errors}


def kind_of(error: Finding) -> str:
    return next(kind for kind in (*STRICTNESS, "roles", "regions") if f" {kind} " in error.message)


@given(guardrails, guardrails, guardrails)
def test_whatever_a_child_writes_what_its_parents_refuse_stays_refused(
    root: dict[str, Any], middle: dict[str, Any], leaf: dict[str, Any]
) -> None:
    assert violations(root, {}, {}) <= violations(root, middle, {}) <= violations(root, middle, leaf)


@given(guardrails, guardrails)
def test_it_makes_no_difference_at_which_level_a_bound_stands(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert violations(one, other) == violations(other, one)


def test_the_laws_are_about_something() -> None:
    assert violations({}, {"retention": {"min": "31d"}}) == {
        ("policy.plans.daily.rules.n.retention.delete", "retention.min")
    }
