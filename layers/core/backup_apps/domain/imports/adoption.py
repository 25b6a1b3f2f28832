"""What an imported app adopts, so that its first sync takes the plan and its vaults over as they are."""

from typing import Any

from backup_apps.domain.desired import BUNDLE_TAG
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.domain.imports.vaults import has_compliance_lock
from backup_apps.domain.live import is_nobodys


def word_adoption(found: FoundPlan) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The names to adopt, and what a person must free first. Nothing for a plan that was not read from an account.

    A vault whose lock could not be put into words is not adopted: the first sync would take the lock away.
    """
    if not found.plan_id:
        return {}, ()
    held = [("vaults", vault.name, vault.tags) for vault in found.vaults if not has_compliance_lock(vault)]
    held.append(("plans", found.name, found.tags))
    adopt: dict[str, Any] = {}
    notes: list[str] = []
    for kind, name, tags in held:
        if is_nobodys(tags):
            adopt.setdefault(kind, []).append(name)
        else:
            notes.append(
                f"{kind.removesuffix('s')} '{name}' belongs to the bundle '{tags[BUNDLE_TAG]}': "
                f"take its tag {BUNDLE_TAG} away before you push, and do not push that bundle again"
            )
    return adopt, tuple(notes)
