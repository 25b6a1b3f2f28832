"""What changes in what AWS Backup does not hold."""

import json
import re
from typing import Any

import pytest

from backup_apps.domain.desired import Target
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.governance import Governance, LeafGovernance, WaiverGiven, governance_from
from backup_apps.domain.protection.policy_changes import (
    POLICY_RULES,
    PolicyChange,
    Reached,
    policy_changes,
    unknown_before,
)
from backup_apps.domain.staging.settings import Canary, Staging, Window
from protection.changed_bundles import CASES, resolved

STRENGTHENS, NEUTRAL, WEAKENS = Class.STRENGTHENS, Class.NEUTRAL, Class.WEAKENS
HERE, THERE = (Target(one * 12, "eu-west-1") for one in "12")
DAY = 1440


def leaf(app: str = "shop", targets: tuple[Target, ...] = (HERE,), **members: Any) -> LeafGovernance:
    nothing: dict[str, Any] = {"guardrails": {}, "verification": {}, "alerts": {}, "self_heal": False}
    return LeafGovernance(app, targets, **(nothing | members))


def waiver(**members: Any) -> WaiverGiven:
    given = {"value": "3d", "owner": "me@acme.example", "reason": "scratch", "expires": "2027-03-31"} | members
    return WaiverGiven(by="acme", subject="shop", guardrail="retention.min", **given)


def between(old: LeafGovernance | None, new: LeafGovernance | None) -> tuple[PolicyChange, ...]:
    return policy_changes(Governance((old,) if old else ()), Governance((new,) if new else ()))


def bound(kind: str, before: Any, after: Any) -> tuple[PolicyChange, ...]:
    sides = ({} if side is None else {kind: side} for side in (before, after))
    old, new = (leaf(guardrails=side) for side in sides)
    return between(old, new)


def verified(key: str, before: Any, after: Any) -> tuple[PolicyChange, ...]:
    sides = ({} if side is None else {key: side} for side in (before, after))
    old, new = (leaf(verification=side) for side in sides)
    return between(old, new)


def engine(before: dict[str, Any], after: dict[str, Any]) -> tuple[PolicyChange, ...]:
    old, new = (leaf(verification={"schedule": MON, **side}) for side in (before, after))
    return between(old, new)


def alerted(before: Any, after: Any) -> tuple[PolicyChange, ...]:
    old, new = (leaf(alerts=side) for side in (before, after))
    return between(old, new)


def waived(before: WaiverGiven | None, after: WaiverGiven | None) -> tuple[PolicyChange, ...]:
    sides = (Governance(waivers=(side,) if side else ()) for side in (before, after))
    old, new = sides
    return policy_changes(old, new)


JANUARY, DECEMBER = "2027-01-31T00:00:00+00:00", "2026-12-31T00:00:00+00:00"


def healing(until: str | None = None) -> LeafGovernance:
    return leaf(self_heal=True, paused_until=until)


