"""The steps of a staged sync in a hub in memory, as the state machine takes them."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from backup_apps.domain.commits import State, Version, status
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.staging.settings import Canary, Staging, Window
from backup_apps.domain.state_documents import stage_targets_key, sync_digests
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.next_stage import next_stage
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync.memory import Resolved, World
from sync.targets import BUNDLE, plan, rule, target, vault

V1, V2, V3 = (Version(BUNDLE, name) for name in ("v1", "v2", "v3"))
FIRST, SECOND, THIRD = (Target(one * 12, "eu-west-1") for one in "123")
CANARY = Staging("acme", Canary(30, ("1*",)))
NIGHTS = Staging("acme", windows=(Window("cron(0 22 * * ? *)", "Etc/UTC", 60),))
NOTHING = Staging("acme")
Asked = dict[Target, Staging]


def committed(
    hub: World, version: Version, asked: Asked, days: int = 35, second: int = 0, unchanged: Collection[Target] = ()
) -> World:
    """A version with the same plan in each of the targets, staged as asked; the `unchanged` keep their 35 days."""
    desired = tuple(wanted(one, 35 if one in unchanged else days) for one in asked)
    leaves = tuple(
        LeafGovernance("shop", (one,), {}, {}, {}, True, staging=() if staging is NOTHING else (staging,))
        for one, staging in asked.items()
    )
    bundle = Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=desired), governance=Governance(leaves).to_json())
    admit_bundle(hub.hub, hub.upload(version, bundle, second), None)
    return hub


def wanted(place: Target, days: int) -> DesiredTarget:
    desired = target(vault(), plan(rules=[rule(Lifecycle={"DeleteAfterDays": days})]))
    return desired.model_copy(update=place._asdict())


def planned(hub: World, version: Version) -> dict[str, Any]:
    for one in hub.records.outcomes(version):
        plan_target(hub.hub, version, one.target)
    return record_plan(hub.hub, version)


def sync(hub: World, version: Version, one: Target, closes: datetime | None = None) -> dict[str, Any]:
    digest = sync_digests(hub.documents.texts[f"changes/{BUNDLE}/{version.version}/sync-targets.json"])[one]
    return sync_target(hub.hub, version, one, digest, f"run-{one}", hub.clock() + timedelta(minutes=10), closes)


def went(hub: World, version: Version) -> list[Target]:
    return list(sync_digests(hub.documents.texts[stage_targets_key(version)]))


def states(hub: World, version: Version) -> list[State]:
    return [one.state for one in sorted(hub.records.outcomes(version), key=lambda one: one.target)]


def shown(hub: World, version: Version) -> dict[str, Any]:
    record = hub.records.find(version)
    assert record
    return status(record, hub.records.outcomes(version))


class Machine:
    """The part of the state machine that goes in stages."""

    def __init__(self, hub: World, version: Version) -> None:
        self.hub, self.version, self.stage = hub, version, 0

    def look(self) -> dict[str, Any]:
        self.stage += 1
        return next_stage(self.hub.hub, self.version, 1, self.stage)

    def run(self, sync_one: Callable[[Target], object] | None = None) -> list[tuple[datetime, list[Target]]]:
        """Until it is done: when which targets went."""
        stages = []
        while (answer := self.look())["action"] != "done":
            if answer["action"] == "wait":
                self.hub.clock.now = datetime.fromisoformat(answer["until"])
                continue
            stages.append((self.hub.clock.now, went(self.hub, self.version)))
            for one in stages[-1][1]:
                (sync_one or (lambda place: sync(self.hub, self.version, place)))(one)
        return stages


def shorten(hub: World, place: Target) -> None:
    """Somebody does, in the console."""
    there = hub.members.live[place]
    (present,) = there.plans
    rules = [{**one, "Lifecycle": {"DeleteAfterDays": 7}} for one in (present.content or {})["Rules"]]
    weaker = present.model_copy(update={"content": {**(present.content or {}), "Rules": rules}})
    hub.members.live[place] = there.model_copy(update={"plans": (weaker,)})
