"""The policy of an app: one frozen model a mapping, unknown keys refused.

`grammar` checks files against these models; the effective policy of a leaf is an instance of `Policy`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from backup_apps.domain.quantities import (
    AccountId,
    CheckFunctionArn,
    Clock,
    CoveredType,
    Days,
    DaysOrNever,
    Engine,
    Flag,
    Key,
    KeyArn,
    LockMode,
    PlanName,
    Region,
    ResourceArn,
    RoleArn,
    Schedule,
    Severity,
    Size,
    TagKey,
    TagValue,
    TestedType,
    Text,
    Time,
    TopicArn,
    VaultArn,
    VaultName,
    Window,
)

RULE_DEFAULTS: dict[str, str | bool] = {
    "timezone": "Etc/UTC",
    "startWindow": "8h",
    "completeWindow": "168h",
    "continuous": False,
}
"""What a rule says where nobody wrote it."""

Document = Annotated[Mapping[str, Any], "free mapping"]
"""JSON that AWS defines, not the language: an IAM policy."""

Tags = Mapping[TagKey, TagValue]


class Written(BaseModel):
    """A mapping of the language: camelCase keys, none unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


def unset(model: type[Written]) -> Any:
    """The default of a mapping that nobody wrote: one frozen instance for all."""
    empty = model()
    return Field(default_factory=lambda: empty)


class Retention(Written):
    """Days until a recovery point moves to cold storage and until it is deleted."""

    delete: DaysOrNever
    cold: Days | None = None
    archive_when_supported: Flag | None = None


class CopyTo(Written):
    """A vault by its AWS name; account and region are the target's where not written."""

    vault: VaultName
    account: AccountId | None = None
    region: Region | None = None
    external: Flag = False


class Copy(Written):
    """A copy of each recovery point into another vault, with a lifecycle of its own."""

    retention: Retention
    to: CopyTo | None = None
    vault_arn: VaultArn | None = None


class Rule(Written):
    """When to back up, into which vault (a key of `vaults`), and how long to keep it."""

    vault: Key
    schedule: Schedule
    retention: Retention
    timezone: Text
    start_window: Window
    complete_window: Window
    continuous: Flag
    tags: Tags = Field(default_factory=dict)
    copies: Mapping[Key, Copy] = Field(default_factory=dict)


class TagConditions(Written):
    """Conditions on resource tags, all of which must hold; `like` takes * as wildcard."""

    equals: Mapping[TagKey, TagValue | tuple[TagValue, ...]] = Field(default_factory=dict)
    not_equals: Mapping[TagKey, TagValue | tuple[TagValue, ...]] = Field(default_factory=dict)
    like: Mapping[TagKey, TagValue | tuple[TagValue, ...]] = Field(default_factory=dict)
    not_like: Mapping[TagKey, TagValue | tuple[TagValue, ...]] = Field(default_factory=dict)


class Shared(Written):
    """Why resources are meant to be backed up by more than one app at once."""

    reason: Text


class Selection(Written):
    """What a plan backs up. `shared` says that it overlaps with others on purpose; AWS Backup is not told."""

    resources: tuple[ResourceArn, ...] = ()
    exclude: tuple[ResourceArn, ...] = ()
    any_tag: Mapping[TagKey, tuple[TagValue, ...]] = Field(default_factory=dict)
    all_tags: TagConditions = unset(TagConditions)
    role: RoleArn | None = None
    shared: Shared | None = None


class S3Settings(Written):
    acls: Flag | None = None
    object_tags: Flag | None = None


class AdvancedSettings(Written):
    windows_vss: Flag | None = None
    s3: S3Settings = unset(S3Settings)


class Gfs(Written):
    """Grandfather, father, son: a rule a tier, each tier a retention. At the same time of day, into the same vault."""

    daily: Retention | None = None
    weekly: Retention | None = None
    monthly: Retention | None = None
    yearly: Retention | None = None
    vault: Key | None = None
    at: Clock
    timezone: Text | None = None
    copies: Mapping[Key, Copy] = Field(default_factory=dict)


