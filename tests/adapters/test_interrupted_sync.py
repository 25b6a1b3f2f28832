"""A sync that is killed at any call to AWS Backup: before it is made, or when it is made and the answer never arrives.

The next attempt ends where an undisturbed sync would have ended; nothing is there twice, and what was covered before
and is to be covered afterwards is covered all the time.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from test_backup_target import FULL, POLICY, World

from backup_apps.adapters.backup_reads import BackupReads
from backup_apps.adapters.backup_writes import BackupWrites
from backup_apps.domain.changes import Write
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import TargetBusyError
from backup_apps.domain.handling import Sought
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.sessions import SyncSession
from backup_apps.ports.members import FoundResources, PlanVersions
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync import memory
from sync.memory import Resolved
from sync.targets import BUNDLE, OURS, TOPIC, plan, restore_testing, rule, selection, selection_of, target, vault

V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
HERE = FULL.target
LOCKED = target(vault(lock={"MinRetentionDays": 7, "MaxRetentionDays": 400}))
AFTER = target(
    vault(
        tags=OURS | {"tier": "gold"},
        lock={"MinRetentionDays": 3, "MaxRetentionDays": 300},
        access_policy=POLICY,
        notifications={"SNSTopicArn": TOPIC, "BackupVaultEvents": ["RESTORE_JOB_FAILED"]},
    ),
    vault("second"),
    plan(rules=[rule(Lifecycle={"DeleteAfterDays": 60})], selections=[selection("tagged-ffffffff", "hourly")]),
    plan("db-daily", selections=[selection("db-00000001"), selection("db-00000002", "weekly")]),
    region_settings={"ResourceTypeOptInPreference": {"EBS": True}},
)
WAYS = {
    "first": (target(), FULL),
    "change": (FULL, AFTER),
    "back": (AFTER, FULL),
    "retire": (FULL, target()),
    "lock": (LOCKED, target(vault(lock={"MinRetentionDays": 3, "MaxRetentionDays": 300}))),
    "compliance": (
        LOCKED,
        target(vault(lock={"MinRetentionDays": 3, "MaxRetentionDays": 300, "ChangeableForDays": 3})),
    ),
    "selections": (
        target(vault(), plan(selections=[selection("a-1", "a"), selection("b-1", "b"), selection("c-1", "c")])),
        target(vault(), plan(selections=[selection("a-2", "x"), selection("b-2", "y"), selection("c-1", "c")])),
    ),
    "first test": (
        target(vault(), plan()),
        target(vault(), plan(), testing=(restore_testing("shop", "DynamoDB", "S3"),)),
    ),
    "change of tests": (
        target(testing=(restore_testing("shop", "DynamoDB", "S3"), restore_testing("web"))),
        target(
            testing=(
                restore_testing(
                    "shop",
                    "S3",
                    selections=[selection_of("EBS"), selection_of("S3", ValidationWindowHours=8)],
                    SelectionWindowDays=60,
                ),
                restore_testing("db", "RDS"),
            )
        ),
    ),
    "last test": (target(vault(), testing=(restore_testing("shop", "DynamoDB", "S3"),)), target(vault())),
}


class Killed(BaseException):
    """Nothing that the killed function might still do is done."""


class Function:
    """A run of the function that syncs. It dies before its first write, or after some write, whose answer is lost."""

    def __init__(self, world: World) -> None:
        self.writes = 0
        self.dies_after: int | None = None
        self.dead = False
        events = world.backup.meta.events
        events.register("before-call.backup", self._before)
        events.register("after-call.backup", self._after)

    def live_on(self) -> None:
        self.writes, self.dies_after, self.dead = 0, None, False

    def check(self) -> None:
        if self.dead:
            raise Killed

    def _before(self, model: Any, **_: Any) -> None:
        self._die_if(is_write(model) and self.dies_after == 0)

    def _after(self, model: Any, **_: Any) -> None:
        self.writes += is_write(model)
        self._die_if(is_write(model) and self.writes == self.dies_after)

    def _die_if(self, due: bool) -> None:
        self.dead = self.dead or due
        self.check()


def is_write(model: Any) -> bool:
    return not model.name.startswith(("Get", "List", "Describe"))


class Members:
    """The one target, on the local AWS Backup service."""

    def __init__(self, world: World) -> None:
        self._world = world

    def for_planning(self, target: Target, session: str) -> "Members":
        return self

    def for_syncing(self, desired: DesiredTarget, session: SyncSession) -> "Members":
        return self

    def key_arn(self, alias: str) -> str:
        raise NotImplementedError

    def resources(self, sought: Sought, most: int) -> FoundResources:
        raise NotImplementedError

    def read(self, desired: DesiredTarget, bundle: str, plan_versions: PlanVersions) -> LiveTarget:
        return BackupReads(self._world.backup, self._world.index, self._world.now).live(desired, bundle, plan_versions)

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        writes = BackupWrites(self._world.backup, live, version)
        for change in changes:
            writes.write(change)
            yield Written(change, ())


class Records(memory.Records):
    """A function that was killed does not give back what it holds."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self._function = function

    def release(self, bundle: str, target: Target, holder: str) -> None:
        self._function.check()
        super().release(bundle, target, holder)


