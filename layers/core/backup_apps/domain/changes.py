"""Changes: what a sync would write to make a target what its bundle asks.

One change is one call to AWS Backup. Its type says which side is absent: `Create` has no `before`, `Prune` no `after`.
`Keep` is no call: it reports what nobody wants any more and what stays nevertheless. `after` is the input of the call,
without the names and ids of what it is about; `before` is live state in normal form.

A change names things as people do (vault, plan, selection) and never by the ids that AWS gives, so that a change set
read from storage still equals one that is computed again.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from backup_apps.domain.desired import Target
from backup_apps.domain.handling import Overlap


class Kind(StrEnum):
    """What a change is about."""

    REGION_SETTINGS = "region-settings"
    VAULT = "vault"
    VAULT_TAG = "vault-tag"
    ACCESS_POLICY = "access-policy"
    NOTIFICATIONS = "notifications"
    LOCK = "lock"
    PLAN = "plan"
    PLAN_TAG = "plan-tag"
    SELECTION = "selection"
    TESTING_PLAN = "restore-testing-plan"
    TESTING_PLAN_TAG = "restore-testing-plan-tag"
    TESTING_SELECTION = "restore-testing-selection"


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kind: Kind
    name: str = ""
    """The name of the vault or of the plan; empty for region settings."""
    item: str = ""
    """The selection's name, or the tag's key."""
    app: str | None = None
    """The leaf that asks for it; None for vaults and region settings, which leaves share."""

    @property
    def title(self) -> str:
        """What a person would call it: `selection daily/tagged-1a2b3c4d`."""
        path = "/".join(part for part in (self.name, self.item) if part)
        return f"{self.kind.value.replace('-', ' ')} {path}".rstrip()


class Create(_Change):
    action: Literal["create"] = "create"
    after: Any


class Update(_Change):
    action: Literal["update"] = "update"
    before: Any
    after: Any


class Prune(_Change):
    action: Literal["prune"] = "prune"
    before: Any


class Keep(_Change):
    action: Literal["keep"] = "keep"
    before: Any
    reason: str


Write = Create | Update | Prune
Change = Annotated[Create | Update | Prune | Keep, Field(discriminator="action")]


class Conflict(NamedTuple):
    """Something that is not the bundle's to change."""

    kind: Kind
    """A vault, a plan or a restore testing plan."""
    name: str
    said: str
    """One sentence."""


class Difference(NamedTuple):
    """What a sync would write, in its order, and what stands in its way."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()


class ChangeSet(BaseModel):
    """All changes of a bundle in one target, in the order of the sync."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    bundle: str
    account: str
    region: str
    changes: tuple[Change, ...] = ()
    conflicts: tuple[str, ...] = ()
    """What is not ours to change, a sentence each. A change set with a conflict is never carried out."""

    overlaps: tuple[Overlap, ...] = ()
    """What would be backed up twice; told to whoever reads the change set, and no part of what it changes."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)

    @property
    def writes(self) -> tuple[Write, ...]:
        """The changes that are calls."""
        return tuple(change for change in self.changes if not isinstance(change, Keep))

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=None if self.overlaps else {"overlaps"})


def change_set_from(document: Mapping[str, Any]) -> ChangeSet:
    """The change set in a stored document, which may say more about it."""
    return ChangeSet.model_validate({name: document[name] for name in ChangeSet.model_fields if name in document})
