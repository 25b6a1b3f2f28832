"""How a recovery point ages: when it moves to cold storage, and when it is deleted.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backup_apps_local.backup import faults
from backup_apps_local.backup.announcements import announce_recovery_point
from backup_apps_local.backup.records import RecoveryPoint
from backup_apps_local.backup.resource_types import TYPES
from backup_apps_local.backup.settings import MANAGEMENT_DEFAULTS
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import Lock

_NEVER = -1


def days(lifecycle: Mapping[str, Any], member: str) -> int | None:
    """None where it never happens, be it left out or -1."""
    value = lifecycle.get(member)
    return None if value in (None, _NEVER) else int(value)


def schedule(site: Site, point: RecoveryPoint) -> None:
    """Calculates the dates from the creation date, and sees to it that they are kept."""
    point.cools = _cold_date(site, point)
    retention = days(point.lifecycle, "DeleteAfterDays")
    start = point.completed if point.is_continuous else point.created
    point.expires = None if retention is None else start + timedelta(days=retention)
    subject = f"{point.vault_name}/{point.arn}"
    if point.cools and point.storage_class == "WARM":
        site.appoint(max(site.now, point.cools), "cool", subject)
    if point.expires:
        site.appoint(max(site.now, point.expires), "expire", subject)


def _cold_date(site: Site, point: RecoveryPoint) -> datetime | None:
    """Types that have no cold storage ignore it, and EBS knows it as archive, which is opted into."""
    after = days(point.lifecycle, "MoveToColdStorageAfterDays")
    if after is None or not _has_cold_storage(site, point):
        return None
    return point.created + timedelta(days=after)


def _has_cold_storage(site: Site, point: RecoveryPoint) -> bool:
    kind = TYPES.get(point.resource_type)
    if kind is None:
        return False
    if kind.has_archive:
        return bool(point.lifecycle.get("OptInToArchiveForSupportedResources"))
    return kind.has_cold_storage and (kind.is_fully_managed or is_fully_managed(site, kind.name))


def is_fully_managed(site: Site, type_name: str) -> bool:
    """Of DynamoDB, the advanced features decide, which a region opts into.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
    """
    kind = TYPES[type_name]
    return kind.is_fully_managed or (MANAGEMENT_DEFAULTS | site.here.management).get(type_name, False)


def find_point(site: Site, subject: str) -> RecoveryPoint | None:
    vault_name, _, arn = subject.partition("/")
    vault = site.here.vaults.get(vault_name)
    return vault.recovery_points.get(arn) if vault else None


def cool(site: Site, subject: str) -> None:
    """A date that was changed meanwhile has an appointment of its own; a legal hold delays."""
    point = find_point(site, subject)
    if point and point.cools and point.cools <= site.now and not is_held(site, point):
        point.storage_class = "COLD"


def expire(site: Site, subject: str) -> None:
    point = find_point(site, subject)
    if point and point.expires and point.expires <= site.now and not is_held(site, point):
        delete(site, point)


def delete(site: Site, point: RecoveryPoint) -> None:
    """A recovery point whose role cannot be assumed any more becomes EXPIRED, and stays.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
    """
    fails = faults.take(site.world, "deletion-fails", point.arn) if site.world.faults else None
    assumable = site.role_is_assumable is None or site.role_is_assumable(point.role_arn)
    if fails or not assumable:
        point.status = "EXPIRED"
        point.status_message = fails.message if fails and fails.message else "The role can't delete the recovery point"
        announce_recovery_point(site, point)
        return
    announce_recovery_point(site, point, "DELETING")
    del site.here.vaults[point.vault_name].recovery_points[point.arn]
    site.around.data.discard(point.handle)


def is_held(site: Site, point: RecoveryPoint) -> bool:
    """By a legal hold; it does not extend the life of a continuous backup.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/legalhold.html
    """
    holds = site.here.legal_holds
    if not holds or point.is_continuous:
        return False
    return any(hold.status == "ACTIVE" and point.arn in hold.points for hold in holds.values())


def lock_breach(lock: Lock | None, lifecycle: Mapping[str, Any]) -> str | None:
    """Why a locked vault does not take a backup of that lifecycle, or None. The words are not AWS's.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
    """
    if lock is None:
        return None
    retention = days(lifecycle, "DeleteAfterDays")
    if lock.min_retention_days and retention is not None and retention < lock.min_retention_days:
        return f"Retention of {retention} days is shorter than the minimum of the vault, {lock.min_retention_days} days"
    if lock.max_retention_days and (retention is None or retention > lock.max_retention_days):
        kept = "for ever" if retention is None else f"of {retention} days"
        return f"Retention {kept} is longer than the maximum of the vault, {lock.max_retention_days} days"
    return None
