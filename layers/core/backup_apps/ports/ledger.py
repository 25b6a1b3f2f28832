"""The ledger, and the key that seals it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from backup_apps.domain.ledger.entries import Checkpoint, Entry, Happening


class Ledger(Protocol):
    """The hash chains of all bundles. What is recorded stays, and cannot be recorded twice."""

    def record(self, bundle: str, happenings: Sequence[Happening]) -> tuple[Entry, ...]:
        """Chain what is not recorded yet; the new entries. Raises AwsError if it can't: then the caller does not go on
        with what it wanted to record, and whoever called it tries again."""
        ...

    def entries(self, bundle: str, after: int = 0) -> tuple[Entry, ...]:
        """In order, from the one behind `after`."""
        ...

    def latest(self, bundle: str, limit: int) -> tuple[Entry, ...]:
        """The last entries, the newest first."""
        ...

    def last_checkpoint(self, bundle: str) -> Checkpoint | None: ...

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        """All of them, in order, from where nobody can change them."""
        ...

    def keep(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint; the first of an entry stays, of each reason."""
        ...


class Signer(Protocol):
    """The key that seals ledgers. Its private half never leaves KMS."""

    @property
    def key(self) -> str:
        """The ARN of the key."""
        ...

    def sign(self, message: bytes) -> bytes: ...

    def public_key(self, key: str) -> str:
        """PEM of this or of an earlier key, by its ARN."""
        ...
