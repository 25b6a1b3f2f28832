"""What is asked about: a resource, a recovery point or a job, by ARN or id."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.desired import Target
from backup_apps.domain.lineage.lineage import Job, Plan, Point

_ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})?:\S+")
_JOB = re.compile(r"[A-Za-z0-9-]{8,64}")
_POINTS = (
    re.compile(r"arn:[\w-]+:backup:[^:]*:[^:]*:recovery-point:.+"),
    re.compile(r"arn:[\w-]+:dynamodb:[^:]*:[^:]*:table/[^/]+/backup/.+"),
    re.compile(r"arn:[\w-]+:ec2:[^:]*::(snapshot|image)/.+"),
    re.compile(r"arn:[\w-]+:rds:[^:]*:[^:]*:(cluster-)?snapshot:awsbackup:.+"),
    re.compile(r"arn:[\w-]+:fsx:[^:]*:[^:]*:backup/.+"),
)
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html lists how ARNs of recovery points look."""
_JOB_OF = re.compile(r"arn:[\w-]+:backup:[^:]*:[^:]*:(backup|copy|restore)-job[:/](.+)")


class Kind(StrEnum):
    RESOURCE = "resource"
    POINT = "recovery point"
    JOB = "job"


class Subject(NamedTuple):
    """What is asked about, and the account and region that its name tells."""

    kind: Kind
    name: str
    account: str | None = None
    region: str | None = None

    def fits(self, target: Target) -> bool:
        return self.account in (None, target.account) and self.region in (None, target.region)

    def among(self, targets: Collection[Target]) -> tuple[Target, ...]:
        """Where it can be, in order: the one that its name tells, else those that are known."""
        if self.account and self.region:
            return (Target(self.account, self.region),)
        return tuple(sorted(target for target in targets if self.fits(target)))


class NoSubjectError(ValueError):
    """It is neither an ARN nor the id of a job."""


def subject_of(text: str) -> Subject:
    """Raises NoSubjectError."""
    job = _JOB_OF.fullmatch(text)
    if job is not None:
        return _placed(Kind.JOB, job[2], text)
    if any(pattern.fullmatch(text) for pattern in _POINTS):
        return _placed(Kind.POINT, text, text)
    if _ARN.fullmatch(text):
        return _placed(Kind.RESOURCE, text, text)
    if text.startswith("arn:") or not _JOB.fullmatch(text):
        such = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"
        raise NoSubjectError(f"'{text}' is neither an ARN nor the id of a job; write {such}")
    return Subject(Kind.JOB, text)


def _placed(kind: Kind, name: str, arn: str) -> Subject:
    region, account = arn.split(":")[3:5]
    return Subject(kind, name, account or None, region or None)


class SubjectFacts(BaseModel):
    """What the member account knows of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    resource: str | None = None
    """The ARN of what was backed up."""
    plan: Plan | None = None
    job: Job | None = None
    point: Point | None = None

    @property
    def moment(self) -> str | None:
        """When it came to be; the policy of then applied to it."""
        if self.point is not None:
            return self.point.created
        return self.job.created if self.job else None
