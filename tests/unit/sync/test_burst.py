"""Fifty commits in a burst: their events come late, twice and in any order, everything happens at the same time, and
functions are killed. The last commit by time, then key, is what is live in the end, and no two of them interleave.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, groupby
from typing import Any

import pytest

from backup_apps.domain.changes import Write
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.difference import diff
from backup_apps.domain.errors import TargetBusyError
from backup_apps.domain.ledger.entries import Kind
from backup_apps.domain.ledger.happenings import Written
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.staging.settings import Canary, Staging
from backup_apps.domain.state_documents import stage_targets_key, sync_targets_key, targets_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.next_stage import next_stage
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_outcome import record_outcome
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.sync_target import sync_target
from sync import memory, memory_members
from sync.interleaving import Course, Interleaved
from sync.memory import Resolved
from sync.simulation import after
from sync.targets import BUNDLE, REGION, plan, rule, selection, target, vault

TARGETS = [Target(account, REGION) for account in ("111111111111", "222222222222", "333333333333")]


class Member(memory_members.Member):
    """Each of its writes is a step, and is known by its commit."""

    def apply(self, changes: Sequence[Write], live: LiveTarget, version: Version) -> Iterator[Written]:
        members: Any = self.members
        for change in changes:
            members.course.call(members.write, self.target, change, version)
            yield Written(change, ())


class Members(memory_members.Members):
    course: Course
    written: list[tuple[Version, Target]]

    def _member(self, role: str, target: Target, session: str) -> Member:
        return Member(self, target)

    def write(self, target: Target, change: Write, version: Version) -> None:
        self.live[target] = after(self.live[target], change)
        self.written.append((version, target))


class Executions:
    """State machines, one a version however often it is started."""

    def __init__(self, burst: "Burst") -> None:
        self._burst = burst
        self.started: set[Version] = set()

    def start(self, version: Version, document: Mapping[str, Any]) -> None:
        if version not in self.started:
            self.started.add(version)
            self._burst.course.spawn(lambda: self._burst.machine(version))


class Burst:
    def __init__(self, seed: int, commits: int = 50, deaths: float = 0.02, staging: tuple[Staging, ...] = ()) -> None:
        self.staging = staging
        self.course = course = Course(seed, deaths)
        self.world = memory.world(*TARGETS)
        self.members = Members(live=self.world.members.live)
        self.members.course, self.members.written = course, []
        self.executions = Executions(self)
        names = ("alerts", "archives", "documents", "ledger", "records")
        ports = {name: Interleaved(getattr(self.world, name), course) for name in names}
        ours = {"members": self.members, "executions": self.executions, "clock": lambda: course.now}
        self.hub = Hub(**(self.world._asdict() | ports | ours))
        self.wanted: dict[Version, DesiredState] = {}
        for number in range(commits):
            self.upload(number)

    def upload(self, number: int) -> None:
        """Two at a time have the same LastModified. Each wants something else, somewhere else."""
        chance = self.course.chance
        version = Version(BUNDLE, f"v{chance.randrange(10**6):06}-{number}")
        chosen = chance.sample(TARGETS, chance.randint(1, len(TARGETS)))
        self.wanted[version] = DesiredState(bundle=BUNDLE, targets=tuple(wish(one, number) for one in chosen))
        governance = Governance((LeafGovernance("shop", tuple(chosen), {}, {}, {}, False, staging=self.staging),))
        resolved = Resolved(BUNDLE, self.wanted[version], governance=governance.to_json())
        self.world.upload(version, resolved, number // 2)
        for _ in range(chance.randint(1, 3)):
            self.course.spawn(lambda: self.admit(version), delay=chance.random() * 90)

    def admit(self, version: Version) -> None:
        self.course.invoke(admit_bundle, self.hub, version.key, None)

    def machine(self, version: Version) -> None:
        """The sync state machine, as it is written."""
        self.each_target(version, targets_key(version), lambda one: plan_target(self.hub, version, one))
        if self.course.invoke(record_plan, self.hub, version)["staged"]:
            self.in_stages(version)
        else:
            self.each_target(version, sync_targets_key(version), lambda one: self.sync(version, one))
        self.course.invoke(record_outcome, self.hub, version)

    def in_stages(self, version: Version) -> None:
        for stage in count(1):
            answer = self.course.invoke(next_stage, self.hub, version, 1, stage)
            if answer["action"] == "wait":
                self.course.sleep((datetime.fromisoformat(answer["until"]) - self.course.now).total_seconds())
            elif answer["action"] == "go":
                self.each_target(version, stage_targets_key(version), lambda one: self.sync(version, one))
            else:
                return

    def sync(self, version: Version, target: Target) -> Any:
        holder = f"run-{self.course.chance.random()}"
        digest, until = self.world.planned(version, target), self.course.now + timedelta(minutes=10)
        return sync_target(self.hub, version, target, digest, holder, until)

    def each_target(self, version: Version, key: str, step: Any) -> None:
        found = [Target(one["account"], one["region"]) for one in json.loads(self.world.documents.texts[key])]
        self.course.join([self.course.spawn(lambda one=one: self.until_free(step, one)) for one in found])  # type: ignore[misc]

    def until_free(self, step: Any, target: Target) -> None:
        while True:
            try:
                self.course.invoke(step, target)
            except TargetBusyError:
                self.course.sleep(15)
            else:
                return


def wish(at: Target, number: int) -> DesiredTarget:
    days = {"DeleteAfterDays": 35 + number}
    wanted = target(
        vault(), plan(rules=[rule(Lifecycle=days)], selections=[selection(f"s-{number % 5}", f"v-{number % 5}")])
    )
    return wanted.model_copy(update={"account": at.account, "region": at.region})


CANARIES = (Staging("acme", Canary(5, ("1*",))),)


@pytest.mark.parametrize("staging", [(), CANARIES], ids=["at once", "staged"])
@pytest.mark.parametrize("seed", range(12))
def test_of_a_burst_the_last_commit_wins_and_nothing_interleaves(seed: int, staging: tuple[Staging, ...]) -> None:
    burst = Burst(seed, staging=staging)
    burst.course.run()
    assert burst.course.killed > 5
    commits = sorted(burst.world.records.commits.values(), key=lambda one: one.order)
    assert {one.id for one in commits} == burst.wanted.keys()
    *earlier, last = commits
    assert last.state is State.SYNCED
    assert {one.state for one in earlier} <= {State.SYNCED, State.SUPERSEDED}
    assert burst.world.alerts.published == []
    wanted = {one.target: one for one in burst.wanted[last.id].targets}
    for place in TARGETS:
        desired = wanted.get(place, DesiredTarget(account=place.account, region=place.region))
        assert diff(desired, burst.members.live[place], BUNDLE).changes == (), place
    assert burst.world.records.known_targets(BUNDLE) >= wanted.keys()
    order = {one.id: place for place, one in enumerate(commits)}
    turns = [order[version] for version, _ in groupby(burst.members.written, key=lambda one: one[0])]
    assert turns == sorted(set(turns)), "a later commit writes only when the earlier one has ended"
    assert_the_ledger_has_all(burst)


def assert_the_ledger_has_all(burst: Burst) -> None:
    """Each commit once, how it ended, and of each that wrote that it began to."""
    entries = burst.world.ledger.entries(BUNDLE)
    assert verify_segment(entries) == []
    versions = {version.version for version in burst.wanted}
    told = {kind: Counter(one.facts["version"] for one in entries if one.kind == kind) for kind in Kind}
    assert told[Kind.COMMIT] == dict.fromkeys(versions, 1)
    assert {*told[Kind.OUTCOME], *told[Kind.SUPERSESSION]} == versions
    wrote = {version.version for version, _ in burst.members.written}
    assert wrote <= {*told[Kind.SYNC_STARTED]}
    # The others were killed between saying that they would begin and their first write, and overtaken.
    assert {*told[Kind.SYNC_STARTED]} - wrote <= {*told[Kind.SUPERSESSION]}


def test_the_same_seed_gives_the_same_course() -> None:
    first, second = Burst(1, commits=8), Burst(1, commits=8)
    first.course.run()
    second.course.run()
    assert first.members.written == second.members.written != []
