"""What AWS Backup tells EventBridge about jobs and recovery points, with the irregularities that it has.

`state` in jobs, but `status` in restore jobs (except in CREATED) and in recovery points; sizes as text in backup and
restore jobs, as a number in copy jobs; failure texts in quotes; members that are missing until they are known, and
`{}` for the recovery point that a copy has not made yet. The samples are those of
https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from backup_apps_local.backup import faults
from backup_apps_local.backup.event import Event, moment, spoken_moment
from backup_apps_local.backup.records import BackupJob, CopyJob, Document, RecoveryPoint, RestoreJob
from backup_apps_local.backup.site import Site

_LATE = timedelta(minutes=15)
_CREATORS = {
    "BackupPlanId": "backupPlanId",
    "BackupPlanArn": "backupPlanArn",
    "BackupPlanVersion": "backupPlanVersion",
    "BackupRuleId": "backupPlanRuleId",
}
"""How the members of `CreatedBy` are called here."""


def announce(
    site: Site, detail_type: str, resources: tuple[str, ...], detail: Mapping[str, Any], source: str = "aws.backup"
) -> None:
    """To every listener, once; or as a fault that was asked for wants it."""
    if not site.around.listeners:
        return
    world = site.world
    drawn = world.draw_event_id()
    event = Event(drawn, site.account, site.region, site.now, detail_type, resources, detail, source)
    if world.faults or world.held_events:
        _carry_badly(site, event)
    else:
        _tell(site, event)


def _carry_badly(site: Site, event: Event) -> None:
    """As the faults want it that were asked for, and with what was held back before."""
    if faults.take(site.world, "event-lost", event.detail_type):
        return
    late = faults.take(site.world, "event-late", event.detail_type)
    if late:
        site.appoint(site.now + (late.delay or _LATE), "deliver", _hold(site, event))
    elif faults.take(site.world, "event-reordered", event.detail_type):
        _hold(site, event, until_next=True)
    else:
        _deliver(site, event)
        _let_go(site)


def deliver_held(site: Site, subject: str) -> None:
    """An event that was kept back arrives."""
    _tell(site, _event(site.world.held_events.pop(subject)))


def _deliver(site: Site, event: Event) -> None:
    _tell(site, event)
    if faults.take(site.world, "event-doubled", event.detail_type):
        _tell(site, event)


def _tell(site: Site, event: Event) -> None:
    for listener in site.around.listeners:
        listener(event)


def _hold(site: Site, event: Event, *, until_next: bool = False) -> str:
    site.world.held_events[event.id] = {**event._asdict(), "time": event.time.isoformat(), "until_next": until_next}
    return event.id


def _let_go(site: Site) -> None:
    """What waits for the next event of this account and region."""
    here = (site.account, site.region)
    for subject, held in list(site.world.held_events.items()):
        if held["until_next"] and (held["account"], held["region"]) == here:
            deliver_held(site, subject)


def _event(held: Document) -> Event:
    members = {name: value for name, value in held.items() if name != "until_next"}
    time = datetime.fromisoformat(held["time"])
    return Event(**{**members, "time": time, "resources": tuple(held["resources"])})


def announce_backup_job(site: Site, job: BackupJob) -> None:
    if site.around.listeners:
        resources = (job.recovery_point_arn,) if job.state == "COMPLETED" and job.recovery_point_arn else ()
        announce(site, "Backup Job State Change", resources, _present(_backup_job(site, job)))


def _backup_job(site: Site, job: BackupJob) -> dict[str, Any]:
    """CREATED tells three members only, and PENDING a message that is empty. When RUNNING is to end is no ISO date."""
    detail: dict[str, Any] = {"backupJobId": job.job_id, "state": job.state, "creationDate": moment(job.created)}
    if job.state == "CREATED":
        return detail
    is_sized = job.state in ("RUNNING", "COMPLETED")
    return detail | {
        "backupVaultArn": job.vault_arn,
        "backupVaultName": job.vault_name,
        "bytesTransferred": str(job.size if job.state == "COMPLETED" else 0),
        "backupSizeInBytes": str(job.size) if is_sized else None,
        "iamRoleArn": job.role_arn,
        "resourceArn": job.resource_arn,
        "resourceType": job.resource_type,
        "startBy": moment(job.start_by),
        "percentDone": 100 if job.state == "COMPLETED" else 0,
        "statusMessage": "" if job.state == "PENDING" else f'"{job.status_message}"' if job.status_message else None,
        "completionDate": _completion(job.completed, job.state),
        "expectedCompletionDate": _expected(site, job) if job.state == "RUNNING" else None,
        "createdBy": _created_by(job.created_by),
        "retryCount": (job.tries or None) if job.state in ("COMPLETED", "FAILED") else None,
    }


def _completion(completed: datetime | None, state: str) -> str | None:
    """Of a backup or a restore that FAILED, the samples have none."""
    return moment(completed) if completed and state != "FAILED" else None


def _expected(site: Site, job: BackupJob) -> str:
    return spoken_moment((job.started or site.now) + site.around.pace.backup)


def announce_copy_job(site: Site, job: CopyJob) -> None:
    if site.around.listeners:
        announce(site, "Copy Job State Change", (job.source_point_arn,), _present(_copy_job(job)))


def _copy_job(job: CopyJob) -> dict[str, Any]:
    """CREATED does not even tell the job's id."""
    detail: dict[str, Any] = {
        "creationDate": moment(job.created),
        "state": job.state,
        "sourceBackupVaultArn": job.source_vault_arn,
        "destinationBackupVaultArn": job.destination_vault_arn,
    }
    if job.state == "CREATED":
        return detail
    return detail | {
        "copyJobId": job.job_id,
        "backupSizeInBytes": job.size,
        "iamRoleArn": job.role_arn,
        "resourceArn": job.resource_arn,
        "resourceType": job.resource_type,
        "statusMessage": job.status_message,
        "completionDate": moment(job.completed) if job.completed else None,
        "destinationRecoveryPointArn": job.destination_point_arn or {},
        "createdBy": _created_by(job.created_by),
    }


