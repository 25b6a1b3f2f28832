"""`simulate` and the virtual clock of the local AWS Backup know nothing of each other, and say the same of each day."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
from simulated_bundles import CATALOG, EXTERNAL, KEY, TARGETS, Drawn, draw

from backup_apps.domain.desired import DesiredPlan, DesiredState, DesiredTarget, Target
from backup_apps.domain.simulation.points import Form, Point, Reason
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.what_if import Question, midnight, simulate
from backup_apps_local.backup.client import client
from backup_apps_local.backup.cloud import InMemoryCloud
from backup_apps_local.backup.records import RecoveryPoint
from backup_apps_local.backup.service import BackupService, Surroundings

BUNDLES, DAYS, PARTS = 200, 400, 8
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PRICES = Prices.model_validate(
    {"currency": "USD", "asOf": "2026-01-01", "source": "nobody", "dailyChange": "2%", "transfer": 0.02}
    | {"other": {"warm": 0.05}}
)
ANYONE = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}}'


Place = tuple[str, str, str]
"""Account, region and name of a vault."""


class Life(NamedTuple):
    """A recovery point, with the days at whose ends it was first there, first cold and first gone; None for later."""

    vault: Place
    resource: str
    rule: tuple[str, str]
    form: Form
    created: datetime
    key: str | None
    there: int
    cold: int | None
    gone: int | None


class Cloud:
    """The AWS Backup of the local AWS with its clients, emptied for each story."""

    def __init__(self) -> None:
        self.resources = InMemoryCloud()
        around = Surroundings(resources=self.resources, data=self.resources)
        self.service = BackupService(lambda: BEGINNING, around=around)
        self.clients = {target: client(self.service, *target) for target in TARGETS}

    def begin(self, drawn: Drawn) -> None:
        self.service.reset()
        self.resources.load({"made": 0, "resources": [], "snapshots": {}})
        for one in drawn.resources:
            self.resources.add(*one.target, one.arn, {"x": b"x"}, tags=dict(one.tags), key_arn=one.key)
        for target, backup in self.clients.items():
            backup.create_backup_vault(BackupVaultName=EXTERNAL, EncryptionKeyArn=key_of(target))
            backup.put_backup_vault_access_policy(BackupVaultName=EXTERNAL, Policy=ANYONE)
        self.clients[TARGETS[0]].update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})

    def apply(self, state: DesiredState) -> None:
        for desired in state.targets:
            self._apply(desired, self.clients[desired.target])

    def _apply(self, desired: DesiredTarget, backup: Any) -> None:
        if desired.region_settings:
            backup.update_region_settings(**desired.region_settings)
        there = {vault["BackupVaultName"]: vault for vault in backup.list_backup_vaults()["BackupVaultList"]}
        for vault in desired.vaults:
            name = {"BackupVaultName": vault.name}
            if vault.name not in there:
                backup.create_backup_vault(**name, **({"EncryptionKeyArn": vault.key_arn} if vault.key_arn else {}))
            elif there[vault.name]["Locked"]:
                backup.delete_backup_vault_lock_configuration(**name)
            if vault.access_policy:
                backup.put_backup_vault_access_policy(**name, **vault.access_policy)
            elif vault.name in there:
                backup.delete_backup_vault_access_policy(**name)
            if vault.lock:
                backup.put_backup_vault_lock_configuration(**name, **vault.lock)
        self._apply_plans(desired.plans, backup)

    def _apply_plans(self, plans: tuple[DesiredPlan, ...], backup: Any) -> None:
        there = {plan["BackupPlanName"]: plan["BackupPlanId"] for plan in backup.list_backup_plans()["BackupPlansList"]}
        for plan in plans:
            plan_id = there.pop(plan.name, None)
            if plan_id is None:
                plan_id = backup.create_backup_plan(BackupPlan=plan.backup_plan)["BackupPlanId"]
            elif not same_rules(backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"], plan):
                backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan.backup_plan)
            old = clear(backup, plan_id, {one["SelectionName"] for one in plan.selections})
            for selection in plan.selections:
                if selection["SelectionName"] not in old:
                    backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)
        for plan_id in there.values():
            clear(backup, plan_id, set())
            backup.delete_backup_plan(BackupPlanId=plan_id)

    def points(self) -> Iterator[tuple[Place, dict[str, RecoveryPoint]]]:
        for place, region in self.service.world.regions.items():
            account, _, name = place.partition("/")
            for vault in region.vaults.values():
                yield (account, name, vault.name), vault.recovery_points


def key_of(target: Target) -> str:
    return KEY.replace("${account}", target.account).replace("${region}", target.region)


def same_rules(live: dict[str, Any], plan: DesiredPlan) -> bool:
    rules = [{name: value for name, value in rule.items() if name != "RuleId"} for rule in live["Rules"]]
    wanted = [
        {name: value for name, value in rule.items() if value not in ({}, [])} for rule in plan.backup_plan["Rules"]
    ]
    return rules == wanted


def clear(backup: Any, plan_id: str, kept: set[str]) -> set[str]:
    """Deletes the selections of a plan that are not to be kept, and says which those are that it has."""
    found = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    for one in found:
        if one["SelectionName"] not in kept:
            backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=one["SelectionId"])
    return {one["SelectionName"] for one in found}


@cache
def cloud() -> Cloud:
    return Cloud()


def lived(drawn: Drawn) -> Counter[Life]:
    """As the virtual clock tells it, looked at when each day ends."""
    aws, start = cloud(), midnight(drawn.first)
    aws.begin(drawn)
    if drawn.before:
        aws.service.advance(to=start - timedelta(days=drawn.past))
        aws.apply(drawn.before)
    aws.service.advance(to=start)
    aws.apply(drawn.after)
    return Counter(told(*found) for found in looked_at(aws, start))


def looked_at(aws: Cloud, start: datetime) -> Iterator[tuple[Place, RecoveryPoint, int, int | None, int | None]]:
    """Recovery points as they are found day by day; what they are is read once, when and how long they are each day."""
    seen: dict[int, tuple[Place, RecoveryPoint]] = {}
    there: dict[int, int] = {}
    cold: dict[int, int] = {}
    gone: dict[int, int] = {}
    for day in range(DAYS):
        aws.service.advance(to=start + timedelta(days=day + 1))
        now: dict[int, tuple[Place, RecoveryPoint]] = {}
        for place, points in aws.points():
            now |= {id(point): (place, point) for point in points.values()}
        new = now.keys() - seen.keys()
        seen |= {one: now[one] for one in new}
        there |= dict.fromkeys(new, day)
        cooling = (one for one, (_, point) in now.items() if point.storage_class == "COLD" and one not in cold)
        cold |= dict.fromkeys(cooling, day)
        gone |= dict.fromkeys(there.keys() - gone.keys() - now.keys(), day)
    for one, (place, point) in seen.items():
        yield place, point, there[one], cold.get(one), gone.get(one)


def told(vault: Place, point: RecoveryPoint, there: int, cold: int | None, gone: int | None) -> Life:
    creator = point.created_by or {}
    copy = point.source_vault_arn is not None
    form = Form.COPY if copy else Form.CONTINUOUS if point.is_continuous else Form.SNAPSHOT
    rule = (creator["BackupPlanName"], creator["BackupRuleName"])
    return Life(vault, point.resource_arn, rule, form, point.created, known(point.key_arn, vault), there, cold, gone)


def known(key: str | None, vault: Place) -> str | None:
    """The key that AWS manages goes by two names, and that of a vault outside of the bundle is not known: neither is
    compared."""
    is_known = key and vault[2] != EXTERNAL and not key.endswith("alias/aws/backup")
    return key if is_known and key.endswith(("/own", KEY[-36:])) else None


def asked(drawn: Drawn) -> Question:
    return Question(
        after=drawn.after,
        before=drawn.before,
        since=drawn.first - timedelta(days=drawn.past),
        first=drawn.first,
        days=DAYS,
        resources=drawn.resources,
        prices=PRICES,
        zone_of=CATALOG.zone_of,
    )


def foretold(drawn: Drawn) -> Counter[Life]:
    """As `simulate` says."""
    question = asked(drawn)
    ends = question.ends
    lives = (life_of(point, ends) for point in simulate(question).after.points)
    return Counter(life for life in lives if life)


def life_of(point: Point, ends: tuple[datetime, ...]) -> Life | None:
    """None for what comes and goes between two looks."""
    there = day_of(point.completed, ends)
    gone = day_of(point.deleted, ends)
    cold = day_of(point.cold, ends)
    if there is None or there == gone:
        return None
    vault = (*point.vault.target, point.vault.name)
    if cold is not None and gone is not None and cold >= gone:
        cold = None
    if cold is not None:
        cold = max(cold, there)
    rule = (point.rule.plan, point.rule.name)
    return Life(vault, point.resource.arn, rule, point.form, point.created, known(point.key, vault), there, cold, gone)


def day_of(moment: datetime | None, ends: tuple[datetime, ...]) -> int | None:
    if moment is None or moment > ends[-1]:
        return None
    return bisect_left(ends, moment)


@pytest.mark.parametrize("part", range(PARTS))
def test_each_day_is_as_the_virtual_clock_makes_it(part: int) -> None:
    """The earlier half of the odd bundles is of the transition: what is there already keeps its retention."""
    for seed in range(part, BUNDLES, PARTS):
        drawn = draw(seed)
        told, said = lived(drawn), foretold(drawn)
        assert (seed, sorted(map(str, told - said)), sorted(map(str, said - told))) == (seed, [], [])


def test_the_bundles_meet_everything_that_can_become_of_a_recovery_point() -> None:
    """So that the law above is of all of it, but of jobs that a lock refuses, for which no bundle is valid."""
    drawn = [draw(seed) for seed in range(BUNDLES)]
    outcomes = [outcome for one in drawn for outcome in simulate(asked(one)).after.outcomes]
    points = [point for outcome in outcomes for point in outcome.points]
    assert {point.form for point in points} == set(Form)
    assert {miss.reason for outcome in outcomes for miss in outcome.misses} == set(Reason) - {Reason.REFUSED}
    assert {(point.cold is None, point.deleted is None) for point in points} == set(product((True, False), repeat=2))
    assert any(point.form is Form.CONTINUOUS and point.ended for point in points)
    assert any(point.vault.target.account != point.resource.target.account for point in points)
