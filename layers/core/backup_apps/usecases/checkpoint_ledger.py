"""A checkpoint of a bundle's ledger: its last entry, signed. Only what is a chain since the last one is signed."""

from collections.abc import Sequence

from backup_apps.domain.errors import LedgerBrokenError, UnknownCommitError
from backup_apps.domain.ledger.entries import Checkpoint, Entry, Reason, signed_checkpoint
from backup_apps.domain.ledger.history import moment
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps.ports.hub import Hub


def checkpoint_ledger(hub: Hub, bundle: str, reason: Reason) -> Checkpoint:
    """Sign the end of the ledger, and keep that. Raises LedgerBrokenError if something in it was changed since."""
    last = hub.ledger.last_checkpoint(bundle)
    entries = hub.ledger.entries(bundle, last.sequence - 1 if last else 0)
    if not entries:
        raise UnknownCommitError(f"nothing is recorded of {bundle}; backup-apps push makes the first entry")
    _check(bundle, last, entries)
    made = signed_checkpoint(entries[-1], moment(hub.clock()), reason, hub.signer.key, hub.signer.sign)
    hub.ledger.keep(made)
    return made


def _check(bundle: str, last: Checkpoint | None, entries: Sequence[Entry]) -> None:
    """The first entry is the one that was signed last, or the first of all."""
    messages = [f"entry {found.sequence}: {found.message}" for found in verify_segment(entries)]
    if last is None and entries[0].sequence != 1:
        messages.append("its first entry is missing")
    if last is not None and (entries[0].sequence, entries[0].hash) != (last.sequence, last.hash):
        messages.append(f"entry {last.sequence} is not the one that was signed on {last.at}")
    if messages:
        raise LedgerBrokenError(bundle, messages)