def announce_restore_job(site: Site, job: RestoreJob, *, is_new: bool = False) -> None:
    if site.around.listeners:
        detail = _new_restore(job) if is_new else _present(_restore(job))
        announce(site, "Restore Job State Change", (job.point_arn,), detail)


def _new_restore(job: RestoreJob) -> dict[str, Any]:
    return {"restoreJobId": job.job_id, "creationDate": moment(job.created), "state": "CREATED"}


def _restore(job: RestoreJob) -> dict[str, Any]:
    """percentDone stays 0, COMPLETED too."""
    done = job.status == "COMPLETED"
    return {
        "restoreJobId": job.job_id,
        "backupVaultArn": job.vault_arn if done else None,
        "recoveryPointArn": job.point_arn if done else None,
        "sourceResourceArn": job.source_arn if done else None,
        "backupSizeInBytes": str(job.size),
        "creationDate": moment(job.created),
        "iamRoleArn": job.role_arn,
        "percentDone": 0,
        "resourceType": job.resource_type,
        "status": job.status,
        "statusMessage": job.status_message,
        "createdResourceArn": job.created_arn if done else None,
        "completionDate": _completion(job.completed, job.status),
        "restoreTestingPlanArn": job.testing_plan_arn,
    }


def announce_recovery_point(site: Site, point: RecoveryPoint, status: str | None = None) -> None:
    """`status` where it is one that the recovery point passes through."""
    if site.around.listeners:
        detail = _recovery_point(point) | {"status": status or point.status}
        announce(site, "Recovery Point State Change", (point.arn,), _present(detail))


def announce_new_point(site: Site, job: BackupJob) -> None:
    """CREATING, while its job runs: nothing is known of it but what the job knows. AWS documents the status only."""
    if site.around.listeners and job.recovery_point_arn:
        detail = {
            "backupVaultName": job.vault_name,
            "backupVaultArn": job.vault_arn,
            "creationDate": moment(job.created),
            "iamRoleArn": job.role_arn,
            "resourceType": job.resource_type,
            "resourceArn": job.resource_arn,
            "status": "CREATING",
            "createdBy": _created_by(job.created_by),
            "lifecycle": _lifecycle(job.lifecycle),
        }
        announce(site, "Recovery Point State Change", (job.recovery_point_arn,), _present(detail))


def _lifecycle(lifecycle: Document) -> dict[str, Any]:
    return {_lower(name): value for name, value in lifecycle.items()}


def _recovery_point(point: RecoveryPoint) -> dict[str, Any]:
    calculated = {"moveToColdStorageAt": point.cools, "deleteAt": point.expires}
    return {
        "backupVaultName": point.vault_name,
        "backupVaultArn": point.vault_arn,
        "creationDate": moment(point.created),
        "iamRoleArn": point.role_arn,
        "resourceType": point.resource_type,
        "resourceArn": point.resource_arn,
        "isEncrypted": "true" if point.key_arn else "false",
        "storageClass": point.storage_class,
        "completionDate": moment(point.completed),
        "createdBy": _created_by(point.created_by),
        "lifecycle": _lifecycle(point.lifecycle),
        "calculatedLifeCycle": {name: moment(at) for name, at in calculated.items() if at},
    }


def _created_by(creator: Document | None) -> dict[str, str] | None:
    return None if creator is None else {told: creator[name] for name, told in _CREATORS.items()}


def _present(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if value is not None}


@cache
def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
