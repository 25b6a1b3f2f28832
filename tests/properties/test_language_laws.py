"""Laws of the language, on hierarchies that nobody thought of."""

import json
import random
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.explanation import DEFAULT, ExplainedStep, Explanation, NotThereError, explain
from backup_apps.domain.nodes import File
from backup_apps.domain.places import dotted, parse_path
from backup_apps.domain.policy import RULE_DEFAULTS
from backup_apps.domain.quantities import read_days, read_window
from backup_apps.domain.resolution import Resolution, resolve

A_THOUSAND = settings(max_examples=1000)
"""For each of the laws of hierarchies."""
CATALOG = Catalog(timezones=frozenset({"Etc/UTC"}), zone_of=ZoneInfo, today=date(2026, 11, 22))
REMOVE = {"@@remove": True}

days = st.integers(1, 400).map(lambda number: f"{number}d")
tags = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", "${app}", "${region}"]), max_size=3)
rules = st.fixed_dictionaries(
    {},
    optional={
        "retention": st.fixed_dictionaries({}, optional={"delete": days}),
        "schedule": st.sampled_from(["cron(0 3 * * ? *)", "cron(0 5 ? * SUN *)"]),
        "startWindow": st.sampled_from(["1h", "2h", "8h"]),
        "tags": tags,
    },
)
lists = st.lists(st.sampled_from(["eu-west-1", "us-east-1", "eu-central-1"]), min_size=1, unique=True)
list_operators = st.dictionaries(st.sampled_from(["@@assign", "@@append", "@@remove"]), lists, min_size=1)
plans = st.fixed_dictionaries(
    {"rules": st.dictionaries(st.sampled_from(["n", "m"]), rules)},
    optional={"gfs": st.fixed_dictionaries({"vault": st.just("main"), "at": st.sampled_from(["03:30", "${at}"])})},
).map(lambda plan: {**plan, **({"gfs": {**plan["gfs"], "daily": {"delete": "30d"}}} if "gfs" in plan else {})})
policies = st.fixed_dictionaries({"plans": st.fixed_dictionaries({"daily": plans})})
overrides = st.fixed_dictionaries(
    {
        "when": st.dictionaries(st.sampled_from(["region", "at"]), st.just(["eu-*", "0*"]), min_size=1),
        "policy": policies,
    }
)
child_specs = st.fixed_dictionaries(
    {},
    optional={
        "targets": st.fixed_dictionaries({"regions": list_operators}),
        "variables": st.fixed_dictionaries({"at": st.sampled_from(["04:00", "05:15"])}),
        "policy": policies,
        "overrides": st.lists(overrides, max_size=2),
        "guardrails": st.fixed_dictionaries({"retention": st.fixed_dictionaries({"min": st.just("10d")})}),
    },
)
ROOT: dict[str, Any] = {
    "targets": {"accounts": ["111111111111"], "regions": ["eu-west-1", "eu-west-2"]},
    "variables": {"at": "02:00"},
    "policy": {
        "role": "arn:aws:iam::${account}:role/backup",
        "vaults": {"main": {"name": "main-${region}"}},
        "plans": {
            "daily": {
                "rules": {
                    name: {"vault": "main", "schedule": "cron(0 3 * * ? *)", "retention": {"delete": "35d"}}
                    for name in ("n", "m")
                },
                "selections": {"all": {"resources": ["*"]}},
            }
        },
    },
}


