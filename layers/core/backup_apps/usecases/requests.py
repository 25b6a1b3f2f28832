"""What the steps of the sync state machine and the command line hand to a function, checked at the door."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.ledger.entries import HUB_CHAIN

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
    model_config = ConfigDict(frozen=True, extra="forbid")


class _OfVersion(_Request):
    bundle: str = _BUNDLE
    version: str = _VERSION

    @property
    def id(self) -> Version:
        return Version(self.bundle, self.version)


class TargetRequest(_OfVersion):
    """One target of a version."""

    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(min_length=1)

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


class FailureRequest(TargetRequest):
    """A target of a version that failed, and the error as it was caught."""

    error: Annotated[str, BeforeValidator(caught_error)]


class PlanRequest(_OfVersion):
    """A version, all of whose targets are planned."""


class OutcomeRequest(_OfVersion):
    """A version whose sync has ended, or why it broke off."""

    error: Annotated[str | None, BeforeValidator(caught_error)] = None


class DiffRequest(_Request):
    """The desired state of one target."""

    bundle: str = _BUNDLE
    desired: DesiredTarget


class LedgerRequest(_Request):
    """The bundle whose ledger is meant, or the chain of what belongs to no bundle."""

    bundle: str = Field(pattern=rf"^([a-z0-9-]{{1,40}}|{HUB_CHAIN})$")
