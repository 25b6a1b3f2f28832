"""From a change in a member account to a finding and an alert."""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.errors import TargetBusyError, UnavailableError
from backup_apps.usecases.detect_drift import detect_drift
from backup_apps.usecases.sweep_targets import to_sweep
from drift.site import (
    ALICE,
    PLAN,
    change,
    findings,
    heal,
    kinds,
    retag,
    shorten,
    sweep,
    synced,
    update_event,
    with_rule,
)
from sync.steps import HERE
from sync.targets import BUNDLE, live_plan


def test_a_sweep_of_what_is_as_synced_finds_nothing() -> None:
    hub = synced()
    assert sweep(hub)["opened"] == 0
    assert (findings(hub), hub.alerts.published) == ((), [])


def test_the_sweep_finds_what_no_event_told_and_tells_once() -> None:
    hub = synced()
    shorten(hub)
    for _ in range(10):
        sweep(hub)
    (finding,) = findings(hub)
    assert (finding.kind, finding.resource, finding.told) == ("rule", "shop-daily/nightly", True)
    (alert,) = hub.alerts.published
    assert alert.severity == "critical"
    assert alert.subject == "Drift in acme, 111111111111/eu-west-1: rule shop-daily/nightly"
    assert "rule nightly keeps recovery points 7 days, not 35 days" in alert.text
    assert "policy: policy.plans.daily.rules.nightly.retention, as of version v1" in alert.text
    assert "Next: backup-apps drift acme" in alert.text
    assert kinds(hub).count("drift") == 1


def test_an_event_ten_times_is_one_finding_with_its_actor_and_one_alert() -> None:
    hub = synced()
    shorten(hub)
    for _ in range(10):
        detect_drift(hub.hub, update_event(hub))
    (finding,) = findings(hub)
    assert finding.actor is not None
    assert finding.actor.arn == ALICE
    (alert,) = hub.alerts.published
    assert f"by {ALICE}, UpdateBackupPlan at 2026-01-01T12:00:00Z" in alert.text
    assert hub.pages.asked == [BUNDLE]
    (entry,) = (entry for entry in hub.ledger.entries(BUNDLE) if entry.kind == "drift")
    assert entry.facts["actor"]["arn"] == ALICE


def test_what_one_bundle_lost_is_shown_though_a_sync_of_another_writes_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event comes again for the other, and finds nothing new of the first."""
    hub = synced()
    shorten(hub)
    twice = [*to_sweep(hub.records, HERE)] * 2
    monkeypatch.setattr("backup_apps.usecases.detect_drift.to_sweep", lambda *_: twice)
    members = iter([hub.members.for_planning(HERE, "first")])

    def for_planning(*_: Any) -> Any:
        if (member := next(members, None)) is None:
            raise TargetBusyError("a sync writes there")
        return member

    monkeypatch.setattr(hub.members, "for_planning", for_planning)
    with pytest.raises(TargetBusyError):
        detect_drift(hub.hub, update_event(hub))
    assert (len(findings(hub)), hub.pages.asked) == (1, [BUNDLE])


def test_what_a_call_did_not_touch_is_left_to_its_own_event() -> None:
    hub = synced()
    shorten(hub)
    change(hub, lock=None)
    detect_drift(hub.hub, update_event(hub))
    assert [one.kind for one in findings(hub)] == ["rule"]
    event = update_event(hub)
    event["detail"] |= {
        "eventName": "DeleteBackupVaultLockConfiguration",
        "requestParameters": {"backupVaultName": "primary"},
    }
    detect_drift(hub.hub, event)
    assert sorted(one.kind for one in findings(hub)) == ["lock", "rule"]
    assert all(one.actor for one in findings(hub))


def test_a_plan_that_was_never_read_is_asked_for_by_its_id() -> None:
    hub = synced()
    (present,) = hub.members.live[HERE].plans
    place = hub.members.live[HERE].model_copy(update={"plans": (present.model_copy(update={"id": "p-1"}),)})
    hub.members.live[HERE] = place
    shorten(hub)
    hub.documents.texts.pop("plan-versions/acme/111111111111-eu-west-1.json", None)
    detect_drift(hub.hub, update_event(hub))
    assert [one.actor and one.actor.arn for one in findings(hub)] == [ALICE]


def test_a_plan_that_is_gone_is_known_by_what_was_read_of_it() -> None:
    hub = synced()
    sweep(hub)
    event = update_event(hub)
    event["detail"]["eventName"] = "DeleteBackupPlan"
    hub.members.live[HERE] = hub.members.live[HERE].model_copy(update={"plans": ()})
    detect_drift(hub.hub, event)
    assert [(one.kind, one.actor and one.actor.arn) for one in findings(hub)] == [("missing-plan", ALICE)]


def test_an_event_that_is_our_own_or_of_elsewhere_reads_nothing() -> None:
    hub = synced()
    shorten(hub)
    asked = len(hub.members.sessions)
    assert detect_drift(hub.hub, update_event(hub, role="backup-apps-sync")) == []
    assert detect_drift(hub.hub, update_event(hub) | {"region": "eu-west-3"}) == []
    assert len(hub.members.sessions) == asked


def test_a_drift_that_ends_is_closed_and_one_that_comes_back_is_told_again() -> None:
    hub = synced()
    before = hub.members.live[HERE]
    shorten(hub)
    sweep(hub)
    hub.members.live[HERE] = before
    assert sweep(hub)["ended"] == 1
    assert findings(hub)[0].state is FindingState.CLOSED
    hub.clock.now += timedelta(minutes=1)
    shorten(hub)
    assert sweep(hub)["opened"] == 1
    assert len(hub.alerts.published) == 2
    assert kinds(hub).count("drift") == 3


@pytest.mark.parametrize(
    ("meanwhile", "state"),
    [({"told": True}, FindingState.CLOSED), ({"stopped": True}, FindingState.CLOSED), ({"live": 5}, FindingState.OPEN)],
    ids=["it is told", "its healing is stopped", "another look sees more"],
)
def test_what_is_undone_closes_what_was_read_before_the_look(
    meanwhile: dict[str, Any], state: FindingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless another look came between: it may be the later one."""
    hub = synced()
    before = hub.members.live[HERE]
    shorten(hub)
    event = update_event(hub)
    detect_drift(hub.hub, event)
    hub.members.live[HERE] = before
    (read,) = findings(hub)
    assert hub.findings.replace(read, read.model_copy(update=meanwhile))
    answers, of_target = iter([(read,)]), hub.findings.of_target
    monkeypatch.setattr(hub.findings, "of_target", lambda *where: next(answers, of_target(*where)))
    (looked,) = detect_drift(hub.hub, event)
    assert looked["ended"] == (state is FindingState.CLOSED)
    (finding,) = findings(hub)
    assert finding == read.model_copy(update={**meanwhile, "state": state, "revision": finding.revision})


