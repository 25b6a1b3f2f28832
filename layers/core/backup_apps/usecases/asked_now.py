"""What the bundles of a hub ask for now, on each target as it was last synced there."""

from collections.abc import Iterable

from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.doctor.asked import Asked, asked_of
from backup_apps.domain.protection.governance import Governance
from backup_apps.domain.state_documents import organization_key
from backup_apps.ports.storage import Documents, Records
from backup_apps.usecases.governed import desired_in_force, in_force
from backup_apps.usecases.memories import recall


def asked_now(records: Records, documents: Documents, only: Iterable[Target]) -> Asked:
    """Of all bundles."""
    bundles, organization = [], False
    for bundle in sorted(records.bundles()):
        now = in_force(records, documents, bundle)
        found = (desired_in_force(documents, version, target) for target, version in sorted(now.versions.items()))
        bundles.append((DesiredState(bundle=bundle, targets=tuple(found)), Governance(now.leaves)))
        asked = (recall(documents, organization_key(version)) for version in sorted(set(now.versions.values())))
        organization |= any(one is not None for one in asked)
    return asked_of(bundles, only, organization)
