"""What the service stands in: resources and their data, how long things take, and who hears of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from backup_apps_local.backup.data_plane import DataPlane, NoData
from backup_apps_local.backup.event import Event
from backup_apps_local.backup.resources import NoResources, Resources


@dataclass(frozen=True)
class Pace:
    """How long things take, on the service's clock. AWS promises none of it; these are short and always the same."""

    start: timedelta = timedelta(minutes=1)
    backup: timedelta = timedelta(minutes=9)
    copy: timedelta = timedelta(minutes=15)
    restore: timedelta = timedelta(minutes=20)
    retry: timedelta = timedelta(minutes=10)
    """A job that cannot start tries again "at least every 10 minutes":
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html"""


@dataclass(frozen=True)
class Surroundings:
    """`organization_id` is what `aws:PrincipalOrgID` compares with in policies of vaults."""

    resources: Resources = field(default_factory=NoResources)
    data: DataPlane = field(default_factory=NoData)
    pace: Pace = field(default_factory=Pace)
    organization_id: str = "o-localworld"
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
