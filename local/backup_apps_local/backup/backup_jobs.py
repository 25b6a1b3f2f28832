"""The life of a backup job: created, started within its window, finished with a recovery point, or not.

https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from backup_apps_local.backup import faults
from backup_apps_local.backup.announcements import announce_backup_job, announce_new_point, announce_recovery_point
from backup_apps_local.backup.copy_jobs import create_copy_job
from backup_apps_local.backup.data_plane import DataPlaneError, Snapshot
from backup_apps_local.backup.lifecycles import is_fully_managed, lock_breach, schedule
from backup_apps_local.backup.point_arns import point_arn
from backup_apps_local.backup.records import BackupJob, Document, RecoveryPoint
from backup_apps_local.backup.resource_types import TYPES, type_of
from backup_apps_local.backup.resources import Resource
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import Vault

DEFAULT_START_WINDOW = 480
DEFAULT_COMPLETION_WINDOW = 10_080
"""Minutes; 8 hours and 7 days."""
_WAITING = ("CREATED", "PENDING")


@dataclass(frozen=True)
class Order:
    """What a rule, or a caller, asks for; windows in minutes from when it was scheduled."""

    vault_name: str
    role_arn: str
    lifecycle: Document = field(default_factory=dict)
    start_window: int = DEFAULT_START_WINDOW
    completion_window: int = DEFAULT_COMPLETION_WINDOW
    tags: Mapping[str, str] = field(default_factory=dict)
    created_by: Document | None = None
    copies: tuple[Document, ...] = ()
    options: Mapping[str, str] | None = None
    is_continuous: bool = False
    token: str | None = None


def create_backup_job(site: Site, order: Order, arn: str, type_name: str, name: str | None) -> BackupJob:
    job = BackupJob(
        job_id=site.world.draw_id(),
        vault_name=order.vault_name,
        vault_arn=site.arn("backup-vault", order.vault_name),
        resource_arn=arn,
        resource_type=type_name,
        resource_name=name,
        role_arn=order.role_arn,
        created=site.now,
        start_by=site.now + timedelta(minutes=order.start_window),
        complete_by=site.now + timedelta(minutes=order.completion_window),
        lifecycle=order.lifecycle,
        tags=dict(order.tags),
        created_by=order.created_by,
        copies=list(order.copies),
        options=dict(order.options) if order.options else None,
        is_continuous=order.is_continuous and TYPES[type_name].is_continuous,
        token=order.token,
    )
    site.here.backup_jobs[job.job_id] = job
    announce_backup_job(site, job)
    site.appoint(site.now + site.around.pace.start, "start-backup", job.job_id)
    return job


def start_backup(site: Site, job_id: str) -> None:
    """RUNNING, or FAILED at once, or PENDING and again in 10 minutes while another job of the resource runs."""
    job = site.here.backup_jobs.get(job_id)
    if job is None or job.state not in _WAITING:
        return
    fault = faults.take(site.world, "backup-never-starts", job.resource_arn) if site.world.faults else None
    if fault:
        site.appoint(job.start_by, "give-up-backup", job_id)
    elif job.resource_arn in site.here.busy:
        _wait(site, job)
    elif breach := next(_breaches(site, job), None):
        _end(site, job, "FAILED", breach)
    else:
        _run(site, job)


def _wait(site: Site, job: BackupJob) -> None:
    job.tries += 1
    if job.state == "CREATED":
        job.state = "PENDING"
        announce_backup_job(site, job)
    again = site.now + site.around.pace.retry
    kind = "start-backup" if again < job.start_by else "give-up-backup"
    site.appoint(min(again, job.start_by), kind, job.job_id)


def give_up_backup(site: Site, job_id: str) -> None:
    """AWS's words: https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html, the EXPIRED sample."""
    job = site.here.backup_jobs.get(job_id)
    if job is None or job.state not in _WAITING:
        return
    is_busy = job.resource_arn in site.here.busy
    running = "Backup job failed because there was a running job for the same resource."
    _end(site, job, "EXPIRED", running if is_busy else "Backup job expired before it started.")


