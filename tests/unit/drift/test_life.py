"""The life of a finding, and the laws that it keeps."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Actor, Direction, Drift, Finding, Kind, State
from backup_apps.domain.drift.life import GRACE, Look, overlooked, steps
from backup_apps.domain.handling import Paused

HERE = Target("111111111111", "eu-west-1")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALICE = Actor("arn:aws:sts::111111111111:assumed-role/Admin/alice", "UpdateBackupPlan", "2026-01-01T11:59:58Z")
RULE = Drift(
    Kind.RULE, "daily/nightly", Direction.WEAKENS, {"a": 35}, {"a": 7}, ("shorter",), ("shop",), "policy", name="daily"
)
LONGER = RULE._replace(direction=Direction.STRENGTHENS, live={"a": 70})


def look(*drifts: Drift, at: datetime = NOW, scope: Iterable[Kind] = Kind, paused: tuple[Paused, ...] = ()) -> Look:
    return Look("acme", "v1", HERE, at, drifts, frozenset(scope), paused)


def after(findings: Iterable[Finding], seen: Look, actor: Actor | None = None) -> dict[str, Finding]:
    """What is kept once the look is recorded."""
    kept = {one.id: one for one in findings}
    return kept | {step.after.id: step.after for step in steps(kept.values(), seen, actor)}


def only(findings: dict[str, Finding]) -> Finding:
    (finding,) = findings.values()
    return finding


def told(finding: Finding) -> Finding:
    return finding.model_copy(update={"told": True})


def test_what_is_seen_first_opens_a_finding_with_its_actor() -> None:
    (step,) = steps((), look(RULE), ALICE)
    assert (step.before, step.opens, step.ends) == (None, True, False)
    assert (step.after.state, step.after.actor, step.after.since) == (
        State.OPEN,
        ALICE,
        "2026-01-01T12:00:00.000+00:00",
    )


def test_what_persists_is_one_finding_since_it_was_first_seen() -> None:
    first = told(only(after((), look(RULE))))
    assert list(steps((first,), look(RULE, at=NOW + timedelta(hours=1)))) == []


def test_other_values_are_the_same_finding_and_no_new_incident() -> None:
    first = told(only(after((), look(RULE))))
    (step,) = steps((first,), look(RULE._replace(live={"a": 3})))
    assert (step.after.id, step.after.since, step.after.live, step.opens) == (first.id, first.since, {"a": 3}, False)


def test_a_drift_that_begins_to_weaken_is_told_again() -> None:
    (step,) = steps((told(only(after((), look(LONGER)))),), look(RULE))
    assert (step.opens, step.after.told) == (True, False)


def test_an_actor_who_is_known_later_is_filled_in_and_stays() -> None:
    first = told(only(after((), look(RULE))))
    (step,) = steps((first,), look(RULE), ALICE)
    assert (step.after.actor, step.opens) == (ALICE, False)
    assert list(steps((step.after,), look(RULE), ALICE._replace(arn="another"))) == []


def test_what_is_not_seen_any_more_is_closed_once() -> None:
    first = told(only(after((), look(RULE))))
    (step,) = steps((first,), look())
    assert (step.after.state, step.ends) == (State.CLOSED, True)
    assert list(steps((step.after,), look())) == []


def test_what_was_not_looked_at_stays() -> None:
    first = only(after((), look(RULE)))
    assert list(steps((first,), look(scope=[Kind.RETENTION]))) == []


def test_what_comes_back_is_a_new_occurrence_that_knows_how_often_it_was_put_back() -> None:
    healed = only(after((), look(RULE))).model_copy(update={"state": State.HEALED, "told": True, "heals": ("then",)})
    (step,) = steps((healed,), look(RULE, at=NOW + timedelta(minutes=1)))
    assert (step.opens, step.after.state, step.after.heals) == (True, State.OPEN, ("then",))
    assert step.after.since > healed.since


def test_a_pause_shows_until_it_ends() -> None:
    pause = Paused(app="shop", until=(NOW + timedelta(hours=1)).isoformat(), owner="bob", reason="a move")
    (step,) = steps((), look(RULE, paused=(pause,)))
    assert (step.after.state, step.opens) == (State.PAUSED, True)
    assert step.after.pause == f"until {pause.until} by bob: a move"
    (later,) = steps((told(step.after),), look(RULE, at=NOW + timedelta(hours=1), paused=(pause,)))
    assert (later.after.state, later.opens) == (State.OPEN, False)
    (others,) = steps((), look(RULE, paused=(pause.model_copy(update={"app": "web"}),)))
    assert others.after.state is State.OPEN


def test_who_opened_a_finding_and_never_told_of_it_is_stood_in_for() -> None:
    kept = only(after((), look(RULE)))
    assert overlooked([kept], NOW + GRACE - timedelta(seconds=1)) == ()
    assert overlooked([kept], NOW + GRACE) == (kept,)
    assert overlooked([told(kept)], NOW + GRACE) == ()
    assert overlooked([kept.model_copy(update={"state": State.CLOSED})], NOW + GRACE) == ()


def test_an_identity_is_of_what_drifted_where_and_not_of_its_values() -> None:
    first = only(after((), look(RULE)))
    elsewhere = only(after((), look(RULE)._replace(target=Target("222222222222", "eu-west-1"))))
    assert first.id == only(after((), look(LONGER))).id
    assert first.id != elsewhere.id
    assert first.id != only(after((), look(RULE)._replace(bundle="other"))).id


def test_a_finding_is_printed_in_the_shape_that_is_promised() -> None:
    finding = only(after((), look(RULE), ALICE))
    assert list(finding.to_json()) == [
        *("id", "kind", "direction", "account", "region", "resource", "app", "path", "desired", "live", "actor"),
        *("since", "state"),
    ]
    assert "actor" not in only(after((), look(RULE))).to_json()
    assert finding.to_json()["actor"] == ALICE.arn


DRIFTS = st.lists(
    st.builds(
        lambda number, direction: RULE._replace(resource=f"daily/{number}", direction=direction),
        st.integers(0, 4),
        st.sampled_from(Direction),
    ),
    unique_by=lambda drift: drift.resource,
    max_size=5,
)


@given(st.lists(DRIFTS, max_size=6), st.integers(1, 10))
def test_the_same_look_ten_times_is_one_step(looks: list[list[Drift]], times: int) -> None:
    kept: dict[str, Finding] = {}
    for number, drifts in enumerate(looks):
        seen = look(*drifts, at=NOW + timedelta(minutes=number))
        kept = after(kept.values(), seen)
        for _ in range(times):
            assert list(steps(kept.values(), seen)) == []
        assert {one.resource for one in kept.values() if one.is_open} == {one.resource for one in drifts}
