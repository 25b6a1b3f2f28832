"""What the doctor goes by: what was read of the hub, of member accounts and of their regions, as values.

What could not be read is `Unknown`, with the reason; what does not exist is None.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar, Union

from backup_apps.domain.desired import Target
from backup_apps.domain.doctor.asked import Asked


class Unknown(NamedTuple):
    """It could not be read."""

    why: str


T = TypeVar("T")
Known = Union[T, Unknown]  # noqa: UP007 -- an alias with a parameter

Policy = Mapping[str, Any]


class Subscription(NamedTuple):
    protocol: str
    confirmed: bool


class Keeping(NamedTuple):
    """How a bucket keeps objects."""

    versioned: bool
    locked: bool
    """Object Lock is enabled."""


class HubFacts(NamedTuple):
    place: Target
    name: str
    outputs: Mapping[str, str]
    trust_policy: Known[str]
    approval_policy: Known[str]
    subscriptions: Known[tuple[Subscription, ...]]
    state_bucket: Known[Keeping]
    bus_policy: Known[Policy]
    ledger_key: Known[str]
    """The state of the key that signs the ledger, as KMS calls it."""
    organization: Known[bool] = Unknown("not asked")
    """Whether the account reads AWS Organizations."""
    cross_account: Known[bool] = Unknown("not asked")
    """Whether the management account lets AWS Backup copy across accounts."""
    quotas: Mapping[str, int] = {}
    """`plans` and `vaults` of a region."""


class Role(NamedTuple):
    arn: str
    trust: Policy


class AccountFacts(NamedTuple):
    roles: Mapping[str, Known[Role | None]]
    """By name, without the path."""
    passable: Known[tuple[str, ...]]
    """The ARN patterns of the roles that the sync role may hand to AWS Backup."""


class Trail(NamedTuple):
    """A trail of CloudTrail that records a region."""

    name: str
    logging: Known[bool]
    writes: Known[bool]
    """Whether it records management events that write."""
    keys: Known[bool]
    """Whether those of KMS are among them."""


class Rule(NamedTuple):
    """The rule that forwards events."""

    enabled: bool
    pattern: Mapping[str, Any]
    targets: tuple[str, ...]


class Vault(NamedTuple):
    locked: bool
    policy: Known[Policy | None]


class Key(NamedTuple):
    arn: str
    state: str
    customer: bool
    rotates: Known[bool | None]
    """None for a key that can't."""
    policy: Known[Policy]


class Refused(NamedTuple):
    """The hub itself tried, and could not."""

    why: str


class TargetFacts(NamedTuple):
    hub_reads: Known[Refused | None]
    """What came of letting the hub read it; None for all well."""
    trails: Known[tuple[Trail, ...]]
    rule: Known[Rule | None]
    opted_in: Known[Mapping[str, bool]]
    plans: Known[int]
    vaults: Known[int]
    keys: Mapping[str, Known[Key | None]]
    """By ARN or alias, as bundles write them."""
    buckets: Mapping[str, Known[bool | None]]
    """Whether each is versioned; None for one that is not there."""
    networks: Mapping[str, Known[bool]]
    """Whether a subnet group or a security group is there."""


class Examination(NamedTuple):
    """All that was read, and what is asked for."""

    asked: Asked
    hub: HubFacts
    accounts: Mapping[str, AccountFacts]
    targets: Mapping[Target, TargetFacts]
    vaults: Mapping[str, Known[Vault | None]]
    """By ARN: where copies go, those of rehearsals too."""
