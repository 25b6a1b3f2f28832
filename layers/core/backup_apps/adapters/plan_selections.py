"""Selections of a plan, whoever made it.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupSelections.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.normal_form import backup_selection


@translated()
def selections_of(backup: Any, plan: str) -> tuple[Mapping[str, Any], ...]:
    """Each a `BackupSelection`."""
    pages = backup.get_paginator("list_backup_selections").paginate(BackupPlanId=plan)
    listed = [one["SelectionId"] for page in pages for one in page["BackupSelectionsList"]]
    return tuple(_selection(backup, plan, one) for one in listed)


def _selection(backup: Any, plan: str, identity: str) -> Mapping[str, Any]:
    return backup_selection(backup.get_backup_selection(BackupPlanId=plan, SelectionId=identity)["BackupSelection"])
