"""What is asked of AWS Backup from when on: one desired state, or two, the second in place of the first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredPlan, DesiredState, DesiredTarget, DesiredVault, Target
from backup_apps.domain.regions import partition_of
from backup_apps.domain.simulation.assignment import is_selected
from backup_apps.domain.simulation.kinds import KINDS, MANAGEMENT_DEFAULTS
from backup_apps.domain.simulation.resources import Resource


class VaultPlace(NamedTuple):
    """A vault, by where it is and what it is called there."""

    target: Target
    name: str

    def __str__(self) -> str:
        return f"{self.target}/{self.name}"


class Lifecycle(NamedTuple):
    """Days; None for never."""

    delete: int | None = None
    cold: int | None = None
    archives: bool = False


class CopyAction(NamedTuple):
    to: VaultPlace
    lifecycle: Lifecycle


class Rule(NamedTuple):
    app: str
    plan: str
    name: str
    vault: VaultPlace
    schedule: str
    timezone: str
    start_window: timedelta
    completion_window: timedelta
    lifecycle: Lifecycle
    is_continuous: bool
    copies: tuple[CopyAction, ...]


class Vault(NamedTuple):
    """`key` is as written, an alias maybe; AWS's own where none is. Retention in days."""

    place: VaultPlace
    key: str
    has_own_key: bool
    shortest: int | None
    longest: int | None
    access_policy: str | None


class Plan(NamedTuple):
    name: str
    rules: tuple[Rule, ...]
    selections: tuple[Mapping[str, Any], ...]


_OPT_IN_DEFAULTS = {kind.name: kind.is_opted_in for kind in KINDS.values()}


class Region(NamedTuple):
    """What one target is asked for, with what was set in it before and stays."""

    plans: tuple[Plan, ...] = ()
    opt_in: Mapping[str, bool] = _OPT_IN_DEFAULTS
    management: Mapping[str, bool] = MANAGEMENT_DEFAULTS

    def roles(self, resource: Resource) -> dict[str, str]:
        """By the names of the plans that back a resource up, the role that each does it with."""
        found: dict[str, str] = {}
        for plan in self.plans:
            for selection in plan.selections:
                if plan.name not in found and is_selected(selection, resource, self.opt_in):
                    found[plan.name] = selection["IamRoleArn"]
        return found


_NOTHING = Region()


class Era(NamedTuple):
    """From `start` until the next era. Vaults of earlier eras stay: a sync deletes none that holds something."""

    start: datetime
    regions: Mapping[Target, Region]
    vaults: Mapping[VaultPlace, Vault]

    def region(self, target: Target) -> Region:
        return self.regions.get(target, _NOTHING)


History = tuple[Era, ...]
"""In order, each with another start."""


def first_era(start: datetime, state: DesiredState) -> Era:
    return next_era(Era(start, {}, {}), start, state)


def next_era(before: Era, start: datetime, state: DesiredState) -> Era:
    """Settings of a region merge: what is named no more keeps its setting.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
    """
    asked = {one.target: one for one in state.targets}
    kept = {target: region._replace(plans=()) for target, region in before.regions.items()}
    regions = {target: _region(one, before.region(target)) for target, one in asked.items()}
    vaults = {
        vault.place: vault for one in state.targets for vault in (_vault(each, one.target) for each in one.vaults)
    }
    return Era(start, {**kept, **regions}, {**before.vaults, **vaults})


def _region(asked: DesiredTarget, before: Region) -> Region:
    settings = asked.region_settings or {}
    return Region(
        plans=tuple(_plan(plan, asked.target) for plan in asked.plans),
        opt_in={**before.opt_in, **settings.get("ResourceTypeOptInPreference", {})},
        management={**before.management, **settings.get("ResourceTypeManagementPreference", {})},
    )


def _vault(asked: DesiredVault, target: Target) -> Vault:
    lock = asked.lock or {}
    return Vault(
        place=VaultPlace(target, asked.name),
        key=asked.key_arn or aws_key(target),
        has_own_key=asked.key_arn is not None,
        shortest=lock.get("MinRetentionDays"),
        longest=lock.get("MaxRetentionDays"),
        access_policy=asked.access_policy["Policy"] if asked.access_policy else None,
    )


def aws_key(target: Target) -> str:
    """The key that AWS manages for vaults which name none."""
    return f"arn:{partition_of(target.region)}:kms:{target.region}:{target.account}:alias/aws/backup"


def _plan(asked: DesiredPlan, target: Target) -> Plan:
    rules = tuple(_rule(rule, asked, target) for rule in asked.backup_plan["Rules"])
    return Plan(asked.name, rules, asked.selections)


def _rule(rule: Mapping[str, Any], plan: DesiredPlan, target: Target) -> Rule:
    return Rule(
        app=plan.app,
        plan=plan.name,
        name=rule["RuleName"],
        vault=VaultPlace(target, rule["TargetBackupVaultName"]),
        schedule=rule["ScheduleExpression"],
        timezone=rule["ScheduleExpressionTimezone"],
        start_window=timedelta(minutes=rule["StartWindowMinutes"]),
        completion_window=timedelta(minutes=rule["CompletionWindowMinutes"]),
        lifecycle=_lifecycle(rule["Lifecycle"]),
        is_continuous=rule["EnableContinuousBackup"],
        copies=tuple(_copy(action) for action in rule.get("CopyActions", ())),
    )


def _copy(action: Mapping[str, Any]) -> CopyAction:
    region, account, _, name = action["DestinationBackupVaultArn"].split(":")[3:]
    return CopyAction(VaultPlace(Target(account, region), name), _lifecycle(action["Lifecycle"]))


def _lifecycle(document: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        delete=document.get("DeleteAfterDays"),
        cold=document.get("MoveToColdStorageAfterDays"),
        archives=document.get("OptInToArchiveForSupportedResources", False),
    )
