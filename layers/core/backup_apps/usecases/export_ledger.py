"""The ledger of a bundle as a file that an auditor takes along."""

from collections.abc import Callable
from typing import NamedTuple

from backup_apps.domain.ledger.entries import Checkpoint, Entry, Reason
from backup_apps.domain.ledger.lines import SigningKey, export_lines
from backup_apps.ports.ledger import Ledger

Seal = Callable[[str], Checkpoint]
"""Has the hub sign the end of a bundle's ledger."""
PublicKey = Callable[[str], str]
"""The public half of a key, by its ARN, as PEM."""


class Export(NamedTuple):
    """What is in the file."""

    entries: tuple[Entry, ...]
    checkpoints: tuple[Checkpoint, ...]
    keys: tuple[SigningKey, ...]

    @property
    def text(self) -> bytes:
        return b"".join(export_lines(self.entries, self.checkpoints, self.keys))


def export_ledger(ledger: Ledger, seal: Seal, public_key: PublicKey, bundle: str) -> Export:
    """All entries up to a checkpoint that is made for it; what is recorded meanwhile is left for the next."""
    last = seal(bundle)
    entries = tuple(entry for entry in ledger.entries(bundle) if entry.sequence <= last.sequence)
    of_syncs = (one for one in ledger.checkpoints(bundle) if one.reason is Reason.SYNC)
    checkpoints = (*(one for one in of_syncs if one.sequence <= last.sequence), last)
    keys = tuple(SigningKey(id=key, public_key=public_key(key)) for key in sorted({one.key for one in checkpoints}))
    return Export(entries, checkpoints, keys)
