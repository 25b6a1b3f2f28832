"""Restores on demand, and what can be asked and said about restore jobs.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html
"""

from collections.abc import Mapping
from typing import Any

from backup_apps_local.backup import shown
from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.records import RecoveryPoint, RestoreJob
from backup_apps_local.backup.resource_types import TYPES
from backup_apps_local.backup.restore_jobs import RESTORABLE, clean_up, create_restore_job, point_of
from backup_apps_local.backup.selection_checks import check_role
from backup_apps_local.backup.site import Operation, Site

_FILTERS = {
    "ByResourceType": "ResourceType",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByStatus": "Status",
    "ByCompleteBefore": "CompletionDate",
    "ByCompleteAfter": "CompletionDate",
    "ByRestoreTestingPlanArn": "CreatedBy.RestoreTestingPlanArn",
    "ByParentJobId": "ParentJobId",
}
_RESOURCE_FILTERS = {
    "ByStatus": "Status",
    "ByRecoveryPointCreationDateAfter": "RecoveryPointCreationDate",
    "ByRecoveryPointCreationDateBefore": "RecoveryPointCreationDate",
    "ResourceArn": "SourceResourceArn",
}


def start_restore_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The same token is a retry. Metadata that no restore of the type can do without are missed at once.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html
    """
    job = _job_of_token(site, parameters.get("IdempotencyToken"))
    if job is None:
        job = _new_job(site, parameters)
        create_restore_job(site, job)
    return {"RestoreJobId": job.job_id}


def describe_restore_job(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html"""
    return shown.restore_job(site, _job(site, parameters))


def list_restore_jobs(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """The newest first. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreJobs.html"""
    sites = site.asked(parameters.get("ByAccountId"))
    jobs = (shown.restore_job(each, job) for each in sites for job in each.here.restore_jobs.values())
    return page("RestoreJobs", shown.newest_first(shown.filtered(jobs, parameters, _FILTERS)), parameters)


def list_restore_jobs_by_protected_resource(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreJobsByProtectedResource.html"""
    jobs = (shown.restore_job(site, job) for job in site.here.restore_jobs.values())
    return page("RestoreJobs", shown.newest_first(shown.filtered(jobs, parameters, _RESOURCE_FILTERS)), parameters)


def get_restore_job_metadata(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreJobMetadata.html"""
    job = _job(site, parameters)
    return {"RestoreJobId": job.job_id, "Metadata": job.metadata}


def put_restore_validation_result(site: Site, parameters: dict[str, Any]) -> None:
    """A verdict on a completed restore test; with a final one, what was restored is deleted.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html
    """
    job = _job(site, parameters)
    if job.testing_plan_arn is None or job.status != "COMPLETED":
        raise InvalidRequestException(f"Restore job {job.job_id} is not a completed restore test")
    if job.validation not in (None, "VALIDATING") or job.deletion is not None:
        raise InvalidRequestException(f"The validation of restore job {job.job_id} is over")
    job.validation = parameters["ValidationStatus"]
    job.validation_message = parameters.get("ValidationStatusMessage")
    if job.validation != "VALIDATING":
        clean_up(site, job)


def _new_job(site: Site, parameters: Mapping[str, Any]) -> RestoreJob:
    point = point_of(site, parameters["RecoveryPointArn"])
    if point is None:
        raise ResourceNotFoundException(f"Recovery point {parameters['RecoveryPointArn']} does not exist")
    if point.status not in RESTORABLE:
        raise InvalidRequestException(f"Recovery point {point.arn} is {point.status}")
    _check_metadata(point, parameters)
    if "IamRoleArn" in parameters:
        check_role(site, parameters["IamRoleArn"])
    return RestoreJob(
        job_id=site.world.draw_id(),
        point_arn=point.arn,
        vault_arn=point.vault_arn,
        source_arn=point.resource_arn,
        resource_type=point.resource_type,
        role_arn=parameters.get("IamRoleArn"),
        created=site.now,
        point_created=point.created,
        metadata=parameters["Metadata"],
        size=point.size,
        tags=point.tags if parameters.get("CopySourceTagsToRestoredResource") else {},
        token=parameters.get("IdempotencyToken"),
    )


def _check_metadata(point: RecoveryPoint, parameters: Mapping[str, Any]) -> None:
    """The words are not AWS's."""
    if parameters.get("ResourceType", point.resource_type) != point.resource_type:
        raise InvalidParameterValueException(f"Recovery point {point.arn} is of {point.resource_type}")
    missing = [name for name in TYPES[point.resource_type].needs if name not in parameters["Metadata"]]
    if missing:
        raise InvalidParameterValueException(f"Invalid restore metadata. {', '.join(missing)} must be given")


def _job_of_token(site: Site, token: str | None) -> RestoreJob | None:
    return next((job for job in site.here.restore_jobs.values() if token is not None and job.token == token), None)


def _job(site: Site, parameters: Mapping[str, Any]) -> RestoreJob:
    job = site.here.restore_jobs.get(parameters["RestoreJobId"])
    if job is None:
        raise ResourceNotFoundException(f"Cannot find restore job with ID {parameters['RestoreJobId']}")
    return job


OPERATIONS: dict[str, Operation] = {
    "DescribeRestoreJob": describe_restore_job,
    "GetRestoreJobMetadata": get_restore_job_metadata,
    "ListRestoreJobs": list_restore_jobs,
    "ListRestoreJobsByProtectedResource": list_restore_jobs_by_protected_resource,
    "PutRestoreValidationResult": put_restore_validation_result,
    "StartRestoreJob": start_restore_job,
}
