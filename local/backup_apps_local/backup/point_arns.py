"""Names of recovery points.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
"""

from backup_apps_local.backup.lifecycles import is_fully_managed
from backup_apps_local.backup.resource_types import TYPES
from backup_apps_local.backup.site import Site

_RECOVERY_POINT = TYPES["S3"].point


def point_arn(site: Site, type_name: str, *, continuous: bool = False) -> str:
    """Snapshots, images and recovery points have ARNs of their own services."""
    identity = site.world.draw_id()
    kind = TYPES[type_name]
    pattern = _RECOVERY_POINT if continuous or is_fully_managed(site, type_name) else kind.point
    short = identity.replace("-", "")[:17] if "{region}::" in pattern else identity
    made = f"continuous:{identity}" if continuous else short
    return pattern.format(region=site.region, account=site.account, id=made)
