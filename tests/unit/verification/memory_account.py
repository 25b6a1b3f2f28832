"""A member account in memory; any call that writes can be the last of an execution."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import InvalidError, UnavailableError
from backup_apps.domain.verification.choice import Point
from backup_apps.domain.verification.facts import Bucket, Facts, Table
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.ports.verification import CopyJob, Owner, Question, RestoreJob

HERE = Target("111111111111", "eu-west-1")
BUNDLE, APP, VERSION = "acme", "shop", Version("acme", "1")
ROLE = "arn:aws:iam::111111111111:role/backup"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
PLAN = "arn:aws:backup:eu-west-1:111111111111:backup-plan:1"
NOW = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
EMPTY = Bucket(objects=0, bytes=0)
SOURCES: dict[str, Any] = {
    "arn:aws:s3:::invoices": Bucket(objects=2, bytes=9, sample={"a": "1", "b": "2"}, key=KEY),
    "arn:aws:dynamodb:eu-west-1:111111111111:table/orders": Table(
        status="ACTIVE", key_schema=("id HASH",), indexes={}, items=1, sample={"1": "1"}, key=KEY
    ),
}


class Killed(BaseException):
    """The execution is over, in the middle of it."""


@dataclass
class Fuse:
    """Blows at the call of this number, before it has done anything or after."""

    left: int | None = None
    before: bool = True
    calls: int = 0

    def blow(self, before: bool) -> None:
        if before:
            self.calls += 1
        if self.left is not None and self.calls == self.left and before == self.before:
            self.left = None
            raise Killed


@dataclass
class Account:
    """One member account; both roles see the same."""

    fuse: Fuse
    points_: list[Point] = field(default_factory=list)
    jobs: dict[str, RestoreJob] = field(default_factory=dict)
    copies: dict[str, CopyJob] = field(default_factory=dict)
    entered: list[Target] = field(default_factory=list)
    """The accounts and regions whose sandbox role was assumed, in order."""
    tokens: dict[str, str] = field(default_factory=dict)
    there: dict[str, Facts] = field(default_factory=dict)
    """What is there, by the end of its ARN."""
    comes_back: dict[str, Any] = field(default_factory=dict)
    """By type, what a restore makes of what was backed up."""
    plan: str = "shop-daily"
    """That makes recovery points."""
    fails: set[str] = field(default_factory=set)
    unreadable: bool = False
    unlisted: set[str] = field(default_factory=set)
    """Types whose resources can't be listed."""
    kept: set[str] = field(default_factory=set)
    """Names of what can't be deleted."""
    made: dict[str, datetime] = field(default_factory=dict)
    """When what is there was restored, if not now."""
    asked_metadata: list[Mapping[str, str]] = field(default_factory=list)
    hook: Any = None
    sources: dict[str, Any] = field(default_factory=lambda: dict(SOURCES))
    asked: list[Any] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    slow_removals: int = 0
    inspections: int = 0

    def sandbox(self, target: Target, session: str) -> "Account":
        self.entered.append(target)
        return self

    def copy_role(self, target: Target) -> str:
        return f"arn:aws:iam::{target.account}:role/backup-apps-backup"

    def copy(self, rehearsal: Rehearsal, role: str) -> str:
        self.fuse.blow(before=True)
        assert rehearsal.point is not None
        job = f"copy-{rehearsal.name}"
        self.copies.setdefault(job, CopyJob("RUNNING", rehearsal.point.arn, None))
        self.fuse.blow(before=False)
        return job

    def finish_copies(self) -> list[str]:
        """Those that ended now."""
        running = [job for job, one in self.copies.items() if one.status == "RUNNING"]
        for job in running:
            copy = self.copies[job].copy
            failed = CopyJob("FAILED", None, "the vault lets nobody in")
            self.copies[job] = failed if "copy" in self.fails else CopyJob("COMPLETED", f"{copy}:copy", None)
        return running

    def copy_job(self, job: str) -> CopyJob:
        return self.copies[job]

    def inspector(self, target: Target, session: str) -> "Account":
        self.inspections += 1
        return self

    def restore_role(self, target: Target) -> str:
        return f"arn:aws:iam::{target.account}:role/backup-apps-restore"

    def points(self, vaults: Sequence[str], plans: Collection[str]) -> tuple[Point, ...]:
        return tuple(one for one in self.points_ if one.vault in vaults and self.plan in plans)

    def key_arn(self, alias: str) -> str:
        return KEY

    def start(self, rehearsal: Rehearsal, role: str) -> str:
        self.fuse.blow(before=True)
        if rehearsal.name not in self.tokens:
            self.asked_metadata.append(rehearsal.restore_metadata)
            assert rehearsal.point is not None
            job = self.tokens[rehearsal.name] = f"job-{len(self.jobs) + 1}"
            self.jobs[job] = RestoreJob(
                "RUNNING", rehearsal.copied or rehearsal.point.arn, rehearsal.type, rehearsal.name, None, None, False
            )
        self.fuse.blow(before=False)
        return self.tokens[rehearsal.name]

    def by_hand(self, point: Point, name: str, testing: bool = False) -> str:
        """Somebody else restores."""
        job = f"job-{len(self.jobs) + 1}"
        self.jobs[job] = RestoreJob("RUNNING", point.arn, point.type, name, None, None, testing)
        return job

    def finish_jobs(self) -> list[str]:
        """Those that ended now."""
        running = [job for job, one in self.jobs.items() if one.status == "RUNNING"]
        for job in running:
            one = self.jobs[job]
            if one.type in self.fails:
                self.jobs[job] = one._replace(status="FAILED", created=None, message="no capacity")
                continue
            (point,) = (point for point in self.points_ if point.arn == one.point.removesuffix(":copy"))
            name = one.created or ""
            self.there[name] = self.comes_back.get(one.type, self.sources[point.resource])
            self.jobs[job] = one._replace(status="COMPLETED", created=f"arn:aws:any:::{name}", seconds=60)
        return running

    def job(self, job: str) -> RestoreJob:
        return self.jobs[job]

    def asked_key(self, job: str) -> str | None:
        return None

    def facts(self, question: Question) -> Facts | None:
        if self.unreadable:
            raise UnavailableError("Scan", "ServiceUnavailable", "try again", "request-1")
        name = question.arn if question.arn in SOURCES else question.arn.rpartition(":")[2]
        return self.there.get(name, SOURCES.get(question.arn))

    def remove(self, type_: str, name: str) -> bool:
        self.fuse.blow(before=True)
        if name in self.kept:
            raise InvalidError("DeleteBucket", "BucketNotEmpty", "it is not empty", "request-1")
        if self.slow_removals:
            self.slow_removals -= 1
            return False
        self.there.pop(name, None)
        self.fuse.blow(before=False)
        return True

    def left_behind(self, type_: str, before: datetime) -> tuple[str, ...]:
        if self.unreadable or type_ in self.unlisted:
            raise UnavailableError("ListTables", "ServiceUnavailable", "try again", "request-1")
        of_type = (name for name, facts in self.there.items() if facts.type == type_)
        return tuple(name for name in of_type if self.made.get(name, NOW) < before)

    def ask(self, function: str, document: Mapping[str, Any]) -> Any:
        for one in document.get("members", [document]):
            assert one["created"].rpartition(":")[2] in self.there, "it is asked while the restore is there"
        self.asked.append((function, document.get("type") or [one["type"] for one in document["members"]]))
        return self.hook

    def answer(self, job: str, status: str, message: str) -> None:
        self.answers.append((job, status, message))

    def point(self, arn: str) -> Point | None:
        return next((one for one in self.points_ if one.arn == arn), None)

    def owner(self, plan_arn: str) -> Owner | None:
        return Owner(BUNDLE, APP) if plan_arn == PLAN else None

    def owner_of_point(self, arn: str) -> Owner | None:
        return Owner(BUNDLE, APP) if self.point(arn) else None
