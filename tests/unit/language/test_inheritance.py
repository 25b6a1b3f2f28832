"""Inheritance: what a child makes of what it inherits, and every step of how it came to be."""

import pytest
from written_bundles import app, resolve_files

from backup_apps.domain.explanation import Explanation, NotThereError, explain
from backup_apps.domain.places import parse_path
from backup_apps.domain.resolution import Resolution

PARENT = """
children: ["child.yaml"]
targets: {accounts: ["111111111111"], regions: [eu-west-1, us-east-1]}
policy:
  role: arn:aws:iam::${account}:role/backup
  vaults:
    main: {name: "main-${region}"}
  plans:
    daily:
      rules:
        nightly:
          vault: main
          schedule: cron(0 3 * * ? *)
          retention: {delete: 35d}
          tags: {tier: standard, team: data}
      selections:
        all: {resources: ["*"]}
"""
NIGHTLY = "policy.plans.daily.rules.nightly"


def resolved(spec: str) -> Resolution:
    resolution = resolve_files({"app.yaml": app("acme", PARENT), "child.yaml": app("leaf", spec)})
    assert resolution.errors == ()
    return resolution


def why(resolution: Resolution, path: str, name: str = "leaf") -> Explanation:
    return explain(resolution, name, parse_path(path))


def test_a_scalar_of_the_child_replaces_the_parents() -> None:
    explanation = why(
        resolved("policy: {plans: {daily: {rules: {nightly: {retention: {delete: 70d}}}}}}"),
        f"{NIGHTLY}.retention.delete",
    )

    assert explanation.to_json() == {
        "value": "70d",
        "steps": [
            {"value": "35d", "operator": "@@assign", "file": "app.yaml", "line": 17, "app": "acme"},
            {"value": "70d", "operator": "@@assign", "file": "child.yaml", "line": 5, "app": "leaf"},
        ],
    }


def test_mappings_merge_by_key_and_keep_what_the_child_does_not_write() -> None:
    explanation = why(
        resolved("policy: {plans: {daily: {rules: {nightly: {tags: {tier: gold, x: y}}}}}}"), f"{NIGHTLY}.tags"
    )

    assert explanation.value == {"tier": "gold", "team": "data", "x": "y"}
    assert [(step.app, step.operator) for step in explanation.steps] == [("acme", "merge"), ("leaf", "merge")]


@pytest.mark.parametrize(
    ("written", "value", "operators"),
    [
        ('{"@@append": [eu-west-2, us-east-1]}', ["eu-west-1", "us-east-1", "eu-west-2"], ["@@assign", "@@append"]),
        ('{"@@remove": [us-east-1, ap-east-1]}', ["eu-west-1"], ["@@assign", "@@remove"]),
        ('{"@@assign": [eu-west-2]}', ["eu-west-2"], ["@@assign", "@@assign"]),
        (
            '{"@@remove": [eu-west-2], "@@append": [eu-west-3, eu-west-2], "@@assign": [eu-west-2, us-west-1]}',
            ["us-west-1", "eu-west-3"],
            ["@@assign", "@@assign", "@@append", "@@remove"],
        ),
    ],
)
def test_lists_meet_through_operators_in_their_own_order(written: str, value: list[str], operators: list[str]) -> None:
    explanation = why(resolved(f"targets: {{regions: {written}}}"), "targets.regions")

    assert explanation.value == value
    assert [step.operator for step in explanation.steps] == operators


def test_a_removed_key_is_gone_and_says_who_removed_it() -> None:
    resolution = resolved('policy: {plans: {daily: {rules: {nightly: {tags: {team: {"@@remove": true}}}}}}}')

    assert why(resolution, f"{NIGHTLY}.tags").value == {"tier": "standard"}
    removed = why(resolution, f"{NIGHTLY}.tags.team")
    assert removed.value is None
    assert [(step.value, step.operator, step.app) for step in removed.steps] == [
        ("data", "@@assign", "acme"),
        ({"@@remove": True}, "@@remove", "leaf"),
    ]


def test_a_default_has_no_place() -> None:
    assert why(resolved("{}"), f"{NIGHTLY}.timezone").to_json() == {
        "value": "Etc/UTC",
        "steps": [{"value": "Etc/UTC", "operator": "default", "file": None, "line": None, "app": None}],
    }


def test_a_default_written_out_changes_nothing() -> None:
    written = "{timezone: Etc/UTC, startWindow: 8h, completeWindow: 168h, continuous: false}"

    with_it = resolved(f"policy: {{plans: {{daily: {{rules: {{nightly: {written}}}}}}}}}")

    assert with_it.state == resolved("{}").state


def test_for_a_target_the_value_is_as_rendered() -> None:
    resolution = resolved("{}")
    target = next(leaf.target for leaf in resolution.leaves if leaf.target.region == "us-east-1")

    explanation = explain(resolution, "leaf", parse_path("policy.vaults.main.name"), target)

    assert explanation.value == "main-us-east-1"
    assert [step.value for step in explanation.steps] == ["main-${region}"]


def test_a_parent_can_be_explained_too() -> None:
    child = "policy: {plans: {daily: {rules: {nightly: {retention: {delete: 70d}}}}}}"

    assert why(resolved(child), f"{NIGHTLY}.retention.delete", "acme").value == "35d"


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("nobody", "policy.role", "there is no app 'nobody'; apps are acme, leaf"),
        ("leaf", "policy.plans.weekly", "nothing is set at policy.plans.weekly; policy.plans holds daily"),
        ("leaf", "policy.vaults.main.tags", "nothing is set at policy.vaults.main.tags; policy.vaults.main holds name"),
    ],
)
def test_what_is_not_there_says_what_is(name: str, path: str, message: str) -> None:
    with pytest.raises(NotThereError, match=message):
        why(resolved("{}"), path, name)


def test_variables_of_the_child_win_and_may_use_others() -> None:
    parent = PARENT.replace("policy:", 'variables: {tier: standard, label: "${tier}-${app}"}\npolicy:', 1)
    parent = parent.replace("tier: standard, team", 'tier: "${label}", literal: "$${tier}", team')

    resolution = resolve_files({"app.yaml": app("acme", parent), "child.yaml": app("leaf", "variables: {tier: gold}")})

    assert resolution.state is not None
    tags = resolution.state.targets[0].plans[0].backup_plan["Rules"][0]["RecoveryPointTags"]
    assert tags == {"literal": "${tier}", "team": "data", "tier": "gold-leaf"}
