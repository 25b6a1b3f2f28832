"""Recovery points of a resource, and what AWS Backup tells of each.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByResource.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.errors import NotFoundError
from backup_apps.domain.lineage.lineage import Point

RESTORABLE = ("COMPLETED", "AVAILABLE")


def last_points(backup: Any, resource: str, most: int) -> tuple[Point, ...]:
    """The newest that can be restored, the newest first. One that is gone by now is left out."""
    pages = backup.get_paginator("list_recovery_points_by_resource")
    with translated():
        listed = [one for page in pages.paginate(ResourceArn=resource) for one in page["RecoveryPoints"]]
    good = [one for one in listed if one["Status"] in RESTORABLE]
    newest = sorted(good, key=lambda one: one["CreationDate"], reverse=True)[:most]
    return tuple(_described(backup, newest))


def described_point(backup: Any, vault: str, arn: str) -> Mapping[str, Any] | None:
    """As AWS Backup answers; None where the vault has no such recovery point, or there is no such vault."""
    try:
        with translated():
            return dict(backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn))
    except NotFoundError:
        return None


def point_of(found: Mapping[str, Any]) -> Point:
    """Of what DescribeRecoveryPoint answers."""
    delete_at: datetime | None = found.get("CalculatedLifecycle", {}).get("DeleteAt")
    return Point(
        arn=found["RecoveryPointArn"],
        vault=found["BackupVaultName"],
        created=found["CreationDate"].astimezone(UTC).isoformat(),
        resource=found.get("ResourceArn"),
        status=found.get("Status"),
        deleted=delete_at.astimezone(UTC).isoformat() if delete_at else None,
        is_kept=delete_at is None and "DeleteAfterDays" not in found.get("Lifecycle", {}),
    )


def _described(backup: Any, listed: list[Mapping[str, Any]]) -> Iterator[Point]:
    for one in listed:
        found = described_point(backup, one["BackupVaultName"], one["RecoveryPointArn"])
        if found is not None:
            yield point_of(found)
