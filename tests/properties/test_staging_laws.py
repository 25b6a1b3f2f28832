"""Laws of staged syncs, over whole rollouts: targets that fail, findings, windows, and looks that are repeated."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Direction, Finding, Kind
from backup_apps.domain.staging.candidates import Candidate, Progress
from backup_apps.domain.staging.rollout import Rollout, rollout_from
from backup_apps.domain.staging.settings import Canary, Staging, Window
from backup_apps.domain.staging.stage import Go, Halt, Stage, stage_from
from backup_apps.domain.staging.stages import next_stage

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
TARGETS = [Target(account * 12, region) for account in "123" for region in ("eu-west-1", "us-east-1")]
ACCOUNTS = st.sampled_from([None, ("1*",), ("2*", "3*"), ("9*",)])
REGIONS = st.sampled_from([None, ("eu-*",), ("us-east-1",)])
CANARIES = st.builds(Canary, st.sampled_from([1, 30, 600]), ACCOUNTS, REGIONS)
ZONES = ["Etc/UTC", "Europe/Berlin"]
RUNS: dict[str, Callable[[datetime], bool]] = {
    "cron(0 22 ? * MON-FRI *)": lambda local: (local.hour, local.minute) == (22, 0) and local.weekday() < 5,
    "cron(0 * * * ? *)": lambda local: local.minute == 0,
    "cron(15 12 * * ? *)": lambda local: (local.hour, local.minute) == (12, 15),
    "cron(0 0 1 1 ? 2190)": lambda local: local.year == 2190,
}
"""Schedules, and whether they run in a minute, as one reads it off a wall clock."""
WINDOWS = st.builds(Window, st.sampled_from(sorted(RUNS)), st.sampled_from(ZONES), st.sampled_from([1, 60, 1440]))
NAMES = ["acme", "media", "web"]


class Course(NamedTuple):
    """A version on its way, and what happens to it."""

    candidates: tuple[Candidate, ...]
    fails: frozenset[Target]
    drifts: frozenset[Target]
    lags: tuple[int, ...]
    """Minutes from a look until the targets that go begin."""


@st.composite
def courses(draw: st.DrawFn) -> Course:
    apps = [
        Staging(name, draw(st.none() | CANARIES), tuple(draw(st.lists(WINDOWS, max_size=2))))
        for name in NAMES[: draw(st.integers(0, 3))]
    ]
    candidates = [
        Candidate(
            target,
            tuple(one for one in apps if draw(st.booleans())),
            draw(st.sampled_from([Progress.PENDING, Progress.PENDING, Progress.DONE, Progress.FAILED])),
            retired=draw(st.booleans()),
        )
        for target in TARGETS[: draw(st.integers(1, 6))]
    ]
    some = st.frozensets(st.sampled_from(TARGETS), max_size=2)
    return Course(tuple(candidates), draw(some), draw(some), tuple(draw(st.lists(st.integers(0, 90), max_size=3))))


class Change(NamedTuple):
    target: Target
    at: datetime
    rollout: Rollout
    """As it was when it was let go."""


def played(course: Course) -> tuple[list[Change], list[Stage], dict[Target, Candidate]]:
    """Every change of a target, every stage, and how each target came out."""
    left = {one.target: one for one in course.candidates}
    now, rollout, findings, lags = NOON, Rollout(), [], list(course.lags)
    changes: list[Change] = []
    stages: list[Stage] = []
    for _ in range(400):
        stage = looked_twice(list(left.values()), rollout, findings, now)
        stages.append(stage)
        rollout = stage.rollout
        for target in stage.halted:
            left[target] = left[target]._replace(progress=Progress.FAILED)
        if stage.go:
            began = now + timedelta(minutes=lags.pop() if lags else 0)
            for target, go in stage.go.items():
                if go.closes is None or began < go.closes:
                    changes.append(Change(target, began, rollout))
                    bad = target in course.fails
                    left[target] = left[target]._replace(progress=Progress.FAILED if bad else Progress.DONE)
                    findings += [drift(target, began)] if target in course.drifts else []
            now = began
        elif stage.until:
            now = stage.until
        else:
            return changes, stages, left
    raise AssertionError("it never ends")


def looked_twice(
    candidates: Sequence[Candidate], rollout: Rollout, findings: Sequence[Finding], now: datetime
) -> Stage:
    """The same whatever order the targets come in, and from what is remembered as text."""
    stage = next_stage(candidates, rollout, findings, 1, now, ZoneInfo)
    remembered = rollout_from(json.loads(json.dumps(rollout.to_json())))
    assert next_stage(candidates[::-1], remembered, findings, 1, now, ZoneInfo) == stage
    assert stage_from(json.loads(json.dumps(stage.to_json()))) == stage
    return stage


def drift(target: Target, since: datetime) -> Finding:
    return Finding(
        bundle="acme",
        version="2",
        kind=Kind.RULE,
        direction=Direction.WEAKENS,
        account=target.account,
        region=target.region,
        resource="web-daily/nightly",
        since=since.isoformat(),
    )


@settings(max_examples=200, deadline=None)
@given(courses())
def test_every_target_is_changed_once_or_held_back(course: Course) -> None:
    changes, stages, left = played(course)
    changed = [one.target for one in changes]
    halted = {target for stage in stages for target in stage.halted}
    assert len(changed) == len(set(changed))
    assert not halted & set(changed)
    assert {one.target for one in course.candidates if one.progress is Progress.PENDING} == {*changed, *halted}
    assert all(one.progress is not Progress.PENDING for one in left.values())


@settings(max_examples=200, deadline=None)
@given(courses())
def test_nothing_is_changed_outside_of_its_windows(course: Course) -> None:
    staging = {one.target: one.staging for one in course.candidates}
    for change in played(course)[0]:
        hours = [one.windows for one in staging[change.target] if one.windows]
        assert all(any(is_open(window, change.at) for window in windows) for windows in hours)


def is_open(window: Window, at: datetime) -> bool:
    """Whether it opened in one of the minutes that it stays open, each of which is looked at."""
    return any(runs_in(window.schedule, window.timezone, at - timedelta(minutes=ago)) for ago in range(window.duration))


@cache
def runs_in(schedule: str, zone: str, minute: datetime) -> bool:
    return RUNS[schedule](minute.astimezone(ZoneInfo(zone)))


def test_the_minutes_are_counted_rightly() -> None:
    nights = Window("cron(0 22 ? * MON-FRI *)", "Europe/Berlin", 60)
    opens = datetime(2026, 11, 26, 21, tzinfo=UTC)
    late, closed = opens + timedelta(minutes=59), opens + timedelta(minutes=60)
    early, saturday = opens - timedelta(minutes=1), opens + timedelta(days=2)
    assert [is_open(nights, at) for at in (opens, late)] == [True, True]
    assert [is_open(nights, at) for at in (early, closed, saturday)] == [False, False, False]


@settings(max_examples=200, deadline=None)
@given(courses())
def test_the_rest_is_changed_only_after_canaries_that_are_well_and_baked(course: Course) -> None:
    changes, _, left = played(course)
    at = {one.target: one.at for one in changes}
    for rest in (one for one in course.candidates if one.target in at and not one.is_canary):
        for app in (one for one in rest.staging if one.canary):
            for canary in (one for one in course.candidates if app in one.staging and one.is_canary_of(app)):
                assert left[canary.target].progress is Progress.DONE
                if canary.target in at:
                    assert app.canary
                    assert at[rest.target] >= at[canary.target] + timedelta(minutes=app.canary.bake)
                    assert canary.target not in course.drifts


@settings(max_examples=100, deadline=None)
@given(courses())
def test_who_asks_for_nothing_waits_for_nobody(course: Course) -> None:
    _, (first, *_), _ = played(course)
    for one in course.candidates:
        if not one.staging and one.progress is Progress.PENDING:
            assert first.steps[one.target] == Go(None)


@settings(max_examples=100, deadline=None)
@given(courses())
def test_somebody_always_goes_or_knows_when(course: Course) -> None:
    for stage in played(course)[1]:
        waits_only = stage.steps and not stage.go and not all(isinstance(one, Halt) for one in stage.steps.values())
        assert not waits_only or stage.until is not None
