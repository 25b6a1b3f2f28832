"""Drift of what a sync writes: plans, rules, selections, vaults and what belongs to them, settings of a region.

It is the way from what was synced to what is live, judged as if it were a change that somebody proposed: so its
direction is that of the change, by the same rules.
"""

from collections.abc import Iterable, Iterator

from backup_apps.domain.changes import ChangeSet, Conflict
from backup_apps.domain.changes import Kind as ChangeKind
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.difference import difference
from backup_apps.domain.drift.as_ours import Names, as_ours
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import apps_of_vault
from backup_apps.domain.drift.plan_drift import changed_plans, selections, whole_plans
from backup_apps.domain.drift.testing_drift import restore_tests
from backup_apps.domain.drift.vault_drift import region_settings, vaults
from backup_apps.domain.live import ORGANIZATIONS_PLAN, LiveTarget, is_nobodys

_MADE_BY_AWS = "aws/"
"""How the names of plans begin that AWS Backup makes for other services, such as that of new EFS file systems.

https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
"""

_WHOLE = {
    **dict.fromkeys((Kind.PLAN, Kind.RULE, Kind.SELECTION, Kind.MISSING_PLAN), ChangeKind.PLAN),
    Kind.RESTORE_TESTING: ChangeKind.TESTING_PLAN,
}
"""What each is a part of; of all others it is a vault."""
_IN_CONFLICT = {
    ChangeKind.PLAN: (Kind.PLAN, "policy.plans"),
    ChangeKind.VAULT: (Kind.VAULT, "policy.vaults"),
    ChangeKind.TESTING_PLAN: (Kind.RESTORE_TESTING, "policy.verification"),
}


def configuration_drift(desired: DesiredTarget, live: LiveTarget, bundle: str) -> tuple[Drift, ...]:
    """Everything in a target that is not as it was synced, by kind and name. Vault keys in `desired` are key ARNs."""
    conflicts = difference(desired, live, bundle).conflicts
    lost = frozenset((one.kind, one.name) for one in conflicts)
    change_set = _changes(desired, live, bundle, lost)
    found = [
        *whole_plans(change_set, desired),
        *changed_plans(change_set, desired),
        *selections(change_set, desired),
        *vaults(change_set, desired),
        *region_settings(change_set, desired),
        *restore_tests(change_set, desired),
        *_conflicts(conflicts, desired),
        *_unmanaged(desired, live),
    ]
    return tuple(sorted((_belonging(one, lost) for one in found), key=lambda drift: drift.identity))


def _changes(desired: DesiredTarget, live: LiveTarget, bundle: str, lost: Names) -> ChangeSet:
    """Also in what is in conflict. A lock that is fixed and not as synced is a conflict itself."""
    changes = difference(*as_ours(desired, live, bundle, lost), bundle=bundle).changes
    fixed = {vault.name for vault in live.vaults if vault.lock and vault.lock.fixed}
    kept = tuple(one for one in changes if one.kind is not ChangeKind.LOCK or one.name not in fixed)
    return ChangeSet(bundle=bundle, account=live.account, region=live.region, changes=kept)


def _belonging(drift: Drift, lost: Names) -> Drift:
    return drift._replace(is_ours=(_WHOLE.get(drift.kind, ChangeKind.VAULT), drift.name) not in lost)


def _conflicts(conflicts: Iterable[Conflict], desired: DesiredTarget) -> Iterator[Drift]:
    """What is under a name of the bundle and is not the bundle's any more: its tag is gone, its key another, it is
    there twice, or nobody can change it."""
    by_name: dict[tuple[ChangeKind, str], list[str]] = {}
    for one in conflicts:
        by_name.setdefault((one.kind, one.name), []).append(one.said)
    return (_conflict(kind, name, said, desired) for (kind, name), said in by_name.items())


def _conflict(of: ChangeKind, name: str, said: Iterable[str], desired: DesiredTarget) -> Drift:
    kind, path = _IN_CONFLICT[of]
    apps = apps_of_vault(name, desired) if of is ChangeKind.VAULT else _apps_of_plan(of, name, desired)
    return Drift(kind, name, Direction.WEAKENS, None, None, tuple(said), apps, path, name=name)


def _apps_of_plan(of: ChangeKind, name: str, desired: DesiredTarget) -> tuple[str, ...]:
    plans = desired.plans if of is ChangeKind.PLAN else desired.testing or ()
    return tuple(plan.app for plan in plans if plan.name == name)


def _unmanaged(desired: DesiredTarget, live: LiveTarget) -> Iterator[Drift]:
    """Plans that no bundle, no organization and no service of AWS manages."""
    wanted = {plan.name for plan in desired.plans}
    for plan in live.plans:
        is_somebodys = plan.id.startswith(ORGANIZATIONS_PLAN) or plan.name.startswith(_MADE_BY_AWS)
        if is_nobodys(plan.tags) and plan.name not in wanted and not is_somebodys:
            told = f"plan {plan.name} is no bundle's: import it, or delete it"
            yield Drift(
                Kind.UNMANAGED_PLAN,
                plan.arn,
                Direction.NEUTRAL,
                None,
                {"BackupPlanName": plan.name},
                (told,),
                name=plan.name,
            )
