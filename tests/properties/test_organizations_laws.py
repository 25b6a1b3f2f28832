"""Laws of Organizations' inheritance, on policies that nobody thought of."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from organizations.chains import effective

A_THOUSAND = settings(max_examples=1000)
CONTROL = "@@operators_allowed_for_child_policies"
ROLE = {"@@assign": "arn:aws:iam::$account:role/backup"}

colours = st.lists(st.sampled_from(["red", "green", "blue", "white"]), min_size=1, max_size=3)
operators = st.dictionaries(st.sampled_from(["@@assign", "@@append", "@@remove"]), colours)
words = st.lists(st.sampled_from(["@@assign", "@@append", "@@remove"]), min_size=1, unique=True)
controls = st.one_of(st.just({}), st.just(["@@none"]), st.just(["@@all"]), words).map(
    lambda allowed: {CONTROL: allowed} if allowed else {}
)
fragments = st.builds(lambda values, control: values | control, operators, controls)
levels = st.lists(st.lists(fragments, max_size=3), max_size=4)


def policy(values: dict[str, Any]) -> dict[str, Any]:
    """A fragment about the tag values of one plan, and nothing else."""
    return {"plans": {"daily": {"selections": {"tags": {"tagged": {"tag_value": values}}}}}}


def base(values: dict[str, Any]) -> dict[str, Any]:
    """A whole plan."""
    selection = {"iam_role_arn": ROLE, "tag_key": {"@@assign": "backup"}, "tag_value": values}
    plan = {
        "regions": {"@@assign": ["eu-west-1"]},
        "rules": {"nightly": {"target_backup_vault_name": {"@@assign": "main"}}},
        "selections": {"tags": {"tagged": selection}},
    }
    return {"plans": {"daily": plan}}


def values_of(root: dict[str, Any], below: list[list[dict[str, Any]]]) -> Any:
    """The tag values, or the codes of what is wrong."""
    found = effective(base(root), *([policy(values) for values in level] for level in below))
    if found.document is None:
        return [error.code for error in found.errors]
    return found.document["plans"]["daily"]["selections"]["tags"]["tagged"]["tag_value"]


def folded(root: dict[str, Any], below: list[list[dict[str, Any]]]) -> Any:
    """The same, told as AWS's documentation tells it: phase by phase, on one list."""
    allowed, value = {"@@assign", "@@append", "@@remove"}, None
    for level in [[root], *below]:
        assigned = [peer["@@assign"] for peer in level if "@@assign" in peer]
        if assigned and "@@assign" in allowed:
            value = list(assigned[0])
        for peer in level:
            if "@@append" in peer and "@@append" in allowed:
                value = value or []
                value += [item for item in dict.fromkeys(peer["@@append"]) if item not in value]
        for peer in level:
            if "@@remove" in peer and "@@remove" in allowed and value is not None:
                value = [item for item in value if item not in peer["@@remove"]]
        for peer in level:
            words = peer.get(CONTROL, ["@@all"])
            allowed &= allowed if "@@all" in words else set(words)
    return {None: ["KEY_REQUIRED"], 0: ["ELEMENTS_TOO_FEW"]}.get(None if value is None else len(value), value)


@A_THOUSAND
@given(fragments, levels)
def test_a_list_becomes_what_the_phases_make_of_it(root: dict[str, Any], below: list[list[dict[str, Any]]]) -> None:
    assert values_of(root, below) == folded(root, below)


@A_THOUSAND
@given(fragments, levels)
def test_a_fragment_without_operators_changes_nothing(root: dict[str, Any], below: list[list[dict[str, Any]]]) -> None:
    assert values_of(root, [[{}], *([*level, {}] for level in below)]) == values_of(root, below)


@A_THOUSAND
@given(operators.filter(lambda values: "@@assign" in values or "@@append" in values), levels)
def test_what_is_locked_stays_as_it_is(root: dict[str, Any], below: list[list[dict[str, Any]]]) -> None:
    assert values_of(root | {CONTROL: ["@@none"]}, below) == values_of(root, [])


@A_THOUSAND
@given(fragments, levels, words)
def test_no_level_below_can_widen_what_is_allowed(
    root: dict[str, Any], below: list[list[dict[str, Any]]], allowed: list[str]
) -> None:
    """What the root forbids might as well not be written below."""
    narrowed = root | {CONTROL: allowed}
    obedient = [
        [{key: v for key, v in peer.items() if key in allowed or key == CONTROL} for peer in level] for level in below
    ]

    assert values_of(narrowed, below) == values_of(narrowed, obedient)


@A_THOUSAND
@given(fragments, st.lists(colours, min_size=1, max_size=4), st.permutations(range(4)))
def test_peers_that_remove_need_no_order(root: dict[str, Any], lists: list[list[str]], order: list[int]) -> None:
    peers = [{"@@remove": values} for values in lists]
    shuffled = [peers[index] for index in order if index < len(peers)]

    assert values_of(root, [shuffled]) == values_of(root, [peers])


@A_THOUSAND
@given(fragments, levels)
def test_the_case_of_keys_and_operators_does_not_matter(
    root: dict[str, Any], below: list[list[dict[str, Any]]]
) -> None:
    shouted = [[json.loads(json.dumps(policy(values)), object_hook=shout) for values in level] for level in below]
    quiet = [[policy(values) for values in level] for level in below]

    assert effective(base(root), *shouted).document == effective(base(root), *quiet).document


def shout(node: dict[str, Any]) -> dict[str, Any]:
    return {key.upper(): value for key, value in node.items()}
