"""Desired state: what a bundle asks of AWS Backup in one target, as AWS-shaped documents.

`BackupPlan` and each of `Selections` are exactly the inputs of CreateBackupPlan and CreateBackupSelection; `Lock`,
`AccessPolicy` and `Notifications` are the inputs of the matching Put calls without `BackupVaultName`. What is not set
is absent, never null. Lists that come from mappings are sorted by key, so that the same bundle gives the same bytes.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.handling import Adopted, Covered, Handling

BUNDLE_TAG = "backup-apps:bundle"
APP_TAG = "backup-apps:app"


class Target(NamedTuple):
    """An account and a region of it."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


def target_from(text: str) -> Target:
    """What `str` of a target wrote."""
    return Target(*text.split("/"))


class AwsShape(BaseModel):
    """A frozen model whose JSON names are AWS's."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the command line and of stored state: AWS's names, unset members absent."""
        return self.model_dump(by_alias=True, exclude_none=True)

    def to_text(self, indent: int | None = 2) -> str:
        """The same as text, written without the detour."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)


class DesiredVault(AwsShape):
    """A backup vault with its lock, access policy and notifications."""

    name: str = Field(alias="BackupVaultName")
    key_arn: str | None = Field(default=None, alias="EncryptionKeyArn")
    """A key or an alias of one, as written; AWS Backup refuses aliases, so planning resolves them."""
    tags: Mapping[str, str] = Field(alias="BackupVaultTags")
    lock: Mapping[str, Any] | None = Field(default=None, alias="Lock")
    access_policy: Mapping[str, Any] | None = Field(default=None, alias="AccessPolicy")
    notifications: Mapping[str, Any] | None = Field(default=None, alias="Notifications")


class DesiredPlan(AwsShape):
    """A backup plan of one app, with its selections (each a bare `BackupSelection`)."""

    app: str
    backup_plan: Mapping[str, Any] = Field(alias="BackupPlan")
    tags: Mapping[str, str] = Field(alias="BackupPlanTags")
    selections: tuple[Mapping[str, Any], ...] = Field(default=(), alias="Selections")

    @property
    def name(self) -> str:
        return str(self.backup_plan["BackupPlanName"])


class DesiredTestingPlan(AwsShape):
    """A plan of AWS restore testing of one app, with its selections (each a `RestoreTestingSelectionForCreate`)."""

    app: str
    plan: Mapping[str, Any] = Field(alias="RestoreTestingPlan")
    tags: Mapping[str, str] = Field(alias="Tags")
    selections: tuple[Mapping[str, Any], ...] = Field(default=(), alias="Selections")

    @property
    def name(self) -> str:
        return str(self.plan["RestoreTestingPlanName"])

    @property
    def texts(self) -> Iterator[str]:
        """Every value that takes the place of what AWS infers."""
        return (value for one in self.selections for value in one.get("RestoreMetadataOverrides", {}).values())

    def with_keys(self, arns: Mapping[str, str]) -> "DesiredTestingPlan":
        """With the keys, by alias."""
        return self.model_copy(update={"selections": tuple(_with_keys(one, arns) for one in self.selections)})


def _with_keys(selection: Mapping[str, Any], arns: Mapping[str, str]) -> Mapping[str, Any]:
    overrides = selection.get("RestoreMetadataOverrides")
    if not overrides:
        return selection
    return {**selection, "RestoreMetadataOverrides": {key: arns.get(text, text) for key, text in overrides.items()}}


class DesiredTarget(AwsShape):
    """Everything a bundle asks of one target."""

    account: str
    region: str
    vaults: tuple[DesiredVault, ...] = ()
    plans: tuple[DesiredPlan, ...] = ()
    region_settings: Mapping[str, Any] | None = Field(default=None, alias="RegionSettings")
    testing: tuple[DesiredTestingPlan, ...] | None = Field(default=None, alias="RestoreTestingPlans")
    """None where AWS tests no restores, so that nothing is said of it."""
    handling: Handling | None = None
    """For the hub alone; None where there is nothing to say."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    @property
    def adopted(self) -> Adopted:
        """The names that may be taken over where no bundle has them."""
        return self.handling.adopt if self.handling else Adopted()

    @property
    def covered(self) -> tuple[Covered, ...]:
        """Whose resources may not be without a plan."""
        return self.handling.covered if self.handling else ()

    @property
    def asks_for_region_settings(self) -> bool:
        """To set them, or to know which types of what is to be covered are opted in."""
        return bool(self.region_settings or self.covered)

    @property
    def key_aliases(self) -> tuple[str, ...]:
        """Aliases that stand for keys of vaults and of what is restored, each once. AWS Backup takes none: they are
        looked up."""
        keys = {vault.key_arn for vault in self.vaults if vault.key_arn}
        keys |= {text for plan in self.testing or () for text in plan.texts if text.startswith("arn:")}
        return tuple(sorted(key for key in keys if key.rpartition(":")[2].startswith("alias/")))


class DesiredState(AwsShape):
    """What a bundle asks of all its targets: the document that `render` prints."""

    bundle: str
    targets: tuple[DesiredTarget, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return super(DesiredState, self._asked()).to_json()

    def to_text(self, indent: int | None = 2) -> str:
        return super(DesiredState, self._asked()).to_text(indent)

    def _asked(self) -> "DesiredState":
        """Only what AWS Backup is asked for."""
        if not any(target.handling for target in self.targets):
            return self
        bare = tuple(target.model_copy(update={"handling": None}) for target in self.targets)
        return self.model_copy(update={"targets": bare})