MON, DAILY = "cron(0 6 ? * MON *)", "cron(0 6 * * ? *)"
TESTED = {"schedule": MON, "engine": "aws", "types": {"S3": {}}}
CANARY = (Staging("acme", Canary(30, ("1111*",))),)
WINDOW = (Staging("acme", windows=(Window(DAILY, "Etc/UTC", 60),)),)
CASES_OF_POLICY = [
    ("C600", STRENGTHENS, "retention.min is stricter: 35d, not 14d", bound("retention.min", 14 * DAY, 35 * DAY)),
    ("C600", WEAKENS, "retention.min is looser: 14d, not never", bound("retention.min", "never", 14 * DAY)),
    ("C600", WEAKENS, "retention.max is looser: never, not 365d", bound("retention.max", 365 * DAY, "never")),
    ("C600", WEAKENS, "rpo.max is gone; it was 1d", bound("rpo.max", DAY, None)),
    ("C600", STRENGTHENS, "stricter: true, not (none)", bound("encryption.rotation", None, True)),
    ("C600", WEAKENS, "looser: governance, not compliance", bound("vaultLock.mode", "compliance", "governance")),
    ("C600", STRENGTHENS, "stricter", bound("roles", [["arn:*"]], [["arn:aws:*"]])),
    ("C600", STRENGTHENS, "a* and b*, not a*", bound("roles", [["a*"]], [["a*"], ["b*"]])),
    ("C600", WEAKENS, "looser, or can't be compared", bound("roles", [["a*"], ["b*"]], [["a*"]])),
    ("C600", WEAKENS, "looser, or can't be compared: b*, not a*", bound("roles", [["a*"]], [["b*"]])),
    ("C600", NEUTRAL, "as strict", bound("roles", [["a*", "ab*"]], [["a*"]])),
    ("C600", STRENGTHENS, "stricter", bound("locked", ["policy.role"], ["policy"])),
    ("C600", WEAKENS, "looser", bound("locked", ["policy"], ["policy.role"])),
    ("C600", WEAKENS, "looser", bound("locked", ["policy.rol"], ["policy.role"])),
    ("C601", WEAKENS, "until 2027-03-31: 3d instead (me@acme.example: scratch)", waived(None, waiver())),
    ("C601", STRENGTHENS, "no more", waived(waiver(), None)),
    ("C601", WEAKENS, "says 1d, not 3d", waived(waiver(), waiver(value="1d"))),
    ("C601", WEAKENS, "ends on 2027-04-01, not", waived(waiver(), waiver(expires="2027-04-01"))),
    ("C601", STRENGTHENS, "ends on 2027-03-30, not", waived(waiver(), waiver(expires="2027-03-30"))),
    ("C601", NEUTRAL, "another owner or reason", waived(waiver(), waiver(reason="other"))),
    ("C602", STRENGTHENS, "maxBytes", verified("maxBytes", 2**30, 2**31)),
    ("C602", WEAKENS, "maxBytes", verified("maxBytes", None, 2**30)),
    ("C602", STRENGTHENS, "checks", verified("checks", None, {"s3": {"canary": "canary.txt"}})),
    ("C602", WEAKENS, "checks", verified("checks", {"s3": {"canary": "canary.txt"}}, None)),
    ("C602", STRENGTHENS, f"schedule is {MON}, not (none)", verified("schedule", None, MON)),
    ("C602", WEAKENS, f"schedule is (none), not {MON}", verified("schedule", MON, None)),
    ("C602", WEAKENS, "schedule is", verified("schedule", DAILY, MON)),
    ("C602", STRENGTHENS, "schedule is", verified("schedule", MON, DAILY)),
    ("C602", STRENGTHENS, "maxAge is 7d, not 14d", verified("maxAge", 14 * DAY, 7 * DAY)),
    ("C602", WEAKENS, "rto is 8h, not 4h", verified("rto", 240, 480)),
    ("C602", WEAKENS, "maxAge is (none), not 7d", verified("maxAge", 7 * DAY, None)),
    ("C602", WEAKENS, "engine is aws, not (none)", engine({}, {"engine": "aws"})),
    ("C602", WEAKENS, "engine is sandbox, not aws", engine({"engine": "aws"}, {"engine": "sandbox"})),
    ("C602", STRENGTHENS, "types", engine({"types": {"S3": {}}}, {"types": {"S3": {}, "EBS": {}}})),
    ("C602", WEAKENS, "types", engine({"types": {"S3": {}}}, {"types": {"EBS": {}}})),
    ("C602", STRENGTHENS, "schedule is", between(leaf(), leaf(verification=TESTED))),
    ("C602", WEAKENS, "schedule is (none)", between(leaf(verification=TESTED), leaf())),
    ("C602", WEAKENS, "checks is a, b, not a", verified("checks", ["a"], ["a", "b"])),
    ("C603", STRENGTHENS, "topic of alerts is t, not (none)", alerted({}, {"topic": "t"})),
    ("C603", WEAKENS, "topic of alerts is u, not t", alerted({"topic": "t"}, {"topic": "u"})),
    ("C603", WEAKENS, "severity of alerts is high, not (none)", alerted({}, {"severity": "high"})),
    ("C603", STRENGTHENS, "severity of alerts is low, not error", alerted({"severity": "error"}, {"severity": "low"})),
    ("C604", STRENGTHENS, "is put back by itself", between(leaf(), leaf(self_heal=True))),
    ("C604", WEAKENS, "no longer put back", between(leaf(self_heal=True), leaf())),
    ("C605", WEAKENS, "the app is gone there", between(leaf(self_heal=True), None)),
    ("C607", WEAKENS, "healing is paused until 2027-01-31T00:00:00+00:00", between(healing(), healing(JANUARY))),
    ("C607", WEAKENS, "until 2027-01-31T00:00:00+00:00, not 2026", between(healing(DECEMBER), healing(JANUARY))),
    ("C607", STRENGTHENS, "until 2026-12-31T00:00:00+00:00, not", between(healing(JANUARY), healing(DECEMBER))),
    ("C607", STRENGTHENS, "healing is no longer paused", between(healing(JANUARY), healing())),
    ("C608", NEUTRAL, "canary 1111* for 30m), not (none)", between(leaf(), leaf(staging=CANARY))),
    ("C608", NEUTRAL, "by (none), not 'acme' (canary 1111*", between(leaf(staging=CANARY), leaf())),
    ("C608", NEUTRAL, "window cron(0 6 * * ? *) Etc/UTC for 60m", between(leaf(staging=CANARY), leaf(staging=WINDOW))),
    ("C606", WEAKENS, "what version v7 promised is not recorded", unknown_before("v7")),
]


