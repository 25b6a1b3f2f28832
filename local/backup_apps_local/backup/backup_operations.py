"""Backup jobs on demand, and what can be asked about jobs.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-on-demand-backup.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup import shown
from backup_apps_local.backup.backup_jobs import (
    DEFAULT_COMPLETION_WINDOW,
    DEFAULT_START_WINDOW,
    Order,
    create_backup_job,
    stop_backup,
    type_name_of,
)
from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.lifecycle_checks import check_lifecycle
from backup_apps_local.backup.lifecycles import is_fully_managed
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.point_arns import point_arn
from backup_apps_local.backup.records import BackupJob
from backup_apps_local.backup.resource_types import TYPES
from backup_apps_local.backup.selection_checks import check_role
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.tags import checked_tags
from backup_apps_local.backup.vaults import require_vault

_LONGEST_WINDOW = 52_560_000
_SHORTEST_WINDOW = 60

_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByState": "State",
    "ByBackupVaultName": "BackupVaultName",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByResourceType": "ResourceType",
    "ByCompleteAfter": "CompletionDate",
    "ByCompleteBefore": "CompletionDate",
    "ByParentJobId": "ParentJobId",
    "ByMessageCategory": "MessageCategory",
}


def start_backup_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same token is a retry. Opt-in settings do not matter to a resource that is named.

    RecoveryPointArn comes at once only for EFS and for DynamoDB with its advanced features.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
    """
    known = _job_of_token(site, parameters.get("IdempotencyToken"))
    if known is None:
        require_vault(site, parameters)
        known = _new_job(site, parameters)
    return {
        "BackupJobId": known.job_id,
        "CreationDate": known.created,
        "RecoveryPointArn": known.recovery_point_arn,
        "IsParent": False,
    }


def stop_backup_job(site: Site, parameters: dict[str, Any]) -> None:
    """Not for the types that cannot stop, and only for a job that has not ended.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StopBackupJob.html
    """
    job = _job(site, parameters)
    if not TYPES[job.resource_type].can_stop:
        raise InvalidRequestException(f"Stopping a backup job of {job.resource_type} is not supported")
    if job.state not in ("CREATED", "PENDING", "RUNNING"):
        raise InvalidRequestException(f"Backup job {job.job_id} has ended: {job.state}")
    stop_backup(site, job)


def describe_backup_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html"""
    return shown.backup_job(site, _job(site, parameters))


def list_backup_jobs(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Of the last 30 days, the newest first.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html
    """
    sites = site.asked(parameters.get("ByAccountId"))
    jobs = (shown.backup_job(each, job) for each in sites for job in each.here.backup_jobs.values())
    return page("BackupJobs", shown.newest_first(shown.filtered(jobs, parameters, _FILTERS)), parameters)


def _new_job(site: Site, parameters: Mapping[str, Any]) -> BackupJob:
    arn = parameters["ResourceArn"]
    type_name = type_name_of(site, arn)
    if type_name is None:
        raise InvalidParameterValueException(f"{arn} is not the ARN of a resource that AWS Backup supports")
    check_role(site, parameters["IamRoleArn"])
    _check_windows(parameters)
    breach = next(check_lifecycle(parameters.get("Lifecycle"), is_continuous=False), None)
    if breach:
        raise InvalidParameterValueException(breach)
    resource = site.around.resources.find(site.account, site.region, arn)
    job = create_backup_job(site, _order(site, parameters), arn, type_name, resource.name if resource else None)
    if type_name == "EFS" or (type_name == "DynamoDB" and is_fully_managed(site, type_name)):
        job.recovery_point_arn = point_arn(site, type_name, arn)
    return job


def _order(site: Site, parameters: Mapping[str, Any]) -> Order:
    return Order(
        vault_name=parameters["BackupVaultName"],
        role_arn=parameters["IamRoleArn"],
        lifecycle=parameters.get("Lifecycle", {}),
        start_window=parameters.get("StartWindowMinutes", DEFAULT_START_WINDOW),
        completion_window=parameters.get("CompleteWindowMinutes", DEFAULT_COMPLETION_WINDOW),
        tags=checked_tags(parameters.get("RecoveryPointTags", {}), site.quotas),
        options=parameters.get("BackupOptions"),
        token=parameters.get("IdempotencyToken"),
    )


def _check_windows(parameters: Mapping[str, Any]) -> None:
    start, completion = parameters.get("StartWindowMinutes"), parameters.get("CompleteWindowMinutes")
    if start is not None and not _SHORTEST_WINDOW <= start <= _LONGEST_WINDOW:
        raise InvalidParameterValueException(f"StartWindowMinutes must be from {_SHORTEST_WINDOW} to {_LONGEST_WINDOW}")
    if completion is not None and not 1 <= completion <= _LONGEST_WINDOW:
        raise InvalidParameterValueException(f"CompleteWindowMinutes must be from 1 to {_LONGEST_WINDOW}")
    if start is not None and completion is not None and completion < start:
        raise InvalidParameterValueException("CompleteWindowMinutes must not be shorter than StartWindowMinutes")


def _job_of_token(site: Site, token: str | None) -> BackupJob | None:
    jobs = site.here.backup_jobs.values()
    return next((job for job in jobs if token is not None and job.token == token), None)


def _job(site: Site, parameters: Mapping[str, Any]) -> BackupJob:
    job = site.here.backup_jobs.get(parameters["BackupJobId"])
    if job is None:
        raise ResourceNotFoundException(f"Cannot find backup job with ID {parameters['BackupJobId']}")
    return job


OPERATIONS: dict[str, Operation] = {
    "DescribeBackupJob": describe_backup_job,
    "ListBackupJobs": list_backup_jobs,
    "StartBackupJob": start_backup_job,
    "StopBackupJob": stop_backup_job,
}