class Stage:
    """A target that has come to one state and is planned for another."""

    def __init__(self, before: DesiredTarget, desired: DesiredTarget) -> None:
        self.world = World()
        self.function = Function(self.world)
        records = Records(self.function)
        self.hub = memory.world()._replace(records=records, members=Members(self.world), max_prunes=99)  # type: ignore[arg-type]
        for second, (version, wanted) in enumerate([(V1, before), (V2, desired)], 1):
            self.hub.upload(version, Resolved(BUNDLE, DesiredState(bundle=BUNDLE, targets=(wanted,))), second)
            admit_bundle(self.hub.hub, version.key, None)
            plan_target(self.hub.hub, version, HERE)
            record_plan(self.hub.hub, version)
            if version == V1:
                self.sync(V1)
        self.function.live_on()

    def sync(self, version: Version = V2, holder: str = "run") -> dict[str, Any]:
        until = self.hub.clock() + timedelta(minutes=10)
        return sync_target(self.hub.hub, version, HERE, self.hub.planned(version, HERE), holder, until)

    def selections(self) -> dict[str, frozenset[str]]:
        """The names of the selections of each plan that is there."""
        plans = [one for one in self.world.service.world.region(*HERE).plans.values() if one.deleted is None]
        names = [one.current.document["BackupPlanName"] for one in plans]
        assert len(names) == len(set(names)), "a plan is there twice"
        return {
            name: frozenset(found.document["SelectionName"] for found in one.selections.values())
            for name, one in zip(names, plans, strict=True)
        }


def watch_cover(stage: Stage, desired: DesiredTarget) -> Callable[[], int]:
    """From now on each call is followed by a look at what is selected; how often."""
    before, looks = stage.selections(), [0]
    wanted = {one.name: frozenset(found["SelectionName"] for found in one.selections) for one in desired.plans}

    def look(**_: Any) -> None:
        looks[0] += 1
        now = stage.selections()
        for name in before.keys() & wanted.keys():
            assert before[name] <= now[name] or wanted[name] <= now[name], "some cover is gone before the new is there"

    stage.world.backup.meta.events.register_first("after-call.backup", look)
    return lambda: looks[0]


def writes_of_a_sync(way: str) -> int:
    stage = Stage(*WAYS[way])
    stage.sync()
    return stage.function.writes


@pytest.mark.parametrize("lagging", [False, True], ids=["", "lagging index"])
@pytest.mark.parametrize("way", WAYS)
def test_whichever_write_kills_a_sync_the_next_one_carries_it_on(way: str, lagging: bool) -> None:
    before, desired = WAYS[way]
    writes = writes_of_a_sync(way)
    assert writes > 0
    for death in range(writes + 1):
        stage = Stage(before, desired)
        if lagging:
            stage.world.index.lag()
        looks = watch_cover(stage, desired)
        stage.function.dies_after = death
        with pytest.raises(Killed):
            stage.sync()
        stage.function.live_on()
        with pytest.raises(TargetBusyError):
            stage.sync(holder="next")
        stage.hub.clock.now += timedelta(minutes=11)
        assert stage.sync(holder="next") == {
            "account": HERE.account,
            "region": HERE.region,
            "state": "synced",
            "writes": writes - death,
        }
        assert looks() >= writes
        stage.selections()
        assert stage.world.plan(desired).changes == ()


@pytest.mark.parametrize("way", WAYS)
def test_a_sync_that_is_killed_at_each_of_its_writes_arrives(way: str) -> None:
    before, desired = WAYS[way]
    stage, writes = Stage(before, desired), writes_of_a_sync(way)
    watch_cover(stage, desired)
    for attempt in range(writes):
        stage.function.dies_after = 1
        with pytest.raises(Killed):
            stage.sync(holder=f"run-{attempt}")
        stage.function.live_on()
        stage.hub.clock.now += timedelta(minutes=11)
    assert stage.sync(holder="last")["writes"] == 0
    assert stage.world.plan(desired).changes == ()
