"""What the steps of the verification machine hand to their functions, checked at the door."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backup_apps.domain.desired import Target
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Trigger
from backup_apps.usecases.requests import caught_error


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class VerificationRequest(_Request):
    """What to verify: an app on a target, or a restore that somebody made."""

    run: str = Field(min_length=1, max_length=80)
    resumed_by: str | None = None
    """The execution that chooses anew, since the one that began was killed before it had."""
    trigger: Trigger
    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(min_length=1)
    bundle: str | None = None
    app: str | None = None
    job: str | None = None

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)


def _with_text_problem(rehearsal: Any) -> Any:
    if isinstance(rehearsal, dict) and "problem" in rehearsal:
        return {**rehearsal, "problem": caught_error(rehearsal["problem"])}
    return rehearsal


class Step(_Request):
    """A rehearsal that goes on."""

    rehearsal: Annotated[Rehearsal, BeforeValidator(_with_text_problem)]


class GroupStep(_Request):
    """Resources that were restored one after the other, still there."""

    group: tuple[Annotated[Rehearsal, BeforeValidator(_with_text_problem)], ...] = Field(min_length=1)


class WaitingStep(Step):
    """The same, by a task that waits until its token is given back."""

    token: str = Field(min_length=1)


class Event(BaseModel):
    """An event of a member's AWS Backup. Its details differ from state to state, so they are read leniently."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)

    account: str
    region: str
    time: datetime
    resources: tuple[str, ...] = ()
    detail: dict[str, Any]

    @property
    def target(self) -> Target:
        return Target(self.account, self.region)
