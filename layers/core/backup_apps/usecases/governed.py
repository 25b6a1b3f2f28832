"""What the version in force says of an app, as it was stored when it was admitted."""

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
    """Its promises."""
    return governance_from(json.loads(documents.read(governance_key(version))))


def desired_in_force(documents: Documents, version: Version, target: Target) -> DesiredTarget:
    """What it asks of a target."""
    return DesiredTarget.model_validate_json(documents.read(desired_key(version, target)))
