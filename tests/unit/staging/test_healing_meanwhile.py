"""Drift while a staged sync is on its way: put back where it has not begun, and left alone where it has."""

from datetime import timedelta

import pytest

from backup_apps.domain.commits import State
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.usecases.heal_target import heal_target
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_failure import record_failure
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sweep_target import sweep_target
from sync.memory import world
from sync.targets import BUNDLE

from .machine import CANARY, FIRST, NIGHTS, NOTHING, SECOND, V1, V2, Machine, committed, planned, shorten, states, sync


@pytest.mark.parametrize("case", ["nothing to write", "its plan failed", "planned again", "its window is shut"])
def test_where_a_staged_sync_has_not_begun_drift_is_put_back_as_it_was_synced(case: str) -> None:
    hub = committed(world(FIRST, SECOND), V1, dict.fromkeys((FIRST, SECOND), NOTHING))
    planned(hub, V1)
    for one in (FIRST, SECOND):
        sync(hub, V1, one)
    record_outcome(hub.hub, V1)
    unchanged = [SECOND] if case == "nothing to write" else []
    asked = {FIRST: CANARY, SECOND: NIGHTS if case == "its window is shut" else CANARY}
    committed(hub, V2, asked, days=70, second=1, unchanged=unchanged)
    if case == "its plan failed":
        record_failure(hub.hub, V2, SECOND, "throttled")
        plan_target(hub.hub, V2, FIRST)
        record_plan(hub.hub, V2)
    else:
        planned(hub, V2)
    Machine(hub, V2).look()
    sync(hub, V2, FIRST)
    if case == "planned again":
        planned(hub, V2)
    shorten(hub, SECOND)
    assert sweep_target(hub.hub, BUNDLE, SECOND, unmanaged=True)["healing"] == 1
    assert heal_target(hub.hub, BUNDLE, SECOND, "heal-1", hub.clock() + timedelta(minutes=5))["writes"] == 1
    (present,) = hub.members.live[SECOND].plans
    assert (present.content or {})["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 35}
    assert hub.findings.of_target(BUNDLE, SECOND)[0].state is FindingState.HEALED


def test_where_a_sync_broke_off_nothing_is_put_back() -> None:
    hub = committed(world(FIRST), V1, {FIRST: NOTHING})
    planned(hub, V1)
    sync(hub, V1, FIRST)
    record_outcome(hub.hub, V1)
    committed(hub, V2, {FIRST: NIGHTS}, days=70, second=1)
    planned(hub, V2)
    hub.members.fails_after = 0
    with pytest.raises(Exception, match="the line broke"):
        sync(hub, V2, FIRST, hub.clock() + timedelta(hours=1))
    assert states(hub, V2) == [State.SYNCING]
    shorten(hub, FIRST)
    sweep_target(hub.hub, BUNDLE, FIRST, unmanaged=True)
    record_failure(hub.hub, V2, FIRST, "the line broke")
    assert heal_target(hub.hub, BUNDLE, FIRST, "heal-1", hub.clock() + timedelta(minutes=5))["writes"] == 0
