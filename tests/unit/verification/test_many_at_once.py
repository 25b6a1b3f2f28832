"""A hundred apps that are rehearsed in one account at the same moment, as the state machine goes on with them."""

import json
from collections import deque
from datetime import timedelta
from itertools import count

from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.usecases.check_restore import check_restore
from backup_apps.usecases.choose_points import choose_points
from backup_apps.usecases.clean_up_restore import clean_up_restore
from backup_apps.usecases.record_verification import record_verification
from backup_apps.usecases.restore_point import AT_ONCE, SandboxFullError, restore_point
from backup_apps.usecases.start_verifications import start_verifications
from backup_apps.usecases.verification_requests import Step, VerificationRequest

from .memory import World
from .memory_account import BUNDLE, HERE, KEY, NOW, ROLE, SOURCES, VERSION

APPS = 100
PAYLOAD_LIMIT = 262_144
"""Bytes between states. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


def crowded() -> World:
    world = World()
    leaves = tuple(
        LeafGovernance(f"app-{number}", (HERE,), {}, {"schedule": "cron(0 6 ? * MON *)"}, {}, False)
        for number in range(APPS)
    )
    world.documents.write(governance_key(VERSION), canonical_json(Governance(leaves).to_json()))
    plan = {"BackupPlanName": "shop-daily", "Rules": [{"TargetBackupVaultName": "main"}]}
    plans = [
        DesiredPlan(app=leaf.app, backup_plan=plan, tags={}, selections=({"IamRoleArn": ROLE},)) for leaf in leaves
    ]
    vaults = (DesiredVault(name="main", key_arn=KEY, tags={}),)
    desired = DesiredTarget(account=HERE.account, region=HERE.region, vaults=vaults, plans=tuple(plans))
    world.documents.write(desired_key(VERSION, HERE), desired.to_text())
    return world


class Crowd:
    """The executions that go on at once: each rehearsal waits for a place, restores, and is checked and cleaned up."""

    def __init__(self, world: World) -> None:
        self.world, self.tokens = world, count()
        self.waiting: deque[Rehearsal] = deque()
        self.restoring: dict[str, Rehearsal] = {}
        self.most, self.refused = 0, 0

    def go_on(self) -> None:
        """All that wait try at once, as many as have a place restore, and those end."""
        for _ in range(len(self.waiting)):
            self._try(self.waiting.popleft())
        running = [job for job in self.world.account.jobs.values() if job.status == "RUNNING"]
        self.most = max(self.most, len(running))
        self.world.finish_jobs()
        for token in list(self.restoring):
            self._end(Step.model_validate({"rehearsal": self.world.machine.given[token]}).rehearsal)
            del self.restoring[token]

    def _try(self, rehearsal: Rehearsal) -> None:
        token = f"token-{next(self.tokens)}"
        try:
            restore_point(self.world.verifying, rehearsal, token)
        except SandboxFullError:
            self.refused += 1
            self.waiting.append(rehearsal)
        else:
            self.restoring[token] = rehearsal

    def _end(self, rehearsal: Rehearsal) -> None:
        checked = check_restore(self.world.verifying, rehearsal)
        record_verification(self.world.verifying, clean_up_restore(self.world.verifying, checked))


def test_a_hundred_at_once_stay_inside_the_quotas_and_all_are_verified() -> None:
    world = crowded()
    crowd = Crowd(world)
    started = start_verifications(world.verifying, NOW)["started"]
    assert (len(started), len(set(started))) == (APPS, APPS)
    for run in started:
        request = VerificationRequest.model_validate(world.machine.started[run])
        chosen = choose_points(world.verifying, request).alone
        assert len(json.dumps([one.model_dump(mode="json") for one in chosen])) < PAYLOAD_LIMIT / 10
        crowd.waiting += chosen
    assert len(crowd.waiting) == 2 * APPS
    rounds = 0
    while crowd.waiting:
        crowd.go_on()
        rounds += 1
    assert (crowd.most, rounds) == (AT_ONCE, 2 * APPS // AT_ONCE)
    assert crowd.refused == sum(2 * APPS - AT_ONCE * done for done in range(1, rounds))
    verdicts = [one.verdict for one in world.rehearsals.results(BUNDLE)]
    assert verdicts == [Verdict.VERIFIED] * (2 * APPS)
    assert (world.account.there, world.rehearsals.open, world.rehearsals.restoring) == ({}, {}, {HERE: set()})


def test_a_group_needs_one_place_so_that_no_two_wait_for_each_other() -> None:
    world = World(group={"resources": list(SOURCES)})
    start_verifications(world.verifying, NOW)
    (run,) = world.machine.started.values()
    members = choose_points(world.verifying, VerificationRequest.model_validate(run)).group
    other = members[0].model_copy(update={"run": "other"})
    assert [world.rehearsals.enter(one, 1) for one in (*members, other)] == [True, True, False]


def test_a_place_that_was_left_by_a_killed_execution_is_taken_again_by_its_successor() -> None:
    world = crowded()
    start_verifications(world.verifying, NOW)
    world.fuse.left = world.fuse.calls + 7
    world.run_all()
    (held,) = world.rehearsals.restoring.values()
    assert len(held) == 1
    world.finish_jobs()
    start_verifications(world.verifying, NOW + timedelta(hours=1))
    world.run_all()
    assert world.rehearsals.restoring == {HERE: set()}
