"""The sync of a target that is killed at any of its writes, into the hub's books and into AWS Backup."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.ledger.entries import Kind
from backup_apps.domain.live import LiveTarget
from backup_apps.ports.hub import Hub
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.killing import Fuse, Killed, fused, left
from sync.memory import Resolved, World
from sync.steps import GOOD, HERE, THERE, V1, V2
from sync.targets import BUNDLE, plan, selection, target, vault
from sync.test_killed_steps import overtaken, planned, uploaded


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
    """A first version is synced everywhere; the second has another plan in the place of the first's."""
    return second(target(vault(), plan("shop-other")))


def widened() -> World:
    """The selection of the second takes in what that of the first does, and more."""
    more = selection("tagged-5e6f7a8b")
    more["ListOfTags"] = [*more["ListOfTags"], {**more["ListOfTags"][0], "ConditionValue": "weekly"}]
    return second(target(vault(), plan(selections=[more])))


def retiring() -> World:
    """The second version has nothing in one of its targets any more."""
    return second(None)


def second(there: Any) -> World:
    hub = planned()
    for one in (HERE, THERE):
        sync_target(hub.hub, V1, one, hub.planned(V1, one), "run", hub.clock())
    record_outcome(hub.hub, V1)
    others = (there.model_copy(update={"account": THERE.account}),) if there else ()
    uploaded(V2, Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(GOOD, *others))), hub)
    admit_bundle(hub.hub, V2.key, None)
    for one in (HERE, THERE):
        plan_target(hub.hub, V2, one)
    record_plan(hub.hub, V2)
    return hub


CASES = {
    "first": Case(planned, V1, HERE, State.SYNCED),
    "within a window": Case(planned, V1, HERE, State.SYNCED, timedelta(hours=1)),
    "changed": Case(changed, V2, THERE, State.SYNCED),
    "widened": Case(widened, V2, THERE, State.SYNCED),
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


def made(hub: World, case: Case) -> int:
    """Writes into the target that came after those of the story before."""
    return len(hub.members.writes) - len(case.before().members.writes)


@pytest.mark.parametrize("name", CASES)
def test_a_sync_that_was_killed_anywhere_is_carried_on(name: str) -> None:
    case = CASES[name]
    undisturbed, fuse = case.before(), Fuse()
    case.step(undisturbed, fused(undisturbed, fuse), 1)
    assert undisturbed.records.outcome(case.version, case.target).state is case.ends  # type: ignore[union-attr]
    wanted, writes = books(undisturbed, case), [change for _, change in undisturbed.members.writes]
    assert (made(undisturbed, case) == 0) == (case.ends is State.SUPERSEDED), "a walk past no write shows nothing"
    for burnt in range(fuse.burnt):
        hub = case.before()
        with pytest.raises(Killed):
            case.step(hub, fused(hub, Fuse(burnt)), 1)
        case.step(hub, hub.hub, 2)
        assert books(hub, case) == wanted, f"killed after {burnt} ends of writes"
        assert [change for _, change in hub.members.writes] == writes, "nothing is written twice"


@pytest.mark.parametrize("name", ["changed", "widened"])
def test_what_was_backed_up_is_backed_up_wherever_a_sync_is_killed(name: str) -> None:
    """By the old plan and selection until the new ones are there: that the next attempt comes late harms nobody."""
    case = CASES[name]
    undisturbed, fuse = case.before(), Fuse()
    case.step(undisturbed, fused(undisturbed, fuse), 1)
    seen = set()
    for burnt in range(fuse.burnt):
        hub = case.before()
        with pytest.raises(Killed):
            case.step(hub, fused(hub, Fuse(burnt)), 1)
        taken_in = selections(hub.members.live[case.target])
        assert any("daily" in json.dumps(one) for one in taken_in), f"killed after {burnt} ends of writes"
        seen.add(len(taken_in))
    assert seen == {1, 2}, "the old and the new are there together for a while"


def selections(live: LiveTarget) -> list[Any]:
    """Of plans with rules."""
    plans = [one for one in live.plans if one.content and one.content["Rules"]]
    return [one.content for plan in plans for one in plan.selections]
