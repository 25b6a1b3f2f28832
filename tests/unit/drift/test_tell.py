"""What a sweep found is told at its end: one message an incident, whatever accounts it reached."""

from collections.abc import Sequence
from typing import Any

from backup_apps.domain.cards.drift import drift_card
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.drift.findings import Actor, Direction, Drift, Finding, Kind, State, found
from backup_apps.domain.drift.incidents import Count, counts, incidents
from backup_apps.usecases.heal_target import heal_target
from backup_apps.usecases.sweep_target import sweep_target
from backup_apps.usecases.tell_findings import tell_findings
from drift.site import DESIRED, findings, healing, kinds, shorten, sweep, synced, with_rule
from sync.memory import World
from sync.targets import BUNDLE
from sync.test_plan_and_sync import HERE, admitted, run

NOW = "2026-01-01T12:00:00+00:00"
RULE = Drift(Kind.RULE, "shop-daily/nightly", Direction.WEAKENS, {"d": 35}, {"d": 7}, ("shorter",), ("shop",), "policy")
THERE = [Target(f"{number:012}", "eu-west-1") for number in range(1, 31)]


def finding(drift: Drift = RULE, target: Target = HERE, bundle: str = BUNDLE, **members: Any) -> Finding:
    return found(drift, bundle, "v1", target, NOW).model_copy(update=members)


def alike(findings: Sequence[Finding]) -> list[int]:
    return [len(one) for one in incidents(findings)]


def test_the_same_in_many_accounts_is_one_incident_and_another_cause_another() -> None:
    everywhere = [finding(target=one) for one in THERE]
    assert alike(everywhere) == [30]
    assert alike([*everywhere, finding(bundle="other")]) == [30, 1]
    assert alike([*everywhere[:3], finding(RULE._replace(resource="shop-daily/hourly"))]) == [3, 1]
    by_alice = finding(target=THERE[0], actor=Actor("arn:alice", "UpdateBackupPlan", NOW))
    assert alike([*everywhere[1:3], by_alice]) == [1, 2]


def test_causes_that_reached_the_same_targets_are_one_incident() -> None:
    lock = Drift(Kind.LOCK, "primary", Direction.WEAKENS, {}, None)
    assert alike([finding(one, target) for one in (RULE, lock) for target in THERE[:2]]) == [4]


def test_recovery_points_are_one_cause_though_each_has_an_arn_of_its_own() -> None:
    point = Drift(Kind.RETENTION, "arn:1", Direction.WEAKENS, {}, {}, path="policy.plans: retention")
    text = drift_card([finding(point._replace(resource=f"arn:{number}")) for number in range(100)], ()).alert().text
    assert "100 alike, in 111111111111/eu-west-1; of the first:" in text
    assert text.count("\nweakens: ") == 1
    assert "and 89 more" in text


def test_what_is_told_of_a_rule_and_a_resource_is_one_cause_for_all_resources() -> None:
    job = Drift(Kind.JOB_FAILED, "", Direction.WEAKENS, None, None, path="policy.plans.daily.rules.nightly")
    failed = [finding(job._replace(resource=f"shop-daily/{rule} arn:{n}")) for rule in "ab" for n in range(3)]
    assert drift_card(failed, ()).alert().text.count("\nweakens: ") == 2


def test_a_message_names_the_accounts_up_to_a_number_and_says_how_many_more() -> None:
    alert = drift_card([finding(target=one) for one in THERE], ()).alert()
    assert alert.subject == "Drift in acme, 30 targets: rule shop-daily/nightly"
    assert "30 alike, in 000000000001/eu-west-1, " in alert.text
    assert "and 20 more" in alert.text
    assert alert.document["targets"] == [one._asdict() for one in THERE]
    assert "account" not in alert.document
    assert drift_card([finding()], ()).alert().document["account"] == HERE.account


def test_findings_are_counted_by_sort_while_they_last() -> None:
    sorts = [finding(), finding(target=THERE[0]), finding(state=State.CLOSED), finding(state=State.ACCEPTED)]
    assert counts(sorts) == [
        Count(BUNDLE, "rule", "weakens", "accepted", 1),
        Count(BUNDLE, "rule", "weakens", "open", 2),
    ]


# ---------------------------------------------------------------- the sweep


def in_three_accounts(*self_heal: str) -> tuple[World, list[Target]]:
    targets = [HERE, *THERE[1:3]]
    desired = [DESIRED.model_copy(update=target._asdict()) for target in targets]
    hub = _hub(desired, *self_heal)
    for target in targets:
        _shorten(hub, target)
    return hub, targets


def _hub(desired: list[DesiredTarget], *self_heal: str) -> World:
    promised = healing(*self_heal)
    for leaf in promised["leaves"]:
        leaf["targets"] = [str(one.target) for one in desired]
    hub = admitted(*desired, governance=promised)
    assert run(hub)["state"] == "synced"
    return hub


def _shorten(hub: World, target: Target) -> None:
    there = hub.members.live[target]
    (plan,) = there.plans
    rules = [{**one, "Lifecycle": {"DeleteAfterDays": 7}} for one in (plan.content or {})["Rules"]]
    changed = plan.model_copy(update={"content": {**(plan.content or {}), "Rules": rules}})
    hub.members.live[target] = there.model_copy(update={"plans": (changed,)})


def test_a_sweep_over_three_accounts_tells_once_and_its_repeat_nothing() -> None:
    hub, targets = in_three_accounts()
    for target in targets:
        sweep_target(hub.hub, BUNDLE, target, unmanaged=True, tells=False)
    assert hub.alerts.published == []
    assert tell_findings(hub.hub)["told"] == 1
    assert tell_findings(hub.hub)["told"] == 0
    (alert,) = hub.alerts.published
    assert "3 alike, in" in alert.text
    assert {one.told for one in findings(hub)} == {True}
    assert kinds(hub).count("alert") == 1


def test_what_was_put_back_before_the_sweep_ended_is_told_as_such() -> None:
    hub, targets = in_three_accounts("shop")
    for number, target in enumerate(targets):
        sweep_target(hub.hub, BUNDLE, target, unmanaged=True, tells=False)
        heal_target(hub.hub, BUNDLE, target, f"heal-{number}", hub.clock().replace(hour=13))
    assert {one.state for one in findings(hub)} == {State.HEALED}
    tell_findings(hub.hub)
    (alert,) = hub.alerts.published
    assert "it was put back (selfHeal)" in alert.text
    assert "To put it back" not in alert.text


def test_what_ended_or_is_accepted_is_not_told_and_counts_are_of_what_is_open() -> None:
    hub = synced()
    shorten(hub)
    sweep_target(hub.hub, BUNDLE, HERE, unmanaged=True, tells=False)
    with_rule(hub, Lifecycle={"DeleteAfterDays": 35})
    sweep(hub)
    result = tell_findings(hub.hub)
    assert (result["told"], result["counts"], result["bundles"]) == (0, [], [BUNDLE])
    assert hub.alerts.published == []