def test_a_default_that_is_written_is_no_change() -> None:
    assert engine({}, {"engine": "sandbox"}) == ()


@pytest.mark.parametrize(("number", "class_", "says", "found"), CASES_OF_POLICY)
def test_a_change_of_policy_is_judged(number: str, class_: Class, says: str, found: tuple[PolicyChange, ...]) -> None:
    (change,) = found
    (reason,) = change.reasons
    assert (reason.number, reason.class_, change.class_) == (number, class_, class_)
    assert says in reason.message


def test_every_rule_has_a_case_for_every_class_that_it_names() -> None:
    named = {(rule.number, word) for rule in POLICY_RULES for word in re.findall("|".join(Class), rule.title)}
    assert named == {(number, class_.value) for number, class_, *_ in CASES_OF_POLICY}


def test_what_somebody_wrote_stays_on_one_line() -> None:
    (change,) = waived(None, waiver(reason="scratch\n  neutral: nothing to see"))
    assert "\n" not in change.reasons[0].message


@pytest.mark.parametrize(("before", "after"), [(False, False), (False, True), (True, False)])
def test_a_pause_where_nothing_was_or_is_healed_changes_nothing_of_its_own(before: bool, after: bool) -> None:
    old, new = leaf(self_heal=before), leaf(self_heal=after, paused_until=JANUARY)
    assert "pause.until" not in {one.path for one in between(old, new)}


def test_a_new_app_and_a_new_target_change_no_promise() -> None:
    assert between(None, leaf(self_heal=True)) == ()
    assert between(leaf(self_heal=True), leaf(self_heal=True, targets=(HERE, THERE))) == ()


def test_an_app_that_promised_nothing_may_go_unsaid() -> None:
    assert between(leaf(), None) == ()
    assert between(leaf(staging=CANARY), None) == (), "nothing is protected by it"


def test_what_changes_alike_is_told_once() -> None:
    old = Governance((leaf("a", self_heal=True), leaf("b", (HERE, THERE), self_heal=True)))
    new = Governance((leaf("a"), leaf("b", (HERE,)), leaf("b", (THERE,))))
    (change,) = policy_changes(old, new)
    assert change.apps == (Reached("a", (str(HERE),)), Reached("b", (str(HERE), str(THERE))))


def test_the_worst_comes_first() -> None:
    old, new = leaf(verification={"schedule": MON}), leaf(self_heal=True)
    assert [one.class_ for one in between(old, new)] == [WEAKENS, STRENGTHENS]


@pytest.mark.parametrize("folder", [case / "after" for case in CASES], ids=lambda folder: folder.parent.name)
def test_what_is_stored_is_read_as_it_was(folder: Any) -> None:
    governance = governance_of(resolved(folder))
    assert governance_from(json.loads(json.dumps(governance.to_json()))) == governance


def test_a_waiver_stands_for_its_bound_where_it_covers() -> None:
    governance = governance_of(resolved(next(case for case in CASES if case.name == "weakens-one-app") / "after"))
    assert {one.app: one.guardrails for one in governance.leaves} == {
        "media": {"retention.min": 3 * DAY, "locked": ["policy.role"]},
        "payments": {"retention.min": 7 * DAY, "locked": ["policy.role"]},
    }
    assert [one.reason for one in governance.waivers] == ["scratch | data"]
