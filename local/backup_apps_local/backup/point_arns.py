"""Names of recovery points.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
"""

from datetime import datetime

from backup_apps_local.backup.lifecycles import is_fully_managed
from backup_apps_local.backup.resource_types import TYPES
from backup_apps_local.backup.site import Site

_RECOVERY_POINT = TYPES["S3"].point


def point_arn(site: Site, type_name: str, resource_arn: str | None = None, *, continuous: bool = False) -> str:
    """Snapshots, images and backups of a service have its ARNs, what AWS Backup manages fully has its own.

    `resource_arn` is the one that is backed up, None for a copy: of a table, AWS Backup alone makes copies.
    """
    identity, kind = site.world.draw_id(), TYPES[type_name]
    is_own = continuous or is_fully_managed(site, type_name) or (type_name == "DynamoDB" and resource_arn is None)
    return (_RECOVERY_POINT if is_own else kind.point).format(
        region=site.region,
        account=site.account,
        resource=resource_arn,
        id=f"continuous:{identity}" if continuous else identity,
        short=identity.replace("-", "")[:17],
        dated=f"{_milliseconds(site.now):014d}-{identity[:8]}",
    )


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)
