"""Recovery points and jobs by their names, with what made them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeCopyJob.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.adapters.points_of_resources import described_point, point_of
from backup_apps.adapters.recovery_points import rules_of_version
from backup_apps.domain.errors import InvalidError, NotFoundError
from backup_apps.domain.lineage.lineage import Job, Plan
from backup_apps.domain.why.facts import JobFacts
from backup_apps.domain.why.subjects import Kind, Subject, SubjectFacts

Found = Mapping[str, Any]


def subject_facts(backup: Any, subject: Subject) -> SubjectFacts | None:
    return _point(backup, subject.name) if subject.kind is Kind.POINT else _job(backup, subject.name)


@translated()
def last_jobs(backup: Any, resource: str, most: int) -> tuple[JobFacts, ...]:
    """Backups of a resource, the newest first; AWS Backup keeps jobs for 30 days."""
    pages = backup.get_paginator("list_backup_jobs").paginate(ByResourceArn=resource)
    found = [one for page in pages for one in page["BackupJobs"]]
    newest = sorted(found, key=lambda one: one["CreationDate"], reverse=True)[:most]
    return tuple(_facts(one) for one in newest)


def _facts(found: Found) -> JobFacts:
    made = found.get("CreatedBy") or {}
    return JobFacts(
        **_backup(found).model_dump(),
        plan=made.get("BackupPlanId", ""),
        rule=made.get("BackupRuleName") or made.get("BackupRuleId", ""),
        point=found.get("RecoveryPointArn"),
    )


def _point(backup: Any, arn: str) -> SubjectFacts | None:
    """A recovery point is described only together with its vault."""
    with translated():
        pages = backup.get_paginator("list_backup_vaults").paginate()
        vaults = [one["BackupVaultName"] for page in pages for one in page["BackupVaultList"]]
    found = next((one for vault in vaults if (one := described_point(backup, vault, arn))), None)
    if found is None:
        return None
    resource = found.get("ResourceArn")
    jobs = last_jobs(backup, resource, _MANY) if resource else ()
    job = next((one for one in jobs if one.point == arn), None)
    return SubjectFacts(resource=resource, plan=_plan(backup, found), job=_bare(job), point=point_of(found))


_MANY = 10_000


def _bare(job: JobFacts | None) -> Job | None:
    return Job(**job.model_dump(include=set(Job.model_fields))) if job else None


def _job(backup: Any, name: str) -> SubjectFacts | None:
    for look in (_backup_job, _copy_job, _restore_job):
        try:
            with translated():
                return look(backup, name)
        except NotFoundError:
            continue
        except InvalidError as error:
            if error.code != "InvalidParameterValueException":
                raise
    return None


def _backup_job(backup: Any, name: str) -> SubjectFacts:
    found = backup.describe_backup_job(BackupJobId=name)
    point = described_point(backup, found["BackupVaultName"], found.get("RecoveryPointArn") or "none")
    return SubjectFacts(
        resource=found.get("ResourceArn"),
        plan=_plan(backup, found),
        job=_backup(found),
        point=point_of(point) if point else None,
    )


def _copy_job(backup: Any, name: str) -> SubjectFacts:
    found = backup.describe_copy_job(CopyJobId=name)["CopyJob"]
    job = _told("copy", found["CopyJobId"], found["State"], found)
    return SubjectFacts(resource=found.get("ResourceArn"), plan=_plan(backup, found), job=job)


def _restore_job(backup: Any, name: str) -> SubjectFacts:
    """What made the recovery point that is restored is what is asked for."""
    found = backup.describe_restore_job(RestoreJobId=name)
    job = _told("restore", found["RestoreJobId"], found["Status"], found)
    of_point = _point(backup, found["RecoveryPointArn"]) or SubjectFacts(resource=found.get("SourceResourceArn"))
    return of_point.model_copy(update={"job": job})


def _backup(found: Found) -> Job:
    return _told("backup", found["BackupJobId"], found["State"], found)


def _told(kind: str, identity: str, state: str, found: Found) -> Job:
    return Job(
        id=identity,
        kind=kind,
        state=state,
        created=_moment(found.get("CreationDate")),
        completed=_moment(found.get("CompletionDate")),
        message=found.get("StatusMessage"),
    )


def _plan(backup: Any, found: Found) -> Plan | None:
    """The plan that made it, in the version that it had then; a plan that is gone tells its name no more."""
    made = found.get("CreatedBy") or {}
    plan, version = made.get("BackupPlanId"), made.get("BackupPlanVersion", "")
    if not plan:
        return None
    rules = rules_of_version(backup, plan, version)
    rule = rules.get(made.get("BackupRuleId", ""))
    return Plan(name=rule.plan, id=plan, version=version, rule=rule.rule) if rule else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
