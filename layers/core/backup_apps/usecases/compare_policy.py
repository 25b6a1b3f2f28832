"""What a version changes in what AWS Backup does not hold, against the last that was synced."""

import json

from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.protection.governance import Governance, governance_from
from backup_apps.domain.protection.policy_changes import PolicyChange, policy_changes, unknown_before
from backup_apps.domain.state_documents import governance_key
from backup_apps.ports import Documents, Records


def compare_policy(
    records: Records, documents: Documents, bundle: str, governance: Governance
) -> tuple[PolicyChange, ...]:
    """None against nothing: the first version of a bundle changes no promise."""
    synced = records.latest_synced(bundle)
    if synced is None:
        return policy_changes(None, governance)
    try:
        before = governance_from(json.loads(documents.read(governance_key(synced.id))))
    except NotFoundError:
        return unknown_before(synced.version)
    return policy_changes(before, governance)
