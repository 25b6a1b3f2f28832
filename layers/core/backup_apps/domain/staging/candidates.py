"""The targets of a version, as a staged sync looks at them."""

from enum import StrEnum
from typing import NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.staging.settings import Staging


class Progress(StrEnum):
    """How far a target has come."""

    PENDING = "pending"
    """Something is to be written there."""
    DONE = "done"
    """It is synced, or nothing is to be written there."""
    FAILED = "failed"


class Candidate(NamedTuple):
    """A target of the version."""

    target: Target
    staging: tuple[Staging, ...] = ()
    """Of each app from the root to a leaf that is deployed there, once, those that ask for nothing left out."""
    progress: Progress = Progress.PENDING
    error: str | None = None
    retired: bool = False
    """The bundle names it no more: `staging` is what held for it, and it proves nothing for others."""

    @property
    def is_canary(self) -> bool:
        return any(self.is_canary_of(one) for one in self.staging)

    def is_canary_of(self, staging: Staging) -> bool:
        return not self.retired and staging.canary is not None and staging.canary.takes(self.target)
