"""The life of a restore job, and of the result of a restore test.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from dataclasses import replace

from backup_apps_local.backup import faults
from backup_apps_local.backup.announcements import announce_restore_job
from backup_apps_local.backup.data_plane import DataPlaneError, Restore
from backup_apps_local.backup.records import RecoveryPoint, RestoreJob
from backup_apps_local.backup.resource_types import RESTORE_TEST, TYPES
from backup_apps_local.backup.site import Site

RESTORABLE = ("COMPLETED", "AVAILABLE", "PARTIAL", "STOPPED", "EXPIRED")


def create_restore_job(site: Site, job: RestoreJob) -> None:
    site.here.restore_jobs[job.job_id] = job
    announce_restore_job(site, job, is_new=True)
    announce_restore_job(site, job)
    site.appoint(site.now + site.around.pace.start, "start-restore", job.job_id)


def point_of(site: Site, arn: str) -> RecoveryPoint | None:
    """A recovery point by its ARN alone, in whatever vault of the account and region."""
    vaults = site.here.vaults.values()
    return next((vault.recovery_points[arn] for vault in vaults if arn in vault.recovery_points), None)


def start_restore(site: Site, job_id: str) -> None:
    job = site.here.restore_jobs.get(job_id)
    if job is None or job.status != "PENDING":
        return
    if point_of(site, job.point_arn) is None:
        _end(site, job, "FAILED", f"Recovery point {job.point_arn} does not exist")
        return
    if site.role_is_assumable and job.role_arn and not site.role_is_assumable(job.role_arn):
        _end(site, job, "FAILED", f"IAM Role {job.role_arn} cannot be assumed by AWS Backup")
        return
    job.status = "RUNNING"
    announce_restore_job(site, job)
    if not (site.world.faults and faults.take(site.world, "restore-stuck", job.source_arn)):
        site.appoint(site.now + site.around.pace.restore, "finish-restore", job_id)


def finish_restore(site: Site, job_id: str) -> None:
    job = site.here.restore_jobs.get(job_id)
    if job is None or job.status != "RUNNING":
        return
    point = point_of(site, job.point_arn)
    fault = faults.take(site.world, "restore-fails", job.source_arn)
    if fault or point is None:
        reason = fault.message if fault else f"Recovery point {job.point_arn} does not exist"
        _end(site, job, "FAILED", reason or "Restore job failed")
        return
    try:
        job.created_arn = site.around.data.restore(_faulty(site, job, _restore(site, job, point)))
    except DataPlaneError as error:
        _end(site, job, "FAILED", str(error))
        return
    point.last_restored = site.now
    if job.window is not None:
        job.validation = "VALIDATING" if job.window else None
        site.appoint(site.now + job.window, "end-validation", job_id)
    _end(site, job, "COMPLETED", None)


def _restore(site: Site, job: RestoreJob, point: RecoveryPoint) -> Restore:
    metadata = point.restore_metadata | job.metadata
    return Restore(point.handle, job.resource_type, site.account, site.region, metadata, job.tags)


def _faulty(site: Site, job: RestoreJob, restore: Restore) -> Restore:
    if faults.take(site.world, "restore-comes-back-empty", job.source_arn):
        return replace(restore, is_empty=True)
    fault = faults.take(site.world, "restore-has-wrong-key", job.source_arn)
    if fault is None:
        return restore
    key = {TYPES[job.resource_type].key: fault.value or site.default_key_arn()}
    return replace(restore, metadata=dict(restore.metadata) | key)


def end_validation(site: Site, job_id: str) -> None:
    """The window is over: what nobody judged has timed out, and the restored resource is deleted."""
    job = site.here.restore_jobs.get(job_id)
    if job is None or job.deletion is not None:
        return
    if job.validation == "VALIDATING":
        job.validation = "TIMED_OUT"
    clean_up(site, job)


def clean_up(site: Site, job: RestoreJob) -> None:
    """Only what still has the tag of restore tests: removing it keeps the resource."""
    resource = site.around.resources.find(site.account, site.region, str(job.created_arn))
    if resource is None or RESTORE_TEST not in resource.tags:
        job.deletion, job.deletion_message = "FAILED", f"{job.created_arn} has no tag {RESTORE_TEST}"
        return
    try:
        site.around.data.delete_resource(site.account, site.region, str(job.created_arn))
    except DataPlaneError as error:
        job.deletion, job.deletion_message = "FAILED", str(error)
    else:
        job.deletion = "SUCCESSFUL"


def _end(site: Site, job: RestoreJob, status: str, message: str | None) -> None:
    job.status, job.status_message, job.completed = status, message, site.now
    announce_restore_job(site, job)
