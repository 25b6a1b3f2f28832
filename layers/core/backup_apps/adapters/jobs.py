"""Backup and copy jobs of a target, page after page.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListCopyJobs.html
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.drift.jobs import LiveJob

_PAGE = 1000
_NO_ISSUES = (None, "SUCCESS")


def jobs(backup: Any, since: datetime) -> Iterator[LiveJob]:
    """Begun since then. One page is in memory at a time."""
    for operation, member in (("list_backup_jobs", "BackupJobs"), ("list_copy_jobs", "CopyJobs")):
        pages = backup.get_paginator(operation)
        with translated():
            for page in pages.paginate(ByCreatedAfter=since, PaginationConfig={"PageSize": _PAGE}):
                yield from map(_job, page[member])


def _job(found: Mapping[str, Any]) -> LiveJob:
    made = found.get("CreatedBy") or {}
    message = found.get("StatusMessage", "")
    category = found.get("MessageCategory")
    return LiveJob(
        plan=made.get("BackupPlanId", ""),
        rule=made.get("BackupRuleName") or made.get("BackupRuleId", ""),
        resource=found.get("ResourceArn", ""),
        vault=found.get("BackupVaultName") or found.get("SourceBackupVaultArn", "").rpartition(":")[2],
        created=found["CreationDate"],
        state=found["State"],
        message=message,
        has_issues=found["State"] == "COMPLETED" and _has_issues(category, message),
        destination=found.get("DestinationBackupVaultArn", ""),
        completed=found.get("CompletionDate"),
    )


def _has_issues(category: str | None, message: str) -> bool:
    """What the console calls so has a message, and a category other than SUCCESS."""
    return category not in _NO_ISSUES or (category is None and bool(message))
