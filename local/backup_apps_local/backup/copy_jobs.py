"""The life of a copy job, within an account or to another, and what keeps a copy from being made.

https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backup_apps_local.backup import faults
from backup_apps_local.backup.announcements import announce_copy_job, announce_recovery_point
from backup_apps_local.backup.data_plane import DataPlaneError
from backup_apps_local.backup.lifecycles import days, find_point, lock_breach, schedule
from backup_apps_local.backup.point_arns import point_arn
from backup_apps_local.backup.records import CopyJob, Document, RecoveryPoint
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import Vault
from backup_apps_local.backup.vault_policies import verdict

_NEVER = -1
_MANAGED = "arn:aws:backup:"


def create_copy_job(
    site: Site,
    point: RecoveryPoint,
    action: Document,
    role_arn: str,
    created_by: Document | None = None,
    backup_job_id: str | None = None,
    token: str | None = None,
) -> CopyJob:
    """`action` is a copy action of a rule, or the like of it."""
    job = CopyJob(
        job_id=site.world.draw_id(),
        source_vault_name=point.vault_name,
        source_vault_arn=point.vault_arn,
        source_point_arn=point.arn,
        destination_vault_arn=action["DestinationBackupVaultArn"],
        resource_arn=point.resource_arn,
        resource_type=point.resource_type,
        resource_name=point.resource_name,
        role_arn=role_arn,
        created=site.now,
        lifecycle=action.get("Lifecycle"),
        size=point.size,
        created_by=created_by,
        backup_job_id=backup_job_id,
        token=token,
    )
    site.here.copy_jobs[job.job_id] = job
    announce_copy_job(site, job)
    site.appoint(site.now + site.around.pace.start, "start-copy", job.job_id)
    return job


def start_copy(site: Site, job_id: str) -> None:
    """One job at a time for each resource, backups and copies alike.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
    """
    job = site.here.copy_jobs.get(job_id)
    if job is None or job.state != "CREATED":
        return
    if job.resource_arn in site.here.busy:
        site.appoint(site.now + site.around.pace.retry, "start-copy", job_id)
        return
    breach = next(_breaches(site, job), None)
    if breach:
        _end(site, job, "FAILED", breach)
        return
    job.state = "RUNNING"
    site.here.busy[job.resource_arn] = job_id
    announce_copy_job(site, job)
    if not (site.world.faults and faults.take(site.world, "copy-stuck", job.resource_arn)):
        site.appoint(site.now + site.around.pace.copy, "finish-copy", job_id)


def _breaches(site: Site, job: CopyJob) -> Iterator[str]:
    """Why it fails before it runs. The words are not AWS's.

    Of tables, copies are one of the advanced features:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
    """
    point = _source(site, job)
    there = _destination(site, job)
    vault = _destination_vault(there, job)
    if point is None:
        yield f"Recovery point {job.source_point_arn} does not exist"
        return
    if point.storage_class == "COLD":
        yield "A recovery point in cold storage cannot be copied"
    if point.resource_type == "DynamoDB" and not point.arn.startswith(_MANAGED):
        yield "A backup that was made without the advanced features of DynamoDB cannot be copied"
    if vault is None:
        yield f"Destination backup vault {job.destination_vault_arn} does not exist"
        return
    if there.account != site.account:
        yield from _account_breaches(site, vault)
    yield from _policy_breaches(site, job, vault, is_across=there.account != site.account)
    breach = lock_breach(vault.lock, _lifecycle(job, point))
    if breach:
        yield breach


def _account_breaches(site: Site, vault: Vault) -> Iterator[str]:
    """The organization must allow copies across accounts, and AWS's own keys cannot be shared with another account.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
    """
    if site.world.global_settings.get("isCrossAccountBackupEnabled") != "true":
        yield "Cross-account backup is not enabled in the organization"
    if not vault.is_customer_key:
        yield f"Backup vault {vault.arn} is encrypted with a key that cannot be shared with other accounts"


def _policy_breaches(site: Site, job: CopyJob, vault: Vault, *, is_across: bool) -> Iterator[str]:
    source = site.here.vaults[job.source_vault_name]
    if vault.access_policy is None and source.access_policy is None and not is_across:
        return
    context = {
        "aws:PrincipalOrgID": site.around.organization_id,
        "aws:PrincipalAccount": site.account,
        "aws:PrincipalArn": job.role_arn,
        "aws:SourceAccount": site.account,
    }
    into = verdict(vault.access_policy, "backup:CopyIntoBackupVault", vault.arn, job.role_arn, context)
    if into == "Deny" or (is_across and into != "Allow"):
        yield f"Access denied trying to call AWS Backup service: {vault.arn} does not allow backup:CopyIntoBackupVault"
    targets = context | {"backup:CopyTargets": vault.arn, "backup:CopyTargetOrgPaths": site.around.organization_id}
    out = verdict(source.access_policy, "backup:CopyFromBackupVault", source.arn, job.role_arn, targets)
    if out == "Deny":
        yield f"Access denied trying to call AWS Backup service: {source.arn} denies backup:CopyFromBackupVault"


def finish_copy(site: Site, job_id: str) -> None:
    """What was there at the start may have gone since."""
    job = site.here.copy_jobs.get(job_id)
    if job is None or job.state != "RUNNING":
        return
    fault = faults.take(site.world, "copy-fails", job.resource_arn) if site.world.faults else None
    breach = (fault.message or "Copy job failed") if fault else next(_breaches(site, job), None)
    if breach:
        _end(site, job, "FAILED", breach)
        return
    there = _destination(site, job)
    source, vault = _source(site, job), _destination_vault(there, job)
    if source is None or vault is None:
        raise LookupError(f"copy job {job.job_id} went on without its recovery point or vault")
    try:
        point = _copy(there, job, source, vault)
    except DataPlaneError as error:
        _end(site, job, "FAILED", str(error))
        return
    job.destination_point_arn, job.destination_key_arn = point.arn, point.key_arn
    job.destination_lifecycle = point.lifecycle
    _end(site, job, "COMPLETED", None)
    announce_recovery_point(there, point)


def _copy(there: Site, job: CopyJob, source: RecoveryPoint, vault: Vault) -> RecoveryPoint:
    """It keeps the creation date of its original, has the destination's key, and is never continuous.

    Of a continuous backup it is a snapshot as of the latest run, and has that date: one from when the continuous backup
    began would be over before it is made.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
    """
    handle = there.around.data.copy(source.handle, there.account, there.region, vault.key_arn)
    point = replace(
        source,
        arn=point_arn(there, source.resource_type),
        vault_name=vault.name,
        vault_arn=vault.arn,
        role_arn=job.role_arn,
        created=source.completed if source.is_continuous else source.created,
        completed=there.now,
        lifecycle=_lifecycle(job, source),
        key_arn=vault.key_arn,
        handle=handle,
        source_vault_arn=source.vault_arn,
        is_continuous=False,
        status="COMPLETED",
        status_message=None,
        storage_class="WARM",
        last_restored=None,
    )
    vault.recovery_points[point.arn] = point
    schedule(there, point)
    return point


def _lifecycle(job: CopyJob, source: RecoveryPoint) -> Document:
    """Its own; that of the original where it has none, or where it asks to be kept for ever.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html: a copy that is never to
    expire retains the expiration of its source.
    """
    own = job.lifecycle
    if not own:
        return source.lifecycle
    if own.get("DeleteAfterDays") != _NEVER:
        return own
    retention: dict[str, Any] = {"DeleteAfterDays": days(source.lifecycle, "DeleteAfterDays")}
    return {name: value for name, value in (own | retention).items() if value is not None}


def _source(site: Site, job: CopyJob) -> RecoveryPoint | None:
    return find_point(site, f"{job.source_vault_name}/{job.source_point_arn}")


def _destination(site: Site, job: CopyJob) -> Site:
    _, _, _, region, account, _, _ = job.destination_vault_arn.split(":", 6)
    return site.at(account, region)


def _destination_vault(there: Site, job: CopyJob) -> Vault | None:
    return there.here.vaults.get(job.destination_vault_arn.split(":", 6)[6])


def _end(site: Site, job: CopyJob, state: str, message: str | None) -> None:
    job.state, job.status_message, job.completed = state, message, site.now
    if site.here.busy.get(job.resource_arn) == job.job_id:
        del site.here.busy[job.resource_arn]
    announce_copy_job(site, job)
