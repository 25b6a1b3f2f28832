"""Laws of judgement: the join, the comparisons it rests on, and what holds of every change set."""

import json
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise, takewhile
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_changes_laws import desired_targets, live_targets

from backup_apps.domain.change_markdown import LIMIT, render_markdown
from backup_apps.domain.change_text import render_changes
from backup_apps.domain.changes import Kind, Update
from backup_apps.domain.commits import Version
from backup_apps.domain.cron import parse
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import diff
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.normal_form import backup_plan
from backup_apps.domain.protection.assessed import AssessedChangeSet, assessed_from
from backup_apps.domain.protection.assessment import assess_changes
from backup_apps.domain.protection.cadence import FIRST, LAST, cadence_of, compare_schedules
from backup_apps.domain.protection.classes import Class, join
from backup_apps.domain.protection.patterns import covers_text
from backup_apps.domain.protection.selections import covers
from backup_apps.domain.protection.whole import digest_of
from backup_apps_local.backup.assignment import assigned
from backup_apps_local.backup.resources import Resource
from sync.targets import BUNDLE, rule

classes = st.sampled_from(Class)
V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")


@given(classes, classes, classes)
def test_the_join_is_a_semilattice_with_neutral_at_its_bottom(a: Class, b: Class, c: Class) -> None:
    assert join([a, b]) == join([b, a])
    assert join([a, join([b, c])]) == join([join([a, b]), c])
    assert join([a, a]) == a
    assert join([a, Class.NEUTRAL]) == join([a]) == a
    assert join([]) is Class.NEUTRAL


@given(classes, classes)
def test_the_join_never_hides_what_needs_a_person(a: Class, b: Class) -> None:
    assert join([a, b]).needs_a_person == (a.needs_a_person or b.needs_a_person)
    assert join([a, Class.IRREVERSIBLE]) is Class.IRREVERSIBLE
    assert join([Class.WEAKENS, Class.STRENGTHENS]) is Class.WEAKENS


def assessed(desired: DesiredTarget, live: LiveTarget) -> AssessedChangeSet:
    return assess_changes(diff(desired, live, BUNDLE), live)


@given(desired_targets(), live_targets())
def test_every_change_has_a_class_and_a_reason_for_it(desired: DesiredTarget, live: LiveTarget) -> None:
    found = assessed(desired, live)
    for change, assessment in found.assessed:
        assert assessment.reasons, change.title
        assert assessment.class_ == assessment.reasons[0].class_ == join(one.class_ for one in assessment.reasons)
    assert found.class_ == join(one.class_ for one in found.assessments)


@given(desired_targets(), live_targets())
def test_an_assessed_change_set_survives_storage(desired: DesiredTarget, live: LiveTarget) -> None:
    found = assessed(desired, live)
    assert assessed_from(json.loads(json.dumps(found.to_json()))) == found


@given(desired_targets(), live_targets())
def test_every_change_is_told(desired: DesiredTarget, live: LiveTarget) -> None:
    found = assessed(desired, live)
    text, markdown = render_changes([found]), render_markdown(BUNDLE, [found])
    assert all(change.title in text and change.title in markdown for change in found.change_set.changes)
    assert len(markdown) <= LIMIT


@given(desired_targets(), live_targets(), st.integers(1, 9))
def test_the_digest_is_that_of_the_calls(desired: DesiredTarget, live: LiveTarget, more: int) -> None:
    """Recovery points that come meanwhile change nothing, as long as no vault gets empty or full."""
    busier = live.model_copy(
        update={
            "vaults": tuple(
                vault.model_copy(update={"recovery_points": vault.recovery_points * more}) for vault in live.vaults
            )
        }
    )
    change_set, later = diff(desired, live, BUNDLE), diff(desired, busier, BUNDLE)
    digest = digest_of(V1, [change_set], ())
    assert digest_of(V1, [later], ()) == digest
    assert digest_of(V2, [change_set], ()) != digest
    if change_set.writes:
        assert digest_of(V1, [change_set.model_copy(update={"changes": change_set.writes[1:]})], ()) != digest


@given(desired_targets(), live_targets())
def test_the_digest_knows_no_order_of_targets(desired: DesiredTarget, live: LiveTarget) -> None:
    here = diff(desired, live, BUNDLE)
    there = here.model_copy(update={"account": "222222222222"})
    assert digest_of(V1, [here, there], ()) == digest_of(V1, [there, here], ())


lifecycles = st.fixed_dictionaries(
    {}, optional={"DeleteAfterDays": st.integers(1, 5), "MoveToColdStorageAfterDays": st.integers(1, 5)}
)


def judged(before: dict[str, Any], after: dict[str, Any]) -> Class:
    plans = [{"BackupPlanName": "p", "Rules": [rule(**side)]} for side in (before, after)]
    update = Update(
        kind=Kind.PLAN, name="p", before={"BackupPlan": backup_plan(plans[0])}, after={"BackupPlan": plans[1]}
    )
    live = LiveTarget(account="111111111111", region="eu-west-1")
    change_set = diff(DesiredTarget(account=live.account, region=live.region), live, BUNDLE)
    return assess_changes(change_set.model_copy(update={"changes": (update,)}), live).class_


