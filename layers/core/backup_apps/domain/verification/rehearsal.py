"""A restore on its way through the verification machine: each step returns it with what it learned."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.desired import Target
from backup_apps.domain.normal_form import fingerprint
from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.results import FindingRecord, Result, Trigger
from backup_apps.domain.verification.verdict import Verdict, joined

PREFIX = "backup-apps-verify-"
"""Of the names of all that rehearsals restore. The member's role may delete nothing else."""

NETWORKED = ("RDS", "Aurora")
"""Types that a rehearsal restores into the network that policy declares for it, and nowhere else."""
REHEARSED = ("S3", "DynamoDB", *NETWORKED)
"""Types that a rehearsal restores; restores of others are checked when somebody makes them."""

_DAY = 24 * 60 * 60
_COPY_DAYS = 3
"""For the copy and the restore of it: large ones take more than a day."""


class Elsewhere(BaseModel):
    """Another account or region to restore in, and the vault there that copies go into."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    account: str
    region: str
    vault: str


class Rehearsal(BaseModel):
    """Of one recovery point. Durations are minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    run: str
    """The execution that began it."""
    resumed_by: str | None = None
    """The one that took it up after that was killed."""
    trigger: Trigger
    account: str
    region: str
    bundle: str | None = None
    app: str | None = None
    type: str = ""
    """Of the resource; none where nothing of the app could be chosen."""
    point: Point | None = None
    newest: str | None = None
    """When the newest recovery point of the resource was made."""
    age: int | None = None
    """Of the newest, in seconds, when this one was chosen: a restore takes its time, and may be taken up days later."""
    reason: str | None = None
    """Why this recovery point."""
    sandbox: Elsewhere | None = None
    """None where it is restored beside its recovery point."""
    copy_job: str | None = None
    copied: str | None = None
    """The ARN of the copy in the sandbox."""
    role: str | None = None
    asked_key: str | None = None
    subnet_group: str | None = None
    security_groups: tuple[str, ...] = ()
    rto: int | None = None
    rpo: int | None = None
    bucket_canary: str | None = None
    table_canary: Mapping[str, str] = Field(default_factory=dict)
    hook: str | None = None
    """The ARN of the user's own check."""
    group: int | None = None
    """Its place among resources that are restored one after the other and checked as one application."""
    group_hook: str | None = None
    grouped: bool | None = None
    """Whether the group was checked as one; None until then, and until then what was restored stays."""
    job: str | None = None
    created: str | None = None
    """The ARN of what was restored."""
    seconds: int | None = None
    problem: str | None = None
    """Why there was nothing to check, or no way to."""
    failed: bool = False
    """AWS Backup tried to restore and could not: the problem is the backup's, not ours."""
    verdict: Verdict | None = None
    findings: tuple[FindingRecord, ...] = ()
    cleaned: bool | None = None

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    @property
    def place(self) -> Target:
        """Where it restores."""
        return Target(self.sandbox.account, self.sandbox.region) if self.sandbox else self.target

    @property
    def needs_copy(self) -> bool:
        return self.sandbox is not None and self.copied is None

    @property
    def copy_lifecycle(self) -> dict[str, int]:
        """Copies go by themselves: no role of verification may delete a recovery point. The days count from when the
        original was made, so that with a fixed number the copy of an old one would be over before it is restored.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
        """
        return {"DeleteAfterDays": max(self.age or 0, 0) // _DAY + _COPY_DAYS}

    @property
    def execution(self) -> str:
        """The one that carries it now."""
        return self.resumed_by or self.run

    @property
    def name(self) -> str:
        """Of what it restores: the same in each attempt, and nobody else's."""
        parts = [self.run, self.type, self.region, *([] if self.group is None else [self.group])]
        return f"{PREFIX}{self.place.account}-{fingerprint(parts, 16)}"

    @property
    def key(self) -> str:
        """By which it is told from all others."""
        return self.name if self.trigger.is_ours else f"restore-{self.job}"

    @property
    def holder(self) -> str:
        """By which it holds a place where it restores. A group restores one after the other, and so needs but one."""
        return self.key if self.group is None else f"{self.run}/group"

    @property
    def restore_metadata(self) -> dict[str, str]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html
        https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html
        https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-rds.html
        https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-aur.html"""
        if self.type == "S3":
            named = {"DestinationBucketName": self.name, "NewBucket": "true", "Encrypted": "true"}
            key = {"EncryptionType": "SSE-KMS", "KMSKey": self.asked_key} if self.asked_key else {}
            return {**named, "EncryptionType": "SSE-S3", "CreationToken": self.name, **key}
        if self.type == "DynamoDB":
            key = {"encryptionType": "KMS", "kmsMasterKeyArn": self.asked_key} if self.asked_key else {}
            return {"targetTableName": self.name, "encryptionType": "Default", **key}
        if self.type in NETWORKED:
            return self._database_metadata
        raise ValueError(f"a rehearsal restores {' and '.join(REHEARSED)}, not {self.type}")

    @property
    def _database_metadata(self) -> dict[str, str]:
        """Lists are JSON. A database keeps the key of its recovery point."""
        network = {
            "DBSubnetGroupName": self.subnet_group or "",
            "VpcSecurityGroupIds": json.dumps(list(self.security_groups)),
            "DeletionProtection": "false",
        }
        if self.type == "Aurora":
            return {"DBClusterIdentifier": self.name, **network}
        return {"DBInstanceIdentifier": self.name, "PubliclyAccessible": "false", "MultiAZ": "false", **network}

    def with_problem(self, problem: str, type_: str = "") -> "Rehearsal":
        return self.model_copy(update={"type": type_, "problem": problem})

    def result(self, at: datetime) -> Result:
        """What is recorded of it."""
        findings, point = self.all_findings, self.point
        return Result(
            app=self.app,
            account=self.account,
            region=self.region,
            trigger=self.trigger,
            run=self.run,
            at=at.isoformat(),
            type=self.type,
            resource=point.resource if point else None,
            recovery_point=point.arn if point else None,
            point_created=point.created if point else None,
            job=self.job,
            created=self.created,
            seconds=self.seconds,
            bytes=point.bytes if point else None,
            key=point.key if point else None,
            role=point.role if point else None,
            vault=point.vault if point else None,
            cleaned=self.cleaned,
            verdict=joined([self.verdict or Verdict.VERIFIED, *(one.verdict for one in findings)]),
            findings=findings,
        )

    @property
    def all_findings(self) -> tuple[FindingRecord, ...]:
        """With those that no check makes. What nobody looked at is not verified."""
        found = list(self.findings)
        if self.problem is not None and self.failed:
            found.insert(0, FindingRecord(verdict=Verdict.FAILED, rule="V001", message=self.problem))
        elif self.problem is not None:
            found.append(FindingRecord(verdict=Verdict.INCONCLUSIVE, rule="V002", message=self.problem))
        elif self.verdict is None:
            message = "the restore was not checked"
            found.append(FindingRecord(verdict=Verdict.INCONCLUSIVE, rule="V002", message=message))
        if self.group is not None and not self.grouped:
            message = "the application that it is a part of was not checked as one"
            found.append(FindingRecord(verdict=Verdict.INCONCLUSIVE, rule="V402", message=message))
        if self.cleaned is False:
            message = f"{self.created or self.name} is still there; its deletion is tried until it is gone"
            found.append(FindingRecord(verdict=Verdict.INCONCLUSIVE, rule="V003", message=message))
        return tuple(found)

    @property
    def took(self) -> timedelta | None:
        return None if self.seconds is None else timedelta(seconds=self.seconds)


def is_of_a_rehearsal(arn: str) -> bool:
    """Whether a rehearsal restored it, going by its name."""
    return arn.rpartition(":")[2].rpartition("/")[2].startswith(PREFIX)
