"""Which targets go, which wait, which are held back."""

from datetime import timedelta

import pytest

from backup_apps.domain.drift.findings import Direction, Kind, State
from backup_apps.domain.staging.rollout import Rollout, Sent, rollout_from
from backup_apps.domain.staging.settings import Canary, Staging, Window, staging_from
from backup_apps.domain.staging.stage import Go, Halt, Wait
from staging.candidates import ACME, FIRST, NOON, SECOND, START, THIRD, done, failed, finding, pending, stage

HALF_AN_HOUR = timedelta(minutes=30)
SENT = START._replace(sent={FIRST: Sent(NOON, None, 1)})
BAKING = SENT._replace(baking={"acme": NOON})
NIGHTS = Staging("web", windows=(Window("cron(0 22 * * ? *)", "Etc/UTC", 60),))


def test_canaries_go_first_and_the_rest_waits_for_them() -> None:
    found = stage(pending(FIRST, ACME), pending(SECOND, ACME), pending(THIRD))
    assert found.steps == {
        FIRST: Go(None),
        SECOND: Wait(f"waits for canary {FIRST} of 'acme'", None),
        THIRD: Go(None),
    }
    assert found.rollout.sent == {FIRST: Sent(NOON, None, 1), THIRD: Sent(NOON, None, 1)}


def test_the_rest_waits_while_they_bake_from_when_they_were_seen_synced() -> None:
    later = NOON + timedelta(minutes=5)
    found = stage(done(FIRST, ACME), pending(SECOND, ACME), rollout=SENT, now=later)
    assert found.steps == {
        SECOND: Wait("waits until 2026-11-26 12:35 UTC while the canaries of 'acme' bake", later + HALF_AN_HOUR)
    }
    assert found.until == later + HALF_AN_HOUR
    assert found.rollout.baking == {"acme": later}
    again = stage(done(FIRST, ACME), pending(SECOND, ACME), rollout=found.rollout, now=later + HALF_AN_HOUR)
    assert again.steps == {SECOND: Go(None)}
    assert again.canaries == {"acme": "well"}
    assert again.rollout.passed == ("acme",)


def test_a_canary_that_is_written_again_bakes_again() -> None:
    """It moved, and was planned anew."""
    found = stage(pending(FIRST, ACME), pending(SECOND, ACME), rollout=BAKING, round_=2, now=NOON + HALF_AN_HOUR)
    assert set(found.go) == {FIRST}
    then = stage(done(FIRST, ACME), pending(SECOND, ACME), rollout=found.rollout, round_=2, now=NOON + HALF_AN_HOUR)
    assert then.until == NOON + 2 * HALF_AN_HOUR


def test_a_version_that_writes_nothing_in_a_canary_needs_no_bake() -> None:
    found = stage(done(FIRST, ACME), pending(SECOND, ACME))
    assert found.go == {SECOND: Go(None)}
    assert found.canaries == {"acme": "nothing is written in them"}


def test_a_canary_that_fails_holds_the_rest_back() -> None:
    found = stage(failed(FIRST, ACME), pending(SECOND, ACME), pending(THIRD), rollout=SENT)
    assert found.halted == {SECOND: Halt(f"held back: canary {FIRST}: the role is missing")}
    assert found.go == {THIRD: Go(None)}, "no canary of its apps failed"
    assert found.rollout.failed == found.unwell == {"acme": f"canary {FIRST}: the role is missing"}
    again = stage(failed(FIRST, ACME), pending(SECOND, ACME), rollout=found.rollout)
    assert (again.unwell, again.halted) == ({}, found.halted), "once found, it is no news"


def test_a_finding_that_weakens_holds_the_rest_back_at_once() -> None:
    drift = finding(FIRST, NOON + timedelta(minutes=1))
    found = stage(
        done(FIRST, ACME), pending(SECOND, ACME), rollout=BAKING, findings=(drift,), now=NOON + timedelta(minutes=2)
    )
    (halt,) = found.halted.values()
    assert halt.cause == (
        f"held back: canary {FIRST}: rule web-daily/nightly: retention gets shorter: 7d, not 35d (C110); "
        "see backup-apps drift acme"
    )


def test_a_job_that_failed_in_a_canary_says_so_in_its_own_words() -> None:
    said = "the last backup of arn:t by web-daily/nightly, begun at noon, ended as FAILED: no role"
    job = {"kind": Kind.JOB_FAILED, "resource": "web-daily/nightly arn:t", "reasons": (said,)}
    drift = finding(FIRST, NOON + timedelta(minutes=1)).model_copy(update=job)
    found = stage(done(FIRST, ACME), pending(SECOND, ACME), rollout=BAKING, findings=(drift,))
    (halt,) = found.halted.values()
    told = f"job-failed web-daily/nightly arn:t: {said}; see backup-apps drift acme"
    assert halt.cause == f"held back: canary {FIRST}: {told}"


@pytest.mark.parametrize(
    "drift",
    [
        finding(FIRST, NOON - timedelta(minutes=1)),
        finding(SECOND, NOON + timedelta(minutes=1)),
        finding(FIRST, NOON + timedelta(minutes=1), Direction.STRENGTHENS),
        finding(FIRST, NOON + timedelta(minutes=1), state=State.HEALED),
        finding(FIRST, NOON + timedelta(minutes=1), state=State.CLOSED),
        finding(FIRST, NOON + timedelta(minutes=1), state=State.ACCEPTED),
    ],
    ids=["found before", "elsewhere", "strengthens", "healed", "closed", "accepted"],
)
def test_other_findings_hold_nobody_back(drift: object) -> None:
    found = stage(
        done(FIRST, ACME),
        pending(SECOND, ACME),
        rollout=BAKING,
        findings=(drift,),  # type: ignore[arg-type]
        now=NOON + HALF_AN_HOUR,
    )
    assert found.go == {SECOND: Go(None)}


