"""What is on its way while time passes: jobs, and recovery points that may still change."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.simulation.history import CopyAction, Lifecycle, Rule, VaultPlace
from backup_apps.domain.simulation.points import Form, Point
from backup_apps.domain.simulation.resources import Resource


class Pace(NamedTuple):
    """How long things take. AWS promises none of it, but that a job which can't start tries again every 10 minutes.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
    """

    start: timedelta = timedelta(minutes=1)
    backup: timedelta = timedelta(minutes=9)
    copy: timedelta = timedelta(minutes=15)
    retry: timedelta = timedelta(minutes=10)


@dataclass(slots=True)
class Held:
    """A recovery point while the story goes on."""

    vault: VaultPlace
    rule: Rule
    form: Form
    created: datetime
    completed: datetime
    lifecycle: Lifecycle
    key: str | None
    cold: datetime | None
    deleted: datetime | None
    refreshed: list[datetime] = field(default_factory=list)
    ended: datetime | None = None
    is_stopped: bool = False
    can_be_copied: bool = True

    def is_gone(self, now: datetime) -> bool:
        return self.deleted is not None and self.deleted <= now

    def goes_on(self, now: datetime) -> bool:
        """Whether it is a continuous backup that the next run of its rule keeps up."""
        return self.form is Form.CONTINUOUS and not self.is_stopped and not self.is_gone(now)

    def told(self, resource: Resource) -> Point:
        return Point(
            resource=resource,
            vault=self.vault,
            rule=self.rule,
            form=self.form,
            created=self.created,
            completed=self.completed,
            cold=self.cold,
            deleted=self.deleted,
            key=self.key,
            refreshed=tuple(self.refreshed),
            ended=self.ended,
        )


class Job(NamedTuple):
    """Backups of tables can be copied only where they are made with the advanced features.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
    """

    rule: Rule
    role: str
    created: datetime
    is_continuous: bool
    can_be_copied: bool = True

    @property
    def start_by(self) -> datetime:
        return self.created + self.rule.start_window

    @property
    def complete_by(self) -> datetime:
        return self.created + self.rule.completion_window


class CopyJob(NamedTuple):
    job: Job
    source: Held
    action: CopyAction
