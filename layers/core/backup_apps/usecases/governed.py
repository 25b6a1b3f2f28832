"""What a version says, the one in force above all, as it was stored when it was admitted."""

import json

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.protection.governance import Governance, governance_from
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.ports.storage import Documents, Records


def version_in_force(records: Records, bundle: str) -> Version | None:
    """The last that reached all of its targets."""
    commit = records.latest_synced(bundle)
    return commit.id if commit else None


def governance_in_force(documents: Documents, version: Version) -> Governance:
    """The promises of a version. Raises NotFoundError for one of a release that did not store them."""
    return governance_from(json.loads(documents.read(governance_key(version))))


def desired_in_force(documents: Documents, version: Version, target: Target) -> DesiredTarget:
    """What a version asks of a target."""
    return DesiredTarget.model_validate_json(documents.read(desired_key(version, target)))
