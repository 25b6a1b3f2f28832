"""What the service stands in: resources and their data, how long things take, and who hears of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

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


class Role(NamedTuple):
    """As IAM knows it: the ARN has the path, and the id is not that of an earlier role of the name."""

    arn: str
    id: str


def _unknown_role(account: str, name: str) -> Role | None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """`organization_id` is what `aws:PrincipalOrgID` compares with in policies of vaults; `find_role` finds by account
    and name the roles whose sessions call."""

    resources: Resources = field(default_factory=NoResources)
    data: DataPlane = field(default_factory=NoData)
    pace: Pace = field(default_factory=Pace)
    organization_id: str = "o-localworld"
    find_role: Callable[[str, str], Role | None] = _unknown_role
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
