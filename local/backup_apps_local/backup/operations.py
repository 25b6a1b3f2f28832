"""Every operation that this service has, by its name in AWS's model."""

from backup_apps_local.backup import (
    backup_operations,
    copy_operations,
    legal_holds,
    plans,
    recovery_points,
    restore_operations,
    restore_testing,
    selections,
    settings,
    tags,
    vault_settings,
    vaults,
)
from backup_apps_local.backup.site import Operation

OPERATIONS: dict[str, Operation] = {
    **vaults.OPERATIONS,
    **vault_settings.OPERATIONS,
    **plans.OPERATIONS,
    **selections.OPERATIONS,
    **tags.OPERATIONS,
    **settings.OPERATIONS,
    **backup_operations.OPERATIONS,
    **recovery_points.OPERATIONS,
    **copy_operations.OPERATIONS,
    **restore_operations.OPERATIONS,
    **restore_testing.OPERATIONS,
    **legal_holds.OPERATIONS,
}