def _run(site: Site, job: BackupJob) -> None:
    if site.world.faults:
        _let_go_wrong(site, job)
    job.state, job.started = "RUNNING", site.now
    continuous = _extended_point(site, job)
    job.recovery_point_arn = continuous.arn if continuous else job.recovery_point_arn or _new_arn(site, job)
    site.here.busy[job.resource_arn] = job.job_id
    announce_backup_job(site, job)
    if continuous is None:
        announce_new_point(site, job)
    end = job.complete_by if job.is_stuck else min(site.now + site.around.pace.backup, job.complete_by)
    site.appoint(end, "finish-backup", job.job_id)


def _let_go_wrong(site: Site, job: BackupJob) -> None:
    job.is_partial = faults.take(site.world, "backup-is-partial", job.resource_arn) is not None
    job.is_stuck = job.is_partial or faults.take(site.world, "backup-stuck", job.resource_arn) is not None
    continuous = _continuous_point(site, job)
    if continuous and faults.take(site.world, "continuous-backup-stops", job.resource_arn):
        continuous.status = "STOPPED"
        announce_recovery_point(site, continuous)


def _new_arn(site: Site, job: BackupJob) -> str:
    return point_arn(site, job.resource_type, job.resource_arn, continuous=job.is_continuous)


def _breaches(site: Site, job: BackupJob) -> Iterator[str]:
    """Why the job fails before it runs. The first message is AWS's, of the FAILED sample of its EventBridge page."""
    vault = site.here.vaults.get(job.vault_name)
    if vault is None:
        yield f"Backup job failed because backup vault {job.vault_arn} does not exist."
        return
    if site.role_is_assumable is not None and not site.role_is_assumable(job.role_arn):
        yield f"IAM Role {job.role_arn} cannot be assumed by AWS Backup"
    if site.around.resources.find(site.account, site.region, job.resource_arn) is None:
        yield f"Resource {job.resource_arn} does not exist"
    breach = lock_breach(vault.lock, job.lifecycle)
    if breach:
        yield breach


def finish_backup(site: Site, job_id: str) -> None:
    job = site.here.backup_jobs.get(job_id)
    if job is None or job.state != "RUNNING":
        return
    if job.is_stuck or site.now >= job.complete_by:
        _run_out(site, job)
        return
    fault = faults.take(site.world, "backup-fails", job.resource_arn) if site.world.faults else None
    if fault:
        _end(site, job, "FAILED", fault.message or "Backup job failed")
        return
    _complete(site, job)


def _run_out(site: Site, job: BackupJob) -> None:
    """PARTIAL is a recovery point that AWS Backup could not create before the backup window closed.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html. AWS does not say when it
    keeps one; here where it was asked for, and of a continuous backup, which has one already, never.
    """
    point = _snapshot(site, job) if job.is_partial and not job.is_continuous else None
    _end(site, job, "EXPIRED", "Backup job expired before completion.")
    if isinstance(point, RecoveryPoint):
        point.status, point.status_message = "PARTIAL", job.status_message
        announce_recovery_point(site, point)


def _snapshot(site: Site, job: BackupJob) -> RecoveryPoint | str:
    """The new recovery point, or why there is none: the vault and the resource may have gone while the job ran."""
    vault = site.here.vaults.get(job.vault_name)
    resource = site.around.resources.find(site.account, site.region, job.resource_arn)
    if vault is None or resource is None:
        return f"{job.resource_arn if vault else job.vault_arn} does not exist"
    try:
        snapshot = site.around.data.snapshot(site.account, site.region, resource)
    except DataPlaneError as error:
        return str(error)
    return _keep(site, job, vault, resource, snapshot)