class Plan(Written):
    """Rules and the selections that they back up."""

    gfs: Gfs | None = None
    rules: Mapping[Key, Rule] = Field(default_factory=dict)
    selections: Mapping[Key, Selection] = Field(default_factory=dict)
    advanced: AdvancedSettings = unset(AdvancedSettings)
    name: PlanName | None = None


class Lock(Written):
    """Vault lock; compliance becomes permanent `changeableFor` after it is set."""

    mode: LockMode
    min: Days | None = None
    max: DaysOrNever | None = None
    changeable_for: Days | None = None


class Notifications(Written):
    topic: TopicArn
    events: tuple[Text, ...]


class Vault(Written):
    name: VaultName
    kms_key: KeyArn | None = None
    lock: Lock | None = None
    access_policy: Document | None = None
    notifications: Notifications | None = None
    tags: Tags = Field(default_factory=dict)


class RegionSettings(Written):
    """AWS Backup's opt-in and full management by resource type."""

    opt_in: Mapping[Text, Flag] = Field(default_factory=dict)
    management: Mapping[Text, Flag] = Field(default_factory=dict)


class Sandbox(Written):
    """Where a rehearsal restores, and with what: a role that AWS Backup assumes, the key of what is restored, and for
    databases a network. In another account or region by a copy of the recovery point in a vault there."""

    account: AccountId | None = None
    region: Region | None = None
    vault: VaultName | None = None
    role: RoleArn | None = None
    kms_key: KeyArn | None = None
    subnet_group: Text | None = None
    security_groups: tuple[Text, ...] = ()


class BucketChecks(Written):
    """`canary` is an object that every restored bucket must hold."""

    canary: Text | None = None


class TableChecks(Written):
    """`canary` is the primary key of an item that every restored table must hold."""

    canary: Mapping[Text, Text] = Field(default_factory=dict)


class Checks(Written):
    """What is checked beyond what is always checked, by resource type; and a function that checks on its own."""

    s3: BucketChecks = unset(BucketChecks)
    dynamodb: TableChecks = unset(TableChecks)
    hook: CheckFunctionArn | None = None


class Group(Written):
    """Resources that make one application together, in the order in which they are restored, and a function that checks
    all of them at once."""

    resources: tuple[ResourceArn, ...] = ()
    hook: CheckFunctionArn | None = None


class Verification(Written):
    """When restores are rehearsed, how old the last clean one may be, how long one may take (minutes), how large what
    one run restores may be in all (bytes), and what is checked.

    With `engine: aws` restore testing of AWS Backup restores: all resources of these `types`, each with metadata that
    take the place of what AWS infers."""

    engine: Engine = "sandbox"
    types: Mapping[TestedType, Mapping[Text, Text]] = Field(default_factory=dict)
    schedule: Schedule | None = None
    max_age: Time | None = None
    rto: Time | None = None
    max_bytes: Size | None = None
    sandbox: Sandbox = unset(Sandbox)
    group: Group = unset(Group)
    checks: Checks = unset(Checks)


class Alerts(Written):
    topic: TopicArn | None = None
    severity: Severity | None = None


class Cover(Written):
    """Types of which no resource of the target may be without a plan, whoever owns it, but for what is excluded."""

    types: tuple[CoveredType, ...] = ()
    exclude: tuple[ResourceArn, ...] = ()


class Policy(Written):
    """What an app asks of AWS Backup, once everything inherited is merged."""

    role: RoleArn | None = None
    vaults: Mapping[Key, Vault] = Field(default_factory=dict)
    plans: Mapping[Key, Plan] = Field(default_factory=dict)
    region_settings: RegionSettings = unset(RegionSettings)
    verification: Verification = unset(Verification)
    alerts: Alerts = unset(Alerts)
    cover: Cover = unset(Cover)
