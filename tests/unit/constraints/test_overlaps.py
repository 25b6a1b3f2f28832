"""L802, two leaves that back up the same: cases in tests/unit/constraints/cases/overlaps.yaml."""

import random
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.constraints import Subject, Violation
from backup_apps.domain.constraints.overlaps import NUMBER, SOURCE, find_overlaps, warnings_of
from backup_apps.domain.handling import Sought
from backup_apps.domain.patterns import covers, is_sought
from backup_apps.domain.places import Path, Place
from backup_apps.domain.rendering import render_plans
from backup_apps_local.backup.assignment import assigned
from backup_apps_local.backup.resources import Resource

from .policies import load_cases, number_of, subject

(ONLY,) = load_cases("overlaps")
GOOD = [pytest.param(case["apps"], id=case["name"]) for case in ONLY["good"]]
BAD = [pytest.param(case, id=case["name"]) for case in ONLY["bad"]]


@pytest.mark.parametrize("apps", GOOD)
def test_what_is_not_surely_the_same_is_not_warned_about(apps: list[dict[str, Any]]) -> None:
    assert warned(subjects_of(apps)) == []


@pytest.mark.parametrize("case", BAD)
def test_what_two_leaves_back_up_is_warned_about_once(case: dict[str, Any]) -> None:
    subjects = subjects_of(case["apps"])
    ((found, violation),) = warned(subjects)
    assert any(found is subject for subject in subjects), "a finding holds the very subject that was handed in"
    assert found.app == case["in"]
    assert violation.path == ("plans", "daily", "selections", "tagged")
    assert case["says"] in violation.message
    assert number_of(violation.message) == "L802"
    shuffled = random.Random(0).sample(subjects, len(subjects))[::-1]
    assert warned(shuffled) == [(found, violation)]


def test_what_many_leaves_inherit_is_warned_about_where_it_is_written() -> None:
    places = [("a", "eu-west-1"), ("b", "eu-west-1"), ("c", "eu-west-1"), ("a", "us-east-1"), ("b", "us-east-1")]
    subjects = subjects_of([{"app": app, "region": region} for app, region in places])
    ((_, violation),) = list(warnings_of(find_overlaps(subjects), lambda subject, path: Place("app.yaml", 1, 1)))
    assert violation.message.startswith("'b' and 1 more app select here what the selection 'tagged' of plan 'daily'")
    assert "so 111111111111/eu-west-1 and 1 more target back it up twice" in violation.message
    assert len(warned(subjects)) == 2, "written apart, they are warned about apart"


def test_an_overlap_says_what_is_sought() -> None:
    apps = [{"app": "a"}, {"app": "b", "set": {"plans.daily.selections.tagged.exclude": ["arn:aws:s3:::logs"]}}]
    (found,) = find_overlaps(subjects_of(apps))
    assert str(found.overlap.first) == "'tagged' of plan 'daily' in app 'a'"
    assert found.overlap.schedule == "cron(0 3 * * ? *) Etc/UTC"
    assert found.overlap.sought == Sought(
        pattern="*", conditions=(("equals", "backup", "daily"),), exclude=("arn:aws:s3:::logs",)
    )


def test_the_cases_are_of_this_number_and_the_source_is_a_page_of_aws() -> None:
    assert ONLY["number"] == NUMBER
    assert SOURCE.startswith("https://docs.aws.amazon.com/aws-backup/")


arns = st.lists(st.sampled_from("abc"), max_size=3).map(lambda letters: "arn:aws:s3:::" + "".join(letters))
patterns = st.builds(lambda arn, tail: arn + tail, arns, st.sampled_from(["", "*"])) | st.just("*")
words = st.sampled_from(["gold", "web", "w*", "*"])
tags = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["gold", "web"]))
conditions = st.lists(
    st.tuples(st.sampled_from(["equals", "notEquals", "like", "notLike"]), st.sampled_from(["app", "tier"]), words),
    max_size=3,
)


@given(patterns, patterns, arns)
def test_a_pattern_that_covers_another_fits_all_that_it_fits(wide: str, narrow: str, arn: str) -> None:
    if covers(wide, narrow) and covers(narrow, arn):
        assert covers(wide, arn)


def selection_of(pattern: str, held: list[tuple[str, str, str]], exclude: list[str]) -> dict[str, Any]:
    all_tags: dict[str, dict[str, list[str]]] = {}
    for operator, key, value in held:
        all_tags.setdefault(operator, {}).setdefault(key, []).append(value)
    return {"resources": [pattern], "allTags": all_tags, "exclude": exclude}


selections = st.builds(
    selection_of, patterns, conditions, st.lists(patterns.filter(lambda text: text != "*"), max_size=2)
)


@given(selections, selections, st.dictionaries(arns, tags, max_size=6))
def test_what_is_sought_is_selected_by_both(
    first: dict[str, Any], second: dict[str, Any], resources: dict[str, dict[str, str]]
) -> None:
    """Every resource that the report names is one that either leaf backs up."""
    changes = [{"plans.daily.selections.tagged": one} for one in (first, second)]
    subjects = [subject(change, app=app) for app, change in zip("ab", changes, strict=True)]
    for found in find_overlaps(subjects):
        for arn, tagged in resources.items():
            if is_sought(found.overlap.sought, arn, tagged):
                assert all(selects(one, arn, tagged) for one in subjects)


@given(st.lists(st.tuples(patterns, conditions), min_size=2, max_size=5))
def test_what_is_sure_is_found(written: list[tuple[str, list[tuple[str, str, str]]]]) -> None:
    """The quick look at a whole group misses nothing that comparing each with each finds."""
    changes = [{"plans.daily.selections.tagged": selection_of(pattern, held, [])} for pattern, held in written]
    subjects = [subject(change, app=app) for app, change in zip("abcde", changes, strict=False)]
    sure = any(
        covers(wide, narrow) and set(fewer) <= set(more)
        for (app, (narrow, more)), (other, (wide, fewer)) in permutations(zip("abcde", written, strict=False), 2)
        if app != other
    )
    assert bool(find_overlaps(subjects)) == sure


def selects(one: Subject, arn: str, tagged: dict[str, str]) -> bool:
    """What the local AWS Backup makes of the selection as it is rendered."""
    ((selection,),) = (plan.selections for plan in render_plans(one.policy, "acme", one.app, one.target))
    return bool(list(assigned(selection, [Resource(arn, "S3", tagged)], lambda _: True)))


def subjects_of(apps: Sequence[dict[str, Any]]) -> list[Subject]:
    return [subject(dict(app.get("set", {})), **{k: v for k, v in app.items() if k != "set"}) for app in apps]


def warned(subjects: Sequence[Subject]) -> list[tuple[Subject, Violation]]:
    """Each leaf in a file of its own."""

    def locate(subject: Subject, path: Path) -> Place:
        return Place(f"{subject.app}.yaml", 1, 1)

    return list(warnings_of(find_overlaps(subjects), locate))
