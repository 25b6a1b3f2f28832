"""A request for approval, and what was decided on it so far."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from backup_apps.domain.commits import Version
from backup_apps.domain.protection.classes import Class


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Standing(StrEnum):
    """How a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Vote(_Kept):
    """What one person decided: by the session of an approver's role, whose unique id no other role ever has."""

    user: str
    role: str
    role_id: str
    decision: Decision
    at: str
    reason: str | None = None


class ApprovalRequest(_Kept):
    """What waits for a person: the version, and the digest of everything that it would write."""

    bundle: str
    version: str
    digest: str
    """Of the change set. A decision on another digest is no decision on this request."""
    class_: Class
    proposer: str | None = None
    """The person behind the pipeline, by name in IAM Identity Center; None where the deployment can't tell."""
    pipeline: str = ""
    """Who signed the commit, in words."""
    needed: int
    """How many people have to approve."""
    requested: str
    expires: str
    standing: Standing = Standing.WAITING
    votes: tuple[Vote, ...] = ()
    token: str = ""
    """What wakes the execution that waits."""
    revision: int = 0
    """Grows with each write, so that two decisions at once do not hide each other."""

    @property
    def id(self) -> Version:
        return Version(self.bundle, self.version)

    @property
    def approvers(self) -> tuple[str, ...]:
        return tuple(vote.user for vote in self.votes if vote.decision is Decision.APPROVE)

    def is_over(self, now: datetime) -> bool:
        return now >= datetime.fromisoformat(self.expires)


class Caller(NamedTuple):
    """Who called, as AWS says after it verified the signature: an assumed role's session."""

    account: str
    role: str
    """The name of the role."""
    role_id: str
    session: str

    @property
    def user(self) -> str:
        """IAM Identity Center names sessions after its users."""
        return self.session


def people_needed(class_: Class, proposer: str | None) -> int:
    """Four eyes for what can't be undone, and where nobody knows who the approver must not be."""
    return 2 if class_ is Class.IRREVERSIBLE or proposer is None else 1
