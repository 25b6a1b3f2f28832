"""Copies on demand, and what can be asked about copy jobs.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
"""

import re
from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup import shown
from backup_apps_local.backup.copy_jobs import create_copy_job
from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.lifecycle_checks import check_lifecycle
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.records import CopyJob
from backup_apps_local.backup.selection_checks import check_role
from backup_apps_local.backup.site import Operation, Site
from backup_apps_local.backup.vaults import require_vault

_VAULT_ARN = re.compile(r"arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:[a-zA-Z0-9\-_]{2,50}")

_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByState": "State",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByResourceType": "ResourceType",
    "ByDestinationVaultArn": "DestinationBackupVaultArn",
    "ByCompleteBefore": "CompletionDate",
    "ByCompleteAfter": "CompletionDate",
    "ByParentJobId": "ParentJobId",
    "ByMessageCategory": "MessageCategory",
    "BySourceRecoveryPointArn": "SourceRecoveryPointArn",
}


def start_copy_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Not for continuous backups. Whether the destination takes the copy shows when the job runs.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
    """
    job = _job_of_token(site, parameters.get("IdempotencyToken")) or _new_job(site, parameters)
    return {"CopyJobId": job.job_id, "CreationDate": job.created, "IsParent": False}


def describe_copy_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeCopyJob.html"""
    job = site.here.copy_jobs.get(parameters["CopyJobId"])
    if job is None:
        raise ResourceNotFoundException(f"Cannot find copy job with ID {parameters['CopyJobId']}")
    return {"CopyJob": shown.copy_job(site, job)}


def list_copy_jobs(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The newest first. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListCopyJobs.html"""
    sites = site.asked(parameters.get("ByAccountId"))
    jobs = (shown.copy_job(each, job) for each in sites for job in each.here.copy_jobs.values())
    return page("CopyJobs", shown.newest_first(shown.filtered(jobs, parameters, _FILTERS)), parameters)


def _new_job(site: Site, parameters: Mapping[str, Any]) -> CopyJob:
    vault = require_vault(site, {"BackupVaultName": parameters["SourceBackupVaultName"]})
    point = vault.recovery_points.get(parameters["RecoveryPointArn"])
    if point is None:
        raise ResourceNotFoundException(f"Recovery point {parameters['RecoveryPointArn']} does not exist")
    if point.is_continuous:
        raise InvalidRequestException("Continuous backups cannot be copied on demand")
    if _VAULT_ARN.fullmatch(parameters["DestinationBackupVaultArn"]) is None:
        raise InvalidParameterValueException(f"{parameters['DestinationBackupVaultArn']} is not the ARN of a vault")
    breach = next(check_lifecycle(parameters.get("Lifecycle"), is_continuous=False), None)
    if breach:
        raise InvalidParameterValueException(breach)
    check_role(site, parameters["IamRoleArn"])
    return create_copy_job(
        site, point, dict(parameters), parameters["IamRoleArn"], token=parameters.get("IdempotencyToken")
    )


def _job_of_token(site: Site, token: str | None) -> CopyJob | None:
    return next((job for job in site.here.copy_jobs.values() if token is not None and job.token == token), None)


OPERATIONS: dict[str, Operation] = {
    "DescribeCopyJob": describe_copy_job,
    "ListCopyJobs": list_copy_jobs,
    "StartCopyJob": start_copy_job,
}