def _complete(site: Site, job: BackupJob) -> None:
    point = _snapshot(site, job)
    if isinstance(point, str):
        _end(site, job, "FAILED", point)
        return
    issue = faults.take(site.world, "backup-has-issues", job.resource_arn) if site.world.faults else None
    job.size, job.key_arn = point.size, point.key_arn
    _end(site, job, "COMPLETED", (issue.message or "Completed with issues") if issue else None)
    announce_recovery_point(site, point)
    for action in job.copies:
        create_copy_job(site, point, action, job.role_arn, job.created_by, job.job_id)


def _keep(site: Site, job: BackupJob, vault: Vault, resource: Resource, snapshot: Snapshot) -> RecoveryPoint:
    """A continuous backup has one recovery point, which every run extends, with the retention that the rule has then.

    Tags of the resource come along (https://docs.aws.amazon.com/aws-backup/latest/devguide/tags-on-backups.html), but
    for tables without the advanced features: https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
    """
    existing = _extended_point(site, job)
    if existing:
        site.around.data.discard(existing.handle)
        existing.handle, existing.size, existing.completed = snapshot.handle, snapshot.size, site.now
        existing.lifecycle = job.lifecycle
        schedule(site, existing)
        return existing
    _stop_continuous(site, job)
    encrypts = job.is_continuous or is_fully_managed(site, job.resource_type)
    point = RecoveryPoint(
        arn=str(job.recovery_point_arn),
        vault_name=vault.name,
        vault_arn=vault.arn,
        resource_arn=resource.arn,
        resource_type=resource.type,
        resource_name=resource.name,
        role_arn=job.role_arn,
        created=job.created,
        completed=site.now,
        size=snapshot.size,
        lifecycle=job.lifecycle,
        key_arn=vault.key_arn if encrypts else resource.key_arn,
        handle=snapshot.handle,
        restore_metadata=dict(resource.restore_metadata),
        tags={**_carried(site, resource), **job.tags},
        created_by=job.created_by,
        is_continuous=job.is_continuous,
        status="AVAILABLE" if job.is_continuous else "COMPLETED",
    )
    vault.recovery_points[point.arn] = point
    schedule(site, point)
    return point


def _carried(site: Site, resource: Resource) -> dict[str, str]:
    if resource.type == "DynamoDB" and not is_fully_managed(site, resource.type):
        return {}
    return {key: value for key, value in resource.tags.items() if not key.startswith("aws:")}


def _continuous_point(site: Site, job: BackupJob) -> RecoveryPoint | None:
    vault = site.here.vaults.get(job.vault_name)
    if not job.is_continuous or vault is None:
        return None
    points = (each for each in vault.recovery_points.values() if each.resource_arn == job.resource_arn)
    return next((each for each in points if each.is_continuous and each.status == "AVAILABLE"), None)


def _extended_point(site: Site, job: BackupJob) -> RecoveryPoint | None:
    """The continuous backup that a run extends; of S3 none with another retention, since a new one takes its place.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html
    """
    point = _continuous_point(site, job)
    return None if point and job.resource_type == "S3" and point.lifecycle != job.lifecycle else point


def _stop_continuous(site: Site, job: BackupJob) -> None:
    """What a new continuous backup takes the place of; it is kept for as long as it was to be."""
    point = _continuous_point(site, job)
    if point:
        point.status = "STOPPED"
        announce_recovery_point(site, point)


def stop_backup(site: Site, job: BackupJob) -> None:
    """AWS's words: https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html, the ABORTED sample."""
    _end(site, job, "ABORTED", "Backup job was stopped by user.")


def _end(site: Site, job: BackupJob, state: str, message: str | None) -> None:
    job.state, job.status_message, job.completed = state, message, site.now
    if state != "COMPLETED":
        job.recovery_point_arn = None
    if site.here.busy.get(job.resource_arn) == job.job_id:
        del site.here.busy[job.resource_arn]
    announce_backup_job(site, job)


def type_name_of(site: Site, arn: str) -> str | None:
    """As the keeper of the resource names it; from its ARN where there is no such resource."""
    resource = site.around.resources.find(site.account, site.region, arn)
    kind = type_of(arn)
    return resource.type if resource else kind.name if kind else None