@given(lifecycles, lifecycles)
def test_no_change_of_a_lifecycle_strengthens_both_ways(before: dict[str, int], after: dict[str, int]) -> None:
    assume(before != after)
    there, back = (
        judged({"Lifecycle": before}, {"Lifecycle": after}),
        judged({"Lifecycle": after}, {"Lifecycle": before}),
    )
    assert Class.WEAKENS in (there, back)
    assert Class.NEUTRAL not in (there, back)


hours = st.lists(st.integers(0, 23), min_size=1, max_size=4, unique=True).map(lambda all_: ",".join(map(str, all_)))
days = st.sampled_from(
    ["* * ?", "1 * ?", "1/3 * ?", "L * ?", "29 2 ?", "? * SUN", "? * MON-FRI", "? * MON#2", "? 6-8 SUN"]
)
schedules = st.builds(lambda hour, day: f"cron(0 {hour} {day} *)", hours, days)


@settings(max_examples=25)  # 28 years of runs each
@given(schedules)
def test_the_cadence_is_that_of_the_runs(schedule: str) -> None:
    runs = [run for run in _runs(schedule) if FIRST <= run.date() <= LAST]
    cadence = cadence_of(schedule)
    assert cadence is not None
    assert cadence.runs == len(runs)
    inside = max(later - earlier for earlier, later in pairwise(runs))
    assert inside <= cadence.longest_gap <= inside + timedelta(days=1) or "29 2" in schedule


def _runs(schedule: str) -> list[Any]:
    start = datetime(FIRST.year - 1, 12, 31, 23, 59, tzinfo=UTC)
    return list(takewhile(lambda run: run.year <= LAST.year, parse(schedule).occurrences(start)))


@given(schedules, schedules)
def test_of_two_schedules_at_most_one_is_stronger(one: str, other: str) -> None:
    there, back = compare_schedules(one, other), compare_schedules(other, one)
    assert (there, back) != (Class.STRENGTHENS, Class.STRENGTHENS)
    assert (there is Class.NEUTRAL) == (back is Class.NEUTRAL)
    assert compare_schedules(one, one) is Class.NEUTRAL


globs = st.text(alphabet="ab*", max_size=5)


@given(globs, globs, st.text(alphabet="ab", max_size=6))
def test_what_a_covered_pattern_takes_in_the_covering_one_does_too(wide: str, narrow: str, text: str) -> None:
    assert covers_text(wide, wide)
    if covers_text(wide, narrow) and fnmatchcase(text, narrow):
        assert fnmatchcase(text, wide)


_TYPES = {"dynamodb": "DynamoDB", "s3": "S3", "ec2": "EBS"}
ARNS = [
    f"arn:aws:{place}" for place in ("dynamodb:eu:1:table/a", "dynamodb:eu:1:table/ab", "dynamodb:us:2:table/b")
] + [f"arn:aws:{place}" for place in ("s3:::a", "s3:::b", "ec2:eu:1:volume/a")]
patterns = st.sampled_from(
    [*ARNS, "*", "arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:*:*:table/a*", "arn:aws:s3:::*"]
)
tags = st.fixed_dictionaries({}, optional={"team": st.sampled_from("xy"), "tier": st.sampled_from("xy")})


@st.composite
def selections(draw: st.DrawFn) -> dict[str, Any]:
    tagged = [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}
        for key, value in draw(tags).items()
    ]
    conditions = {
        operator: [{"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value} for key, value in held.items()]
        for operator, held in draw(
            st.dictionaries(st.sampled_from(["StringEquals", "StringNotEquals"]), tags, max_size=2)
        ).items()
    }
    return {
        "Resources": draw(st.lists(patterns, max_size=3, unique=True)),
        "NotResources": draw(st.lists(patterns, max_size=2, unique=True)),
        "ListOfTags": tagged,
        "Conditions": conditions,
    }


held_tags = st.lists(tags, min_size=len(ARNS), max_size=len(ARNS))
opt_ins = st.sets(st.sampled_from(sorted(_TYPES.values())))


def taken_in(selection: dict[str, Any], held: list[dict[str, str]], opted_in: set[str]) -> set[str]:
    """As the AWS Backup service on one machine assigns resources, which knows nothing of how we compare."""
    resources = [Resource(arn, _TYPES[arn.split(":")[2]], each) for arn, each in zip(ARNS, held, strict=True)]
    return {one.arn for one in assigned(selection, resources, opted_in.__contains__)}


@given(selections(), selections(), held_tags, opt_ins)
def test_a_selection_that_covers_another_takes_in_all_of_it(
    wide: dict[str, Any], narrow: dict[str, Any], held: list[dict[str, str]], opted_in: set[str]
) -> None:
    assert covers(wide, wide)
    if covers(wide, narrow):
        assert taken_in(narrow, held, opted_in) <= taken_in(wide, held, opted_in)


@given(selections(), selections(), held_tags, opt_ins, st.data())
def test_a_selection_covers_what_is_left_of_it(
    wide: dict[str, Any], other: dict[str, Any], held: list[dict[str, str]], opted_in: set[str], data: Any
) -> None:
    narrow = {
        "Resources": wide["Resources"] and data.draw(st.lists(st.sampled_from(wide["Resources"]), min_size=1)),
        "NotResources": [*wide["NotResources"], *other["NotResources"]],
        "ListOfTags": wide["ListOfTags"],
        "Conditions": {**other["Conditions"], **wide["Conditions"]},
    }
    assert covers(wide, narrow)
    assert taken_in(narrow, held, opted_in) <= taken_in(wide, held, opted_in)
