"""What the steps of the sync state machine and the command line hand to a function, checked at the door."""

import json
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.protection.classes import Class

_BUNDLE = Field(pattern=r"^[a-z0-9-]{1,40}$")
_VERSION = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")


def caught_error(error: Any) -> Any:
    """A text as it is; what Step Functions catches (`{"Error", "Cause"}`) as the error's name and its message.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    if not isinstance(error, dict):
        return error
    cause = str(error.get("Cause", ""))
    try:
        told = json.loads(cause)
    except ValueError:
        told = {}
    message = told.get("errorMessage", cause) if isinstance(told, dict) else cause
    return f"{error.get('Error', 'Error')}: {message}"


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class OfVersion(_Request):
    """Of one version of a bundle."""

    bundle: str = _BUNDLE
    version: str = _VERSION

    @property
    def id(self) -> Version:
        return Version(self.bundle, self.version)


class TargetRequest(OfVersion):
    """One target of a version."""

    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(min_length=1)
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Of the changes that were planned, and approved if they had to be."""
    closes: AwareDatetime | None = None
    """From then on a sync may no longer begin: its window closes."""

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


class FailureRequest(TargetRequest):
    """A target of a version that failed, and the error as it was caught."""

    error: Annotated[str, BeforeValidator(caught_error)]


class PlanRequest(OfVersion):
    """A version, all of whose targets are planned."""


class StageRequest(OfVersion):
    """A version that is synced in stages."""

    round: int = Field(default=1, ge=1)
    """Which of its plans is carried out."""
    stage: int = Field(ge=1)
    """Which look at that plan this is: the same again is answered as before."""


class Refusal(BaseModel):
    """How the wait for an approval ended: what Step Functions caught."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    error: str = Field(alias="Error")
    cause: str = Field(default="", alias="Cause")


class OutcomeRequest(OfVersion):
    """A version whose sync has ended, or why it broke off."""

    error: Annotated[str | None, BeforeValidator(caught_error)] = None
    refusal: Refusal | None = None
    """Why an approval did not come."""


class ApprovalWait(OfVersion):
    """A version that is planned, and the execution that waits."""

    class_: Class = Field(alias="class")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    token: str = Field(min_length=1)
    seconds: int = Field(ge=60)


class OfTarget(_Request):
    """One target of a bundle, whatever its version is."""

    bundle: str = _BUNDLE
    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(min_length=1)

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


class SweepRequest(OfTarget):
    """`unmanaged`: whether this bundle tells of what no bundle manages there. `tells`: whether people are told now, or
    at the end of the sweep, one message an incident."""

    unmanaged: bool = False
    tells: bool = True


class DiffRequest(_Request):
    """The desired state of one target."""

    bundle: str = _BUNDLE
    desired: DesiredTarget


class LedgerRequest(_Request):
    """The bundle whose ledger is meant, or the chain of what belongs to no bundle."""

    bundle: str = Field(pattern=rf"^([a-z0-9-]{{1,40}}|{HUB_CHAIN})$")


class Tick(BaseModel):
    """The event of a schedule."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    time: AwareDatetime
