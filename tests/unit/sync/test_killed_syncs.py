"""The sync of a target that is killed at any of its writes, into the hub's books and into AWS Backup."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.ledger.entries import Kind
from backup_apps.ports.hub import Hub
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.killing import Fuse, Killed, fused, left
from sync.memory import Resolved, World
from sync.targets import BUNDLE
from sync.test_killed_steps import GOOD, HERE, THERE, V1, V2, admitted, overtaken, planned, uploaded


class Case(NamedTuple):
    before: Callable[[], World]
    version: Version
    target: Target
    ends: State
    closes: timedelta | None = None
    """From now, when the target's window closes."""

    def step(self, hub: World, ports: Hub, attempt: int) -> Any:
        now = hub.clock()
        digest, closes = hub.planned(self.version, self.target), now + self.closes if self.closes else None
        # Each attempt is a run of its own, which comes once the one before would have been killed by its time.
        return sync_target(ports, self.version, self.target, digest, f"run-{attempt}", now, closes)


def changed() -> World:
    """A first version is synced everywhere; the second has another rule."""
    return second(GOOD.model_copy(update={"plans": (GOOD.plans[0].model_copy(update={"name": "other"}),)}))


def retiring() -> World:
    """The second version has nothing in one of its targets any more."""
    return second(None)


def second(there: Any) -> World:
    hub = planned()
    for one in (HERE, THERE):
        sync_target(hub.hub, V1, one, hub.planned(V1, one), "run", hub.clock())
    record_outcome(hub.hub, V1)
    others = (there.model_copy(update={"account": THERE.account}),) if there else ()
    hub = admitted(V2, uploaded(V2, Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(GOOD, *others))), hub))
    for one in (HERE, THERE):
        plan_target(hub.hub, V2, one)
    record_plan(hub.hub, V2)
    return hub


CASES = {
    "first": Case(planned, V1, HERE, State.SYNCED),
    "within a window": Case(planned, V1, HERE, State.SYNCED, timedelta(hours=1)),
    "changed": Case(changed, V2, THERE, State.SYNCED),
    "retired": Case(retiring, V2, THERE, State.SYNCED),
    "overtaken": Case(overtaken, V1, HERE, State.SUPERSEDED),
}


def books(hub: World, case: Case) -> dict[str, Any]:
    """What is left. Runs tell of themselves what each was about to write and wrote: of these only that it is told."""
    found = left(hub)
    by_run = (Kind.SYNC_STARTED, Kind.WRITE)
    kinds = {one.id: one.kind for one in hub.ledger.entries(BUNDLE)}
    outcomes = found.pop("outcomes")
    return found | {
        "entries": {id_: facts for id_, facts in found["entries"].items() if kinds[id_] not in by_run},
        "begun": Kind.SYNC_STARTED in kinds.values(),
        "states": {version: {at: one.state for at, one in known.items()} for version, known in outcomes.items()},
        "live": hub.members.live[case.target],
        "held": hub.records.holds,
    }


@pytest.mark.parametrize("name", CASES)
def test_a_sync_that_was_killed_anywhere_is_carried_on(name: str) -> None:
    case = CASES[name]
    undisturbed, fuse = case.before(), Fuse()
    case.step(undisturbed, fused(undisturbed, fuse), 1)
    assert undisturbed.records.outcome(case.version, case.target).state is case.ends  # type: ignore[union-attr]
    wanted, writes = books(undisturbed, case), [change for _, change in undisturbed.members.writes]
    assert fuse.burnt
    for burnt in range(fuse.burnt):
        hub = case.before()
        with pytest.raises(Killed):
            case.step(hub, fused(hub, Fuse(burnt)), 1)
        case.step(hub, hub.hub, 2)
        assert books(hub, case) == wanted, f"killed after {burnt} ends of writes"
        assert [change for _, change in hub.members.writes] == writes, "nothing is written twice"
