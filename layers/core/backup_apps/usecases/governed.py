"""What a version says, the one in force above all, as it was stored when it was admitted."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from backup_apps.domain.commits import Commit, Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.protection.governance import Governance, LeafGovernance, governance_from
from backup_apps.domain.state_documents import desired_key, governance_key
from backup_apps.ports.storage import Documents, Records


class InForce(NamedTuple):
    """What a bundle says now, which may be of another version on each target."""

    commits: Mapping[Target, Commit]
    """The last that was synced there."""
    leaves: tuple[LeafGovernance, ...]
    """Each on the targets on which it holds."""

    @property
    def versions(self) -> dict[Target, Version]:
        return {target: commit.id for target, commit in self.commits.items()}

    def of_app(self, app: str) -> "InForce":
        return self._replace(leaves=tuple(leaf for leaf in self.leaves if leaf.app == app))


def in_force(records: Records, documents: Documents, bundle: str) -> InForce:
    """As each target was left: a sync may go stage by stage, or come no farther than some targets."""
    force = InForce(records.latest_by_target(bundle), ())
    versions, found = force.versions, []
    for version in sorted(set(versions.values())):
        for leaf in promises_of(documents, version).leaves:
            held = tuple(one for one in leaf.targets if versions.get(one) == version)
            found += [leaf._replace(targets=held)] if held else []
    return force._replace(leaves=tuple(sorted(found, key=lambda leaf: leaf.app)))


def promised_now(records: Records, documents: Documents) -> dict[str, tuple[LeafGovernance, ...]]:
    """What the apps of each bundle promise, in order."""
    return {bundle: in_force(records, documents, bundle).leaves for bundle in sorted(records.bundles())}


def version_in_force(records: Records, bundle: str, target: Target) -> Version | None:
    """The last that was synced on a target."""
    commit = records.standing(bundle, target).synced
    return commit.id if commit else None


def promises_of(documents: Documents, version: Version) -> Governance:
    """The promises of a version; a release that did not store them promised nothing."""
    try:
        return governance_in_force(documents, version)
    except NotFoundError:
        return Governance()


def promised_on(records: Records, documents: Documents, bundle: str, app: str, target: Target) -> LeafGovernance | None:
    """What an app promises on a target, by the last version that was synced there."""
    version = version_in_force(records, bundle, target)
    return promises_of(documents, version).of(app, target) if version else None


def is_overtaken(records: Records, version: Version) -> bool:
    """Whether a later commit of its bundle was admitted, which says now what is to be there."""
    latest = records.latest_admitted(version.bundle)
    return latest is not None and latest.id != version


def governance_in_force(documents: Documents, version: Version) -> Governance:
    """The promises of a version. Raises NotFoundError for one of a release that did not store them."""
    return governance_from(json.loads(documents.read(governance_key(version))))


def desired_in_force(documents: Documents, version: Version, target: Target) -> DesiredTarget:
    """What a version asks of a target."""
    return DesiredTarget.model_validate_json(documents.read(desired_key(version, target)))
