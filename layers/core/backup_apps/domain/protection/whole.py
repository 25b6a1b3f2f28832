"""A version as a whole: the class of everything that it changes, and the digest that stands for it."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from backup_apps.domain.changes import ChangeSet
from backup_apps.domain.commits import Version
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.assessed import AssessedChangeSet
from backup_apps.domain.protection.classes import Class, join

if TYPE_CHECKING:
    from backup_apps.domain.protection.policy_changes import PolicyChange


def joined_class(change_sets: Iterable[AssessedChangeSet], policy: "Iterable[PolicyChange]") -> Class:
    """Of a version as a whole."""
    return join([*(one.class_ for one in change_sets), *(one.class_ for one in policy)])


def digest_of_target(change_set: ChangeSet) -> str:
    """SHA-256 of what is written in one target."""
    return hashlib.sha256(canonical_json(_of_target(change_set)).encode()).hexdigest()


def _of_target(change_set: ChangeSet) -> dict[str, Any]:
    changes = [change.model_dump(mode="json") for change in change_set.writes]
    return {"account": change_set.account, "region": change_set.region, "changes": changes}


def digest_of(version: Version, change_sets: Iterable[ChangeSet], policy: "Iterable[PolicyChange]") -> str:
    """SHA-256 of what a version writes, and of what it changes in policy that AWS Backup does not hold.

    It is the same for the same calls, whatever was counted or found in conflict while they were planned.
    """
    targets = [_of_target(one) for one in sorted(change_sets, key=lambda one: one.target)]
    document = {
        "bundle": version.bundle,
        "version": version.version,
        "targets": targets,
        "policy": [one.what() for one in policy],
    }
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
