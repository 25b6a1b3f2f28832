"""The ledger and the key that seals it, in memory."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.ledger.entries import EMPTY, Checkpoint, Entry, Happening, chained, head_of
from backup_apps.domain.ledger.history import moment


@dataclass
class Ledger:
    """`fails` counts down to a record that can't be made."""

    chains: dict[str, list[Entry]] = field(default_factory=dict)
    kept: dict[str, dict[tuple[int, str], Checkpoint]] = field(default_factory=dict)
    clock: Callable[[], datetime] = lambda: datetime(2026, 1, 1, 12, tzinfo=UTC)
    fails_after: int | None = None

    def record(self, bundle: str, happenings: Sequence[Happening]) -> tuple[Entry, ...]:
        if self.fails_after is not None:
            self.fails_after -= 1
            if self.fails_after < 0:
                raise UnavailableError("TransactWriteItems", "ServiceUnavailable", "the ledger can't be written")
        chain = self.chains.setdefault(bundle, [])
        known = {entry.id for entry in chain}
        new = {one.id: one for one in happenings if one.id not in known}
        head = head_of(chain[-1]) if chain else EMPTY
        entries = tuple(chained(bundle, head, new.values(), moment(self.clock())))
        chain.extend(entries)
        return entries

    def entries(self, bundle: str, after: int = 0) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.chains.get(bundle, ()) if entry.sequence > after)

    def latest(self, bundle: str, limit: int) -> tuple[Entry, ...]:
        return tuple(self.chains.get(bundle, ())[::-1][:limit])

    def last_checkpoint(self, bundle: str) -> Checkpoint | None:
        return next(iter(self.checkpoints(bundle)[::-1]), None)

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        return tuple(one for _, one in sorted(self.kept.get(bundle, {}).items()))

    def keep(self, checkpoint: Checkpoint) -> None:
        self.kept.setdefault(checkpoint.bundle, {}).setdefault((checkpoint.sequence, checkpoint.reason), checkpoint)


@dataclass
class Signer:
    """Signs with a secret that everybody knows."""

    key: str = "arn:aws:kms:eu-west-1:999999999999:key/ledger"

    def sign(self, message: bytes) -> bytes:
        return hashlib.sha256(self.key.encode() + message).digest()

    def public_key(self, key: str) -> str:
        return f"public half of {key}"

    def is_signed(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.key == self.key and checkpoint.signature == self.sign(checkpoint.signed).hex()