def test_what_was_found_once_stays() -> None:
    """A canary is put right while the rest is still at it: that it was not well, remains."""
    broken = BAKING._replace(failed={"acme": "canary: broken"})
    assert stage(done(FIRST, ACME), pending(SECOND, ACME), rollout=broken).halted
    passed = BAKING._replace(passed=("acme",))
    assert stage(failed(FIRST, ACME), pending(SECOND, ACME), rollout=passed).go


def test_canaries_of_several_apps_wait_for_nobody_and_the_rest_for_all() -> None:
    web = Staging("web", Canary(60, ("2*",)))
    third = pending(THIRD, ACME, web)
    found = stage(pending(FIRST, ACME), pending(SECOND, ACME, web), third)
    assert set(found.go) == {FIRST, SECOND}
    baking = stage(done(FIRST, ACME), done(SECOND, ACME, web), third, rollout=found.rollout)
    assert baking.waits[THIRD].until == NOON + timedelta(minutes=60), "the longest bake counts"


def test_a_retired_target_proves_nothing_and_waits_for_those_that_do() -> None:
    found = stage(pending(FIRST, ACME, retired=True), pending(SECOND, ACME))
    assert set(found.go) == {FIRST, SECOND}, "no canary is left"
    second_first = Staging("acme", Canary(30, ("2*", "1*")))
    found = stage(pending(FIRST, second_first, retired=True), pending(SECOND, second_first))
    assert set(found.go) == {SECOND}


def test_a_target_waits_for_its_window_and_has_to_begin_before_it_closes() -> None:
    found = stage(pending(FIRST, NIGHTS), pending(SECOND))
    opens = NOON.replace(hour=22)
    assert found.steps == {
        FIRST: Wait("waits until 2026-11-26 22:00 UTC for a window of 'web'", opens),
        SECOND: Go(None),
    }
    then = stage(pending(FIRST, NIGHTS), now=opens)
    assert then.steps == {FIRST: Go(NOON.replace(hour=23))}


def test_the_gate_comes_before_the_window() -> None:
    assert stage(pending(FIRST, ACME, NIGHTS), pending(SECOND, ACME, NIGHTS)).until == NOON.replace(hour=22)
    found = stage(done(FIRST, ACME, NIGHTS), pending(SECOND, ACME, NIGHTS), rollout=BAKING, now=NOON + HALF_AN_HOUR)
    assert found.until == NOON.replace(hour=22)


def test_windows_that_never_open_together_hold_a_target_back() -> None:
    mornings = Staging("acme", windows=(Window("cron(0 6 * * ? *)", "Etc/UTC", 60),))
    (halt,) = stage(pending(FIRST, mornings, NIGHTS)).halted.values()
    assert halt.cause == "no window of 'acme' and 'web' opens together within 92 days"


def test_a_canary_that_can_not_go_holds_the_rest_back_at_once() -> None:
    mornings = Staging("web", windows=(Window("cron(0 6 * * ? *)", "Etc/UTC", 60),))
    nights = Staging("z", windows=NIGHTS.windows)
    found = stage(pending(FIRST, ACME, mornings, nights), pending(SECOND, ACME))
    cause = "no window of 'web' and 'z' opens together within 92 days"
    assert found.halted == {FIRST: Halt(cause), SECOND: Halt(f"held back: canary {FIRST}: {cause}")}
    assert found.unwell == {"acme": f"canary {FIRST}: {cause}"}


def test_a_target_whose_window_closed_before_it_began_goes_in_the_next() -> None:
    late = START._replace(sent={FIRST: Sent(NOON.replace(hour=22), NOON.replace(hour=23), 1)})
    found = stage(pending(FIRST, NIGHTS), rollout=late, now=NOON.replace(hour=23))
    assert found.waits[FIRST].until == NOON.replace(day=27, hour=22)


def test_a_target_that_went_and_is_not_heard_of_is_not_sent_again_by_the_same_plan() -> None:
    lost = START._replace(sent={FIRST: Sent(NOON, None, 1)})
    assert stage(pending(FIRST), rollout=lost).halted == {FIRST: Halt("its sync never ended")}
    assert stage(pending(FIRST), rollout=lost, round_=2).go, "it is planned again since"


def test_nothing_is_left_in_the_end() -> None:
    found = stage(done(FIRST, ACME), failed(SECOND, NIGHTS))
    assert found.steps == {}
    assert found.until is None


def test_what_is_remembered_is_read_as_it_was() -> None:
    rollout = Rollout(
        {FIRST: Sent(NOON, None, 1), SECOND: Sent(NOON, NOON + HALF_AN_HOUR, 2)},
        {"acme": NOON},
        ("web",),
        {"media": "why"},
    )
    assert rollout_from(rollout.to_json()) == rollout
    for asked in (ACME, NIGHTS, Staging("both", Canary(1, None, ("eu-*",)), NIGHTS.windows)):
        assert staging_from(asked.to_json()) == asked
