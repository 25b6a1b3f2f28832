"""Every operation that this service has, by its name in AWS's model."""

from backup_apps_local.backup import plans, selections, settings, tags, vault_settings, vaults
from backup_apps_local.backup.site import Operation

OPERATIONS: dict[str, Operation] = {
    **vaults.OPERATIONS,
    **vault_settings.OPERATIONS,
    **plans.OPERATIONS,
    **selections.OPERATIONS,
    **tags.OPERATIONS,
    **settings.OPERATIONS,
}
