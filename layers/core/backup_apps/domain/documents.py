"""The policy language as written: one frozen model a mapping, unknown keys refused.

The models are the one source of what may be written: `grammar` checks files against them, the effective policy of a
leaf is an instance of `Policy`, and the JSON Schemas for editors come from them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from backup_apps.domain.grammar import Mode
from backup_apps.domain.policy import Policy, Tags, Written
from backup_apps.domain.quantities import (
    AccountId,
    AppName,
    CronSchedule,
    Day,
    End,
    Flag,
    Hold,
    Key,
    LockMode,
    Region,
    Text,
    TimeOrNever,
)

API_VERSION = "backup-apps/v1"


class Targets(Written):
    accounts: tuple[AccountId, ...] = ()
    regions: tuple[Region, ...] = ()


class Metadata(Written):
    name: AppName
    owner: Text | None = None
    description: Text | None = None


class RetentionBound(Written):
    """Bounds on the retention of every rule and copy."""

    min: TimeOrNever | None = None
    max: TimeOrNever | None = None


class RpoBound(Written):
    max: TimeOrNever | None = None


class CopiesBound(Written):
    cross_region: Flag | None = None
    cross_account: Flag | None = None


class EncryptionBound(Written):
    customer_key: Flag | None = None
    keys: tuple[Text, ...] | None = None
    rotation: Flag | None = None


class VaultLockBound(Written):
    mode: LockMode | None = None


class VerificationBound(Written):
    max_age: TimeOrNever | None = None


class Guardrails(Written):
    """Bounds on the effective policy of the app that writes them and of every descendant."""

    retention: RetentionBound = Field(default_factory=RetentionBound)
    rpo: RpoBound = Field(default_factory=RpoBound)
    copies: CopiesBound = Field(default_factory=CopiesBound)
    encryption: EncryptionBound = Field(default_factory=EncryptionBound)
    vault_lock: VaultLockBound = Field(default_factory=VaultLockBound)
    verification: VerificationBound = Field(default_factory=VerificationBound)
    roles: tuple[Text, ...] | None = None
    regions: tuple[Text, ...] | None = None
    accounts: tuple[Text, ...] | None = None
    locked: tuple[Text, ...] | None = None


MERGING = Mode(operators=True, variables=False)
MERGING_TEMPLATE = Mode(operators=True, variables=True)
TEMPLATE = Mode(operators=False, variables=True)


class Override(Written):
    """A policy for the targets on which all of `when` holds: of each of its lists, one pattern must fit."""

    when: Mapping[Key, tuple[Text, ...]]
    policy: Annotated[Policy, MERGING_TEMPLATE]


class Waiver(Written):
    """A bound replaced for one app and its descendants, by somebody, for a reason, until a day."""

    for_: AppName = Field(alias="for")
    guardrail: Text
    value: Annotated[Any, "free"]
    owner: Text
    reason: Text
    expires: Day


class Pause(Written):
    """Holds healing for an app and its descendants: until when, who says so, and why."""

    until: End
    owner: Text
    reason: Text


class Canary(Written):
    """Targets that are synced first: those that a pattern of each list fits. A list that is left out fits all."""

    accounts: tuple[Text, ...] | None = None
    regions: tuple[Text, ...] | None = None
    bake: Hold
    """Minutes from their sync until it is looked at how they are."""


class SyncWindow(Written):
    """When a target may be changed: from each run of the schedule on, for so long."""

    schedule: CronSchedule
    timezone: Text = "Etc/UTC"
    duration: Hold


class Sync(Written):
    """How a version reaches the targets of an app and its descendants."""

    canary: Canary | None = None
    windows: tuple[SyncWindow, ...] = ()


class Adopt(Written):
    """Vaults and plans that exist without a bundle's tag, by their names in AWS, and become this leaf's."""

    vaults: tuple[Text, ...] = ()
    plans: tuple[Text, ...] = ()


class Spec(Written):
    """What an app declares. The keys of INHERITED merge with the parent's."""

    children: tuple[Text, ...] = ()
    targets: Annotated[Targets, MERGING] = Field(default_factory=Targets)
    variables: Annotated[Mapping[Key, str], MERGING] = Field(default_factory=dict)
    policy: Annotated[Policy, MERGING_TEMPLATE] = Field(default_factory=Policy)
    self_heal: Annotated[Flag, MERGING] = False
    guardrails: Annotated[Guardrails, TEMPLATE] = Field(default_factory=Guardrails)
    overrides: tuple[Override, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    pause: Pause | None = None
    sync: Sync | None = None
    adopt: Annotated[Adopt, TEMPLATE] = Field(default_factory=Adopt)


INHERITED = ("policy", "selfHeal", "targets", "variables")
"""The keys of `spec` that merge from root to leaf; the others belong to the app that writes them."""


class AccountLookup(Written):
    """Accounts by id, by organizational unit (everything below it), or by the tags of the account."""

    ids: tuple[AccountId, ...] = ()
    ou: Text | None = None
    tag: Tags | None = None


class Generator(Written):
    """Gives items; one of its keys is written."""

    list_: tuple[Mapping[Key, str], ...] | None = Field(default=None, alias="list")
    accounts: AccountLookup | tuple[AccountId, ...] | None = None
    regions: tuple[Region, ...] | None = None


class TopGenerator(Generator):
    """A generator, or the product of several."""

    matrix: tuple[Generator, ...] | None = None


class Template(Written):
    """The app that is stamped for each item, whose values stand in it as `${item.<name>}`."""

    metadata: Metadata
    spec: Spec


class AppSetSpec(Written):
    generators: tuple[TopGenerator, ...]
    template: Template


class BackupAppSet(Written):
    """A set of leaves stamped from one template: a document of `kind: BackupAppSet`."""

    api_version: Literal["backup-apps/v1"]
    kind: Literal["BackupAppSet"]
    metadata: Metadata
    spec: AppSetSpec


class BackupApp(Written):
    """One app: a document of `kind: BackupApp`."""

    api_version: Literal["backup-apps/v1"]
    kind: Literal["BackupApp"]
    metadata: Metadata
    spec: Spec
