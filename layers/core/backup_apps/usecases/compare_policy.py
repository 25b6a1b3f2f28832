"""What a version changes in what AWS Backup does not hold, against the last that reached a target."""

from typing import TYPE_CHECKING

from backup_apps.domain.commits import Version
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.protection.governance import Governance
from backup_apps.ports.storage import Documents, Records
from backup_apps.usecases.governed import governance_in_force

if TYPE_CHECKING:
    from backup_apps.domain.protection.policy_changes import PolicyChange


def compare_policy(
    records: Records, documents: Documents, bundle: str, governance: Governance, version: Version | None = None
) -> "tuple[PolicyChange, ...]":
    """Nothing against nothing: the first version of a bundle changes no promise.

    `version` is whose governance it is: it may have reached targets itself before it was planned again. The rules are
    loaded where there is something to judge, which most versions have not.
    """
    reached = records.latest_reached(bundle, but=version)
    if reached is None:
        return ()
    try:
        before = governance_in_force(documents, reached.id)
    except NotFoundError:
        from backup_apps.domain.protection.policy_changes import unknown_before

        return unknown_before(reached.version)
    if before == governance:
        return ()
    from backup_apps.domain.protection.policy_changes import policy_changes

    return policy_changes(before, governance)
