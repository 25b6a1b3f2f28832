"""Laws of session policies: together they allow what the changes take and nothing else, and each fits."""

import json
from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.changes import Create, Kind, Prune, Update, Write
from backup_apps.domain.session_policies import (
    POLICY_LIMIT,
    Grant,
    Place,
    WritingSession,
    first_session,
    grants_of,
    policy_of,
)
from sync.targets import ACCOUNT, BUNDLE, REGION, selection, target

PLANS = [f"plan-{number}" for number in range(12)]
VAULTS = [f"vault-{'v' * number}" for number in range(12)]
KEYS = [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}" for number in range(3)]
SETTINGS = [Kind.VAULT_TAG, Kind.ACCESS_POLICY, Kind.NOTIFICATIONS, Kind.LOCK]


def arn(plan: str) -> str:
    return f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{plan:a>36}"


def of_vault(name: str, kind: Kind, goes: bool) -> Write:
    return Prune(kind=kind, name=name, before={}) if goes else Update(kind=kind, name=name, before={}, after={})


def role(number: int) -> dict[str, object]:
    return selection() | {"IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{'r' * number}"}


names, vaults = st.sampled_from(PLANS), st.sampled_from(VAULTS)
before = st.one_of(
    st.builds(of_vault, vaults, st.sampled_from(SETTINGS), st.booleans()),
    st.builds(
        lambda name, key: Create(kind=Kind.VAULT, name=name, after={"EncryptionKeyArn": key}),
        vaults,
        st.sampled_from(KEYS),
    ),
    st.builds(lambda name: Create(kind=Kind.PLAN, name=name, after={}), names),
)
after = st.one_of(
    st.builds(lambda name: Update(kind=Kind.PLAN, name=name, before={}, after={}), names),
    st.builds(lambda name: Prune(kind=Kind.PLAN_TAG, name=name, item="x", before="y"), names),
    st.builds(
        lambda name, number: Create(kind=Kind.SELECTION, name=name, after=role(number)), names, st.integers(1, 64)
    ),
    st.builds(lambda name: Prune(kind=Kind.SELECTION, name=name, before={}), names),
    st.builds(lambda name: Prune(kind=Kind.PLAN, name=name, before={}), names),
    st.builds(lambda name: Prune(kind=Kind.VAULT, name=name, before={}), vaults),
)
change_sets = st.tuples(st.lists(before, max_size=30), st.lists(after, max_size=60)).map(
    lambda both: (*both[0], *both[1])
)


def place(plans: Sequence[str]) -> Place:
    return Place("aws", target().target, BUNDLE, {name: arn(name) for name in plans})


def carried_out(writes: Sequence[Write]) -> Iterator[WritingSession]:
    """The sessions of a sync; plans that no change creates are there from the start."""
    created = {one.name for one in writes if one.kind is Kind.PLAN and isinstance(one, Create)}
    there = set(PLANS) - created
    while writes:
        session = first_session(writes, place(sorted(there)))
        yield session
        there |= {one.name for one in session.writes if one.kind is Kind.PLAN}
        writes = writes[len(session.writes) :]


def granted(policy: str) -> set[Grant]:
    found = set()
    for statement in json.loads(policy)["Statement"]:
        (condition,) = [*statement.get("Condition", {}).get("StringEquals", {}).items()] or [None]
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                found.add(Grant(action, resource, condition))
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@given(change_sets)
def test_sessions_together_allow_what_the_changes_take_in_their_order_and_nothing_else(writes: Sequence[Write]) -> None:
    sessions = list(carried_out(writes))
    assert [change for session in sessions for change in session.writes] == list(writes)
    needed = {grant for change in writes for grant in grants_of(change, place(PLANS))}
    assert set().union(*(granted(session.policy) for session in sessions)) == needed


@given(change_sets)
def test_each_session_allows_its_own_changes_alone_and_fits(writes: Sequence[Write]) -> None:
    for session in carried_out(writes):
        assert len(session.policy) <= POLICY_LIMIT
        needed = {grant for change in session.writes for grant in grants_of(change, place(PLANS))}
        assert granted(session.policy) == needed


@given(st.sets(st.builds(Grant, st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from([None, ("k", "v")]))))
def test_a_policy_is_read_back_as_it_was_granted_whatever_the_order(grants: set[Grant]) -> None:
    policy = policy_of(grants)
    assert granted(policy) == grants
    assert policy == policy_of(sorted(grants, key=str, reverse=True))
