"""What an operator can adjust about the rules: quotas that AWS raised, regions newer than this release."""

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from backup_apps.domain.regions import REGIONS

Count = Annotated[int, Field(ge=0)]


class Quotas(BaseModel):
    """AWS Backup's quotas, as of its documentation; those marked adjustable there can be raised here.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, alias_generator=to_camel, validate_by_name=True
    )

    plans_per_region: Count = 300
    vaults_per_region: Count = 300
    selections_per_plan: Count = 100
    rules_per_plan: Count = 10
    copies_per_rule: Count = 5
    tags_per_recovery_point: Count = 10
    conditions_per_selection: Count = 30
    arns_per_selection: Count = 500
    wildcards_per_selection: Count = 30
    restore_testing_plans_per_region: Count = 100


class Account(BaseModel):
    """An account of the organization: its id, what the OUs that hold it are called (ids, names, paths), its tags."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^[0-9]{12}$")
    name: str = ""
    ous: tuple[str, ...] = ()
    tags: dict[str, str] = {}


class Organization(BaseModel):
    """A snapshot of AWS Organizations."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    accounts: tuple[Account, ...]
    ous: tuple[str, ...] = ()
    """What OUs are called that may hold no account."""

    def has_ou(self, ou: str) -> bool:
        return ou in self.ous or any(ou in account.ous for account in self.accounts)

    def accounts_with(self, ou: str | None, tags: Mapping[str, str]) -> tuple[str, ...]:
        """The ids of the accounts below an OU that carry all of some tags, in order."""
        return tuple(
            sorted(
                account.id
                for account in self.accounts
                if (ou is None or ou in account.ous) and tags.items() <= account.tags.items()
            )
        )


class Unreadable(NamedTuple):
    """Nobody may read AWS Organizations, and what would help."""

    reason: str


Membership = Organization | Unreadable | None
"""Who belongs to the organization; None where nobody asked."""


class Catalog(BaseModel):
    """What the offline checks take as given."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    timezones: frozenset[str]
    """IANA names; the border reads them, since the list changes with every tz release."""
    today: date
    """Plan time: waivers are valid or not by it."""
    zone_of: Callable[[str], tzinfo]
    """The zone of an IANA name, with its changes of clocks."""
    regions: frozenset[str] = REGIONS
    quotas: Quotas = Field(default_factory=Quotas)
    at_plan_time: bool = False
    """Whether this is the plan of a commit, for which a copy must go to a vault that is known."""
    organization: Membership = None
    """For app sets that name OUs or account tags."""
