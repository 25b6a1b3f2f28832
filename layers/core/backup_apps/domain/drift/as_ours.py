"""Live state as if what is in conflict were still the bundle's: whoever takes a tag away hides nothing else by it."""

from collections.abc import Collection, Iterator

from backup_apps.domain.changes import Kind
from backup_apps.domain.desired import DesiredPlan, DesiredTarget, DesiredVault
from backup_apps.domain.live import LivePlan, LiveTarget, LiveTestingPlan, LiveVault, belongs_to
from backup_apps.domain.normal_form import backup_plan

Names = Collection[tuple[Kind, str]]
"""Vaults and plans by name."""


def as_ours(desired: DesiredTarget, live: LiveTarget, bundle: str, names: Names) -> tuple[DesiredTarget, LiveTarget]:
    """What can be compared; a plan of which nobody knows what is in it can't."""
    wanted = {vault.name: vault for vault in desired.vaults if (Kind.VAULT, vault.name) in names}
    vaults = (_vault(one, wanted[one.name]) if one.name in wanted else one for one in live.vaults)
    lost = {plan.name: plan for plan in desired.plans if (Kind.PLAN, plan.name) in names}
    taken = {name: plan for name, one in lost.items() for plan in _plan(one, live, bundle)}
    others = [plan for plan in live.plans if plan.name not in lost]
    known = tuple(plan for plan in desired.plans if plan.name not in lost or plan.name in taken)
    return (
        desired.model_copy(update={"plans": known}),
        live.model_copy(
            update={
                "vaults": tuple(vaults),
                "plans": (*others, *taken.values()),
                "testing": tuple(_testing(desired, live, names)),
            }
        ),
    )


def _testing(desired: DesiredTarget, live: LiveTarget, names: Names) -> Iterator[LiveTestingPlan]:
    wanted = {plan.name: plan.tags for plan in desired.testing or ()}
    for plan in live.testing:
        lost = (Kind.TESTING_PLAN, plan.name) in names
        yield plan.model_copy(update={"tags": wanted[plan.name]}) if lost else plan


def _vault(vault: LiveVault, wanted: DesiredVault) -> LiveVault:
    """Its tags, its key and a lock that is fixed can't be put back: of these the conflict tells."""
    lock = vault.lock and vault.lock.model_copy(update={"fixed": False})
    key_arn = wanted.key_arn or vault.key_arn
    return vault.model_copy(update={"tags": wanted.tags, "key_arn": key_arn, "lock": lock})


def _plan(wanted: DesiredPlan, live: LiveTarget, bundle: str) -> Iterator[LivePlan]:
    """Of several of the name, one with the tag before one without, and one as it was synced before one that is not."""
    known = [plan for plan in live.plans if plan.name == wanted.name and plan.content is not None]
    content = backup_plan(wanted.backup_plan)
    known.sort(key=lambda plan: (not belongs_to(plan.tags, bundle), plan.content != content, plan.id))
    for plan in known[:1]:
        yield plan.model_copy(update={"tags": wanted.tags})