def document(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": name}, "spec": spec}


@st.composite
def bundles(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Three levels: the root, parents, leaves. JSON is YAML, so that is what the files hold."""
    files: dict[str, dict[str, Any]] = {"app.yaml": document("root", {**ROOT, "children": ["p*.yaml"]})}
    for parent in range(draw(st.integers(1, 2))):
        leaves = draw(st.integers(1, 2))
        files[f"p{parent}.yaml"] = document(f"p{parent}", {**draw(child_specs), "children": [f"{parent}/*.yaml"]})
        for leaf in range(leaves):
            files[f"{parent}/{leaf}.yaml"] = document(f"leaf-{parent}-{leaf}", draw(child_specs))
    if draw(st.booleans()):
        files["app.yaml"]["spec"]["children"] = ["p*.yaml", "set.yaml"]
        files["set.yaml"] = stamping(draw(st.lists(st.sampled_from("xyz"), min_size=1, unique=True)), draw(child_specs))
    return files


def stamping(names: list[str], spec: dict[str, Any]) -> dict[str, Any]:
    """A set that stamps a leaf for each name."""
    return {
        "apiVersion": "backup-apps/v1",
        "kind": "BackupAppSet",
        "metadata": {"name": "set"},
        "spec": {
            "generators": [{"list": [{"name": name} for name in names]}],
            "template": {"metadata": {"name": "set-${item.name}"}, "spec": spec},
        },
    }


def read(files: dict[str, dict[str, Any]]) -> list[File]:
    return [read_documents(path, json.dumps(content, indent=1).encode())[0] for path, content in files.items()]


def resolved(files: dict[str, dict[str, Any]]) -> Resolution:
    return resolve(read(files), (), CATALOG)


def rendered(resolution: Resolution) -> str:
    return json.dumps(resolution.state.to_json()) if resolution.state else json.dumps(resolution.errors)


@A_THOUSAND
@given(bundles(), st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_files(
    files: dict[str, dict[str, Any]], shuffler: random.Random
) -> None:
    shuffled = list(files.items())
    shuffler.shuffle(shuffled)

    assert rendered(resolved(dict(shuffled))) == rendered(resolved(files))


@A_THOUSAND
@given(bundles())
def test_render_is_stable_byte_for_byte(files: dict[str, dict[str, Any]]) -> None:
    assert rendered(resolved(files)) == rendered(resolved(files))


@A_THOUSAND
@given(bundles(), st.sampled_from(sorted(RULE_DEFAULTS)))
def test_an_explicit_default_equals_an_omitted_one(files: dict[str, dict[str, Any]], key: str) -> None:
    explicit = json.loads(json.dumps(files))
    for rule in explicit["app.yaml"]["spec"]["policy"]["plans"]["daily"]["rules"].values():
        rule[key] = RULE_DEFAULTS[key]

    assert resolved(explicit).state == resolved(files).state


@A_THOUSAND
@given(bundles())
def test_the_last_step_is_the_value_and_its_line_holds_it(files: dict[str, dict[str, Any]]) -> None:
    resolution, texts = resolved(files), lines_of(files)
    for app in resolution.heirs:
        for path in scalar_paths(explain(resolution, app, ()).value if resolution.merged(app) else {}):
            explanation = explain(resolution, app, path)
            last = explanation.steps[-1]
            if explanation.value is None:  # a time of `gfs` in a variable is known on a target alone
                assert last.value == "${at}"
            else:
                assert last.value == explanation.value
            written = in_files(explanation)[-1]
            assert json.dumps(written.value) in line_of(texts, written)


def test_on_a_target_the_last_step_is_the_value_and_its_line_holds_it() -> None:
    """An override's line, where one wrote it: it is a step more than there is without the target."""
    seen: set[bool] = set()

    @A_THOUSAND
    @given(bundles())
    def law(files: dict[str, dict[str, Any]]) -> None:
        resolution, texts = resolved(files), lines_of(files)
        for leaf in resolution.leaves if resolution.state else ():
            for path in scalar_paths(explain(resolution, leaf.app.name, ("policy",), leaf.target).value, ("policy",)):
                explanation = explain(resolution, leaf.app.name, path, leaf.target)
                if explanation.steps[-1].operator == DEFAULT:
                    assert explanation.value == RULE_DEFAULTS[path[-1]]
                    continue
                last = in_files(explanation)[-1]
                assert leaf.scope.substitute(str(explanation.steps[-1].value)) == explanation.value
                assert json.dumps(last.value) in line_of(texts, last)
                overridden = len(in_files(explanation)) > len(everywhere(resolution, leaf.app.name, path))
                assert overridden == is_in_overrides(texts, last)
                seen.add(overridden)

    law()
    assert seen == {True, False}


def everywhere(resolution: Resolution, app: str, path: tuple[str, ...]) -> tuple[ExplainedStep, ...]:
    """The steps of a value without the target; none where only an override writes it."""
    try:
        return in_files(explain(resolution, app, path))
    except NotThereError:
        return ()


def in_files(explanation: Explanation) -> tuple[ExplainedStep, ...]:
    """Without what `gfs` makes of a line, and without a default."""
    return tuple(step for step in explanation.steps if step.operator not in ("gfs", DEFAULT))


def is_in_overrides(texts: dict[str, list[str]], step: ExplainedStep) -> bool:
    """Whether one of the keys that its line stands below is `overrides`."""
    depth, found = 99, False
    for line in reversed(texts[str(step.file)][: step.line]):
        indent = len(line) - len(line.lstrip())
        if indent < depth:
            depth, found = indent, found or line.strip().startswith('"overrides"')
    return found


def lines_of(files: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    return {path: json.dumps(content, indent=1).split("\n") for path, content in files.items()}


def line_of(texts: dict[str, list[str]], step: ExplainedStep) -> str:
    assert step.file is not None
    assert step.line is not None
    return texts[step.file][step.line - 1]


@A_THOUSAND
@given(bundles())
def test_on_a_target_the_explained_value_is_the_rendered_one(files: dict[str, dict[str, Any]]) -> None:
    resolution = resolved(files)
    rendered_rules = {
        (plan.app, target.target, rule["RuleName"]): rule
        for target in (resolution.state.targets if resolution.state else ())
        for plan in target.plans
        for rule in plan.backup_plan["Rules"]
    }
    for leaf in resolution.leaves if resolution.state else ():
        for key in leaf.effective.policy.plans["daily"].rules if leaf.effective.policy else ():
            rule = rendered_rules[leaf.app.name, leaf.target, key]
            path = parse_path(f"policy.plans.daily.rules.{key}")
            said = explain(resolution, leaf.app.name, path, leaf.target).value
            assert said["schedule"] == rule["ScheduleExpression"]
            assert {"DeleteAfterDays": read_days(said["retention"]["delete"])} == rule["Lifecycle"]
            assert said.get("tags", {}).items() <= rule.get("RecoveryPointTags", {}).items()
            (window,) = explain(resolution, leaf.app.name, (*path, "startWindow"), leaf.target).steps[-1:]
            assert read_window(window.value) == rule["StartWindowMinutes"]


def scalar_paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from scalar_paths(child, (*path, key))
    elif not isinstance(value, list):
        yield path


@A_THOUSAND
@given(bundles())
def test_removing_a_rule_and_writing_it_again_leaves_only_what_was_written(files: dict[str, dict[str, Any]]) -> None:
    rule = ROOT["policy"]["plans"]["daily"]["rules"]["n"]
    parent = files["p0.yaml"]["spec"]
    parent["policy"] = {"plans": {"daily": {"rules": {"n": REMOVE}}}}
    parent.pop("overrides", None)
    for path, content in files.items():
        if path.startswith("0/"):
            content["spec"] = {"policy": {"plans": {"daily": {"rules": {"n": rule}}}}}

    state = resolved(files).state

    for target in state.targets if state else ():
        for plan in target.plans:
            if plan.app.startswith("leaf-0"):
                assert "RecoveryPointTags" not in plan.backup_plan["Rules"][1]


@given(st.lists(st.one_of(st.text(min_size=1), st.integers(0, 99)), min_size=1, max_size=6))
def test_a_path_reads_as_it_was_written(segments: list[str | int]) -> None:
    path = tuple(segments) if isinstance(segments[0], str) else ("root", *segments)

    assert parse_path(dotted(path)) == path


@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_a_traceback(data: bytes) -> None:
    file, findings = read_documents("app.yaml", data)

    assert file.readable or findings
    resolve([file], findings, CATALOG)


@given(st.text(alphabet="ab:[]{}-,&*!|>'\"# \n\t?%@`${}", max_size=80))
def test_no_text_that_looks_like_yaml_makes_a_traceback(text: str) -> None:
    file, findings = read_documents("app.yaml", text.encode())

    assert file.readable or findings
    assert resolve([file], findings, CATALOG).errors
