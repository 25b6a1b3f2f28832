"""What an operation is given: who called, where, when, and the state it may read and change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from backup_apps_local.backup.agenda import Appointment
from backup_apps_local.backup.errors import InvalidRequestException
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.state import Region, World
from backup_apps_local.backup.surroundings import Surroundings

Operation = Callable[["Site", dict[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Site:
    account: str
    region: str
    principal: str
    now: datetime
    world: World
    quotas: Quotas
    role_is_assumable: Callable[[str], bool] | None
    management_account: str | None
    around: Surroundings = field(default_factory=Surroundings)

    @cached_property
    def here(self) -> Region:
        return self.world.region(self.account, self.region)

    @cached_property
    def place(self) -> str:
        return f"{self.account}/{self.region}"

    def at(self, account: str, region: str) -> "Site":
        """The same moment, in another account or region."""
        place = f"{account}/{region}"
        found = self._elsewhere.get(place)
        if found is None:
            found = self._elsewhere[place] = replace(self, account=account, region=region)
        return found

    @cached_property
    def _elsewhere(self) -> "dict[str, Site]":
        return {self.place: self}

    def asked(self, account: str | None) -> "list[Site]":
        """Where a listing looks that names an account, or `*` for all: only the management account sees others.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html, ByAccountId
        """
        if account in (None, self.account):
            return [self]
        if self.management_account != self.account:
            return [self] if account == "*" else []
        places = (place.split("/") for place in list(self.world.regions))
        return [self.at(each, region) for each, region in places if region == self.region and account in ("*", each)]

    def appoint(self, at: datetime, kind: str, subject: str) -> None:
        self.world.agenda.appoint(at, Appointment(kind, self.place, subject))

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:backup:{self.region}:{self.account}:{kind}:{name}"

    def default_key_arn(self) -> str:
        """The key behind `alias/aws/backup`, one for each account and region."""
        return f"arn:aws:kms:{self.region}:{self.account}:key/{uuid5(NAMESPACE_URL, self.arn('key', 'aws/backup'))}"

    def require_management_account(self) -> None:
        if self.management_account not in (None, self.account):
            raise InvalidRequestException("The account is not the management account of its organization")
