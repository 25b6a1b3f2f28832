"""Looks at a target in which something writes."""

from datetime import timedelta
from typing import Any

import pytest

from backup_apps.domain.commits import State, TargetOutcome, Version
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.errors import TargetBusyError
from drift.site import DESIRED, LOCK, PLAN, findings, shorten, sweep, synced, with_rule
from sync.steps import HERE, V1, V2, admitted, run
from sync.targets import ACCOUNT, BUNDLE, REGION, plan, rule, target, vault


def test_nothing_is_looked_at_while_a_sync_writes_or_before_the_first() -> None:
    hub = admitted(DESIRED)
    assert sweep(hub)["opened"] == 0
    run(hub)
    hub.records.hold(BUNDLE, HERE, "sync", hub.clock(), hub.clock() + timedelta(minutes=1))
    with pytest.raises(TargetBusyError):
        sweep(hub)


def test_what_a_later_version_has_begun_to_write_is_no_drift_and_what_it_did_not_ask_for_is() -> None:
    hub = synced()
    later = target(vault(lock=LOCK), plan(rules=[rule(Lifecycle={"DeleteAfterDays": 7}), PLAN.backup_plan["Rules"][1]]))
    admitted(later, version=V2, hub=hub, second=2)
    shorten(hub)
    sweep(hub)
    assert [one.resource for one in findings(hub)] == ["shop-daily/nightly"], "it has not begun: somebody was faster"
    hub.records.set_state(V2, State.SYNCING)
    sweep(hub)
    assert [one.state for one in findings(hub)] == [FindingState.OPEN], "it writes elsewhere"
    begun = TargetOutcome(account=ACCOUNT, region=REGION, state=State.SYNCING, begun=True)
    hub.records.set_outcome(V2, begun)
    sweep(hub)
    assert [one.state for one in findings(hub)] == [FindingState.CLOSED]
    with_rule(hub, Lifecycle={"DeleteAfterDays": 3})
    sweep(hub)
    assert [one.state for one in findings(hub)] == [FindingState.OPEN]


def test_a_sync_that_writes_while_a_look_reads_makes_it_look_again() -> None:
    hub = synced()
    read = hub.members.for_planning

    def interrupted(place: Any, session: str) -> Any:
        shorten(hub)
        hub.records.record(hub.records.commits[V1].model_copy(update={"version": "v9", "committed": "2026-02"}))
        hub.records.set_outcomes(
            Version(BUNDLE, "v9"), [TargetOutcome(account=ACCOUNT, region=REGION, state=State.SYNCED)]
        )
        hub.documents.texts["changes/acme/v9/desired/111111111111-eu-west-1.json"] = DESIRED.to_text()
        return read(place, session)

    held = hub.records.standing
    answers = iter([held(BUNDLE, HERE)])
    hub.members.for_planning = interrupted  # type: ignore[method-assign]
    hub.records.standing = lambda *of: next(answers, None) or held(*of)  # type: ignore[method-assign]
    with pytest.raises(TargetBusyError):
        sweep(hub)
    assert findings(hub) == ()
