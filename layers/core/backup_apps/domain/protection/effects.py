"""What a change reaches, what keeps on as it was, and what it leaves behind: from what is known of live state."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from backup_apps.domain.changes import Change, Create, Keep, Kind, Prune
from backup_apps.domain.live import LiveTarget
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.plan_rules import VAULT, RuleChange
from backup_apps.domain.protection.plans import PlanChange, plan_change


class Effects(NamedTuple):
    """A sentence each."""

    reaches: tuple[str, ...] = ()
    not_retroactive: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


class _Points(NamedTuple):
    """The recovery points of the vaults that were read."""

    by_vault: dict[str, int]

    def may_be_in(self, vault: str) -> bool:
        """Where a vault is known to be empty, nothing has to be said of what it holds."""
        return self.by_vault.get(vault) != 0

    def in_vault(self, name: str) -> str:
        number = self.by_vault.get(name)
        if number is None:
            return f"recovery points in vault {name}"
        counted = "the one recovery point" if number == 1 else f"the {number} recovery points"
        return f"{counted} in vault {name}"


def effects_of(change: Change, live: LiveTarget, class_: Class) -> Effects:
    """What there is to say; of a selection of which all is still taken in, nothing.

    Counts are those of whole vaults: how many points each plan made can't be known without reading them all.
    """
    if isinstance(change, Keep):
        return Effects(orphans=(f"{change.kind.value} {change.name}: {change.reason}",))
    if change.kind is Kind.SELECTION and class_ is Class.NEUTRAL:
        return Effects()
    points = _Points({vault.name: vault.recovery_points for vault in live.vaults})
    effects = _OF_KIND.get(change.kind)
    return effects(change, points) if effects else Effects()


def _plan(change: Any, points: _Points) -> Effects:
    plan = plan_change(change)
    if isinstance(change, Create):
        return Effects((f"new recovery points of plan {plan.name}, from its first run on",), (_NOTHING_BEFORE,))
    vaults = _vaults_of(plan)
    if isinstance(change, Prune):
        left = tuple(
            f"what plan {plan.name} made among {points.in_vault(name)}: it keeps its lifecycle, and nothing makes more"
            for name in vaults
            if points.may_be_in(name)
        )
        return Effects((f"no new recovery points of plan {plan.name} from now on",), (), left)
    return _updated_plan(plan, points)


def _updated_plan(plan: PlanChange, points: _Points) -> Effects:
    before, after = plan.rules
    touched = [rule for rule in plan.kept_rules if rule.before != rule.after]
    new = [f"{plan.name}/{name}" for name in (*(rule.name for rule in touched), *sorted(after.keys() - before.keys()))]
    vaults = sorted({rule.before[VAULT] for rule in touched if _is_about_points(rule)})
    gone = sorted(before.keys() - after.keys())
    return Effects(
        reaches=(f"new recovery points of {_and(new)}, from the next run on",) if new else (),
        not_retroactive=tuple(
            f"{points.in_vault(name)} and their copies keep the lifecycle that they were made with"
            for name in vaults
            if points.may_be_in(name)
        ),
        orphans=tuple(
            f"what rule {name} made among {points.in_vault(before[name][VAULT])}: it keeps its lifecycle"
            for name in gone
            if points.may_be_in(before[name][VAULT])
        ),
    )


def _is_about_points(rule: RuleChange) -> bool:
    return any(rule.before.get(key) != rule.after.get(key) for key in ("Lifecycle", "CopyActions", VAULT))


def _vaults_of(plan: PlanChange) -> list[str]:
    return sorted({str(rule[VAULT]) for rule in plan.rules[0].values()})


def _selection(change: Any, points: _Points) -> Effects:
    if isinstance(change, Prune):
        left = f"recovery points of resources that only {change.item} took in: they keep their lifecycle"
        return Effects((f"no new recovery points through {change.item} from now on",), (), (left,))
    return Effects((f"what {change.item} takes in, from the next run of plan {change.name} on",), (_NOTHING_BEFORE,))


def _lock(change: Any, points: _Points) -> Effects:
    if not points.may_be_in(change.name):
        return Effects(("what the vault is given from now on",))
    held = points.in_vault(change.name)
    said = "are guarded by the lock no more" if isinstance(change, Prune) else "are guarded by the lock"
    return Effects((f"{held} {said}, from now on",), (f"{held} keep their lifecycle: the bounds are for new ones",))


def _access_policy(change: Any, points: _Points) -> Effects:
    held = f"{points.in_vault(change.name)}, and " if points.may_be_in(change.name) else ""
    return Effects((f"{held}new ones, from now on",))


def _region_settings(change: Any, points: _Points) -> Effects:
    return Effects(("new recovery points of these types, from the next run of each plan on",), (_KEEPS,))


def _vault(change: Any, points: _Points) -> Effects:
    return Effects() if isinstance(change, Prune) else Effects(("what rules and copies put into it from now on",))


def _testing(change: Any, points: _Points) -> Effects:
    tested = f"{change.name}/{change.item}" if change.item else change.name
    return Effects(
        (f"no tests of {tested} from now on" if isinstance(change, Prune) else f"tests of {tested} to come",)
    )


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


_NOTHING_BEFORE = "there are no recovery points from before the first run"
_KEEPS = "recovery points that are there already stay as they are"

_OF_KIND: dict[Kind, Callable[[Any, _Points], Effects]] = {
    Kind.PLAN: _plan,
    Kind.SELECTION: _selection,
    Kind.LOCK: _lock,
    Kind.ACCESS_POLICY: _access_policy,
    Kind.REGION_SETTINGS: _region_settings,
    Kind.VAULT: _vault,
    Kind.TESTING_PLAN: _testing,
    Kind.TESTING_SELECTION: _testing,
}
