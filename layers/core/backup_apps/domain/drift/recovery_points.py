"""Drift of recovery points that are there: each against the rule, in the version of the plan, that made it.

A plan that changes later does not reach them, so neither does the policy of today. Who shortens the retention of a
recovery point itself leaves the plan untouched, and no plan puts it right again. A continuous backup is another matter:
each run of a rule extends the one recovery point that there is, with the retention that the rule has by then.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.continuous import is_continuous
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.judging import direction_of, messages_of
from backup_apps.domain.drift.live_points import LivePoint, MadeBy
from backup_apps.domain.normal_form import lifecycle_of
from backup_apps.domain.protection.classes import Reason
from backup_apps.domain.protection.lifecycles import COLD, DELETE, LIFECYCLE_RULES, LifecycleChange
from backup_apps.domain.protection.rule import reasons_of

MOST = 1000
"""Findings of recovery points in one target: beyond that, one cause is to be found and not a million points."""
_MANAGED_IN_FULL = ":backup:"
"""In ARNs of recovery points that have the key of their vault; others have that of their resource."""


Rules = Callable[[str, str], Mapping[str, MadeBy]]
"""The rules of a version of a plan (ids of both), by their ids; empty where that version can't be read."""


class Held(NamedTuple):
    """What recovery points are held against."""

    rules: Rules
    desired: DesiredTarget
    plans: Mapping[str, str] = {}
    """The names of the bundle's plans, by id."""
    vaults: Collection[str] | None = None
    """Those of the bundle, by name; None where only such are looked at."""

    @property
    def keys(self) -> dict[str, str | None]:
        return {vault.name: vault.key_arn for vault in self.desired.vaults}

    @property
    def apps(self) -> dict[str, str]:
        return {plan.name: plan.app for plan in self.desired.plans}

    def continuous(self, vault: str) -> Iterator[Mapping[str, Any]]:
        """How long rules keep continuous backups in a vault today: of one resource there is one, whoever extends it."""
        rules = (rule for plan in self.desired.plans for rule in plan.backup_plan["Rules"])
        of_vault = (rule for rule in rules if rule["TargetBackupVaultName"] == vault)
        return (lifecycle_of(rule.get("Lifecycle")) for rule in of_vault if rule.get("EnableContinuousBackup"))

    def is_ours(self, vault: str) -> bool:
        return self.vaults is None or vault in self.vaults


def point_drift(points: Iterable[LivePoint], held: Held, known: Collection[tuple[str, str]] = ()) -> tuple[Drift, ...]:
    """In the order of the points, which are looked at one after the other and not kept. `known`: the identities of
    those that were found before; they come first, so that the same are told however the points are ordered."""
    keys, apps = held.keys, held.apps
    found = (drift for point in points for drift in _of_point(point, held, keys, apps))
    return tuple(_most(found, frozenset(known)))


def _most(found: Iterable[Drift], known: Collection[tuple[str, str]]) -> Iterator[Drift]:
    room = MOST - len(known)
    for drift in found:
        if drift.identity in known:
            yield drift
        elif room > 0:
            room -= 1
            yield drift


def _of_point(point: LivePoint, held: Held, keys: Mapping[str, str | None], apps: Mapping[str, str]) -> Iterator[Drift]:
    """A copy is made by a rule of another vault, maybe elsewhere, and what nobody planned has no policy: of these only
    the key is known. Of a vault that is not the bundle's, only what the bundle's plans made there."""
    is_ours, is_astray = held.is_ours(point.vault), point.plan in held.plans and not point.is_copy
    if not is_ours and not is_astray:
        return
    made = None if point.is_copy or not point.plan else held.rules(point.plan, point.version).get(point.rule)
    users = (apps[made.plan],) if made and made.plan in apps else ()
    if made and _differs(made.lifecycle, point.lifecycle) and not _is_extended(point, held.continuous(point.vault)):
        yield _retention(point, made, users)
    if is_ours:
        yield from _under_another_key(point, keys.get(point.vault), users)
    else:
        yield _astray(point, held, users)


def _under_another_key(point: LivePoint, key: str | None, users: tuple[str, ...]) -> Iterator[Drift]:
    if key and point.key_arn and _MANAGED_IN_FULL in point.arn and point.key_arn != key:
        said = f"a recovery point of {point.resource} in vault {point.vault} is under another key than its vault"
        path, kind = "policy.vaults", Kind.RECOVERY_POINT_KEY
        yield Drift(kind, point.arn, Direction.WEAKENS, key, point.key_arn, (said,), users, path, name=point.arn)


def _astray(point: LivePoint, held: Held, users: tuple[str, ...]) -> Drift:
    plan = held.plans[point.plan]
    said = (
        f"a recovery point of {point.resource} was made by plan {plan} in vault {point.vault}, which is not the "
        "bundle's: neither its key nor its lock nor its access policy holds there"
    )
    return Drift(
        Kind.RECOVERY_POINT_VAULT,
        point.arn,
        Direction.WEAKENS,
        None,
        point.vault,
        (said,),
        users,
        "policy.vaults",
        name=point.arn,
    )


def _differs(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    """Types without cold storage leave it out, and that is no drift."""
    return wanted.get(DELETE) != present.get(DELETE) or present.get(COLD) not in (None, wanted.get(COLD))


def _is_extended(point: LivePoint, continuous: Iterable[Mapping[str, Any]]) -> bool:
    """A continuous backup as a run of today leaves it."""
    return is_continuous(point.arn) and not all(_differs(one, point.lifecycle) for one in continuous)


def _retention(point: LivePoint, made: MadeBy, apps: tuple[str, ...]) -> Drift:
    what = f"a recovery point of {point.resource} in vault {point.vault}, made by {made.plan}/{made.rule},"
    reasons = tuple(_reasons(LifecycleChange(what, made.lifecycle, point.lifecycle)))
    return Drift(
        Kind.RETENTION,
        point.arn,
        direction_of(reasons),
        dict(made.lifecycle),
        dict(point.lifecycle),
        messages_of(reasons),
        apps,
        f"policy.plans: retention of rule {made.rule} in {made.plan}",
        name=point.arn,
    )


def _reasons(change: LifecycleChange) -> Iterator[Reason]:
    if change.after.get(COLD) is None:
        change = change._replace(before={key: value for key, value in change.before.items() if key != COLD})
    for reason in reasons_of(LIFECYCLE_RULES, change):
        yield reason._replace(message=reason.message.replace(", keeps recovery points", ", is kept"))