def test_what_strengthens_is_reported_and_nobody_is_woken() -> None:
    hub = synced(self_heal=["shop"])
    with_rule(hub, Lifecycle={"DeleteAfterDays": 70})
    sweep(hub)
    (alert,) = hub.alerts.published
    assert alert.severity == "info"
    assert "To keep it: backup-apps drift" in alert.text
    assert hub.healing.started == []


def test_several_things_of_a_target_are_one_alert_what_weakens_first() -> None:
    hub = synced()
    with_rule(hub, Lifecycle={"DeleteAfterDays": 70})
    change(hub, lock=None, selections=())
    assert sweep(hub)["opened"] == 3
    (alert,) = hub.alerts.published
    assert "3 found, 2 weaken protection" in alert.text
    assert [one["direction"] for one in alert.document["findings"]] == ["weakens", "weakens", "strengthens"]


def test_of_two_who_look_at_once_one_tells() -> None:
    hub = synced()
    shorten(hub)
    lost = hub.findings.replace
    hub.findings.replace = lambda before, after: lost(before, after) and False  # type: ignore[method-assign]
    assert sweep(hub)["opened"] == 0
    assert hub.alerts.published == []


def test_an_alert_that_could_not_be_sent_is_sent_by_the_next_look() -> None:
    hub = synced()
    shorten(hub)

    def broken(alert: Any) -> None:
        raise UnavailableError("Publish", "InternalError", "the topic is away")

    publish, hub.alerts.publish = hub.alerts.publish, broken  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        sweep(hub)
    hub.alerts.publish = publish  # type: ignore[method-assign]
    sweep(hub)
    assert hub.alerts.published == []
    hub.clock.now += timedelta(minutes=1)
    sweep(hub)
    sweep(hub)
    assert len(hub.alerts.published) == 1


@pytest.mark.parametrize("tags", [{}, {"backup-apps:bundle": "another"}], ids=["untagged", "another bundle's"])
def test_what_lost_its_tag_is_looked_at_all_the_same(tags: dict[str, str]) -> None:
    hub = synced(self_heal=["shop"])
    shorten(hub)
    sweep(hub)
    retag(hub, tags)
    change(hub, lock=None)
    assert sweep(hub)["opened"] == 3
    found = {one.kind: one for one in findings(hub)}
    assert {kind: one.state for kind, one in found.items()} == dict.fromkeys(["rule", "plan", "vault", "lock"], "open")
    assert "it is being put back" not in hub.alerts.published[-1].text
    assert heal(hub)["writes"] == 0, "nothing without the tag is ever changed"


def test_a_second_plan_of_the_name_hides_nothing_of_the_first() -> None:
    hub = synced()
    twin = live_plan(PLAN, tags={}, id="twin")
    shorten(hub)
    there = hub.members.live[HERE]
    hub.members.live[HERE] = there.model_copy(update={"plans": (twin, *there.plans)})
    sweep(hub)
    assert [one.resource for one in findings(hub)] == ["shop-daily", "shop-daily/nightly"]


def test_what_begins_to_weaken_is_another_occurrence_and_told_once() -> None:
    hub = synced()
    with_rule(hub, Lifecycle={"DeleteAfterDays": 70})
    sweep(hub)
    hub.clock.now += timedelta(hours=1)
    shorten(hub)
    sweep(hub)
    assert [len(alert.document["findings"]) for alert in hub.alerts.published] == [1, 1]
    assert findings(hub)[0].since == hub.clock.now.isoformat(timespec="milliseconds")
    hub.clock.now += timedelta(hours=1)
    assert sweep(hub) | {"opened": 0, "changed": 0} == sweep(hub)
