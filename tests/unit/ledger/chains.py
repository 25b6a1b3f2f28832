"""Ledgers small enough to read, sealed by the signer in memory."""

from typing import Any

from backup_apps.domain.ledger.entries import (
    EMPTY,
    Checkpoint,
    Entry,
    Happening,
    Kind,
    Reason,
    chained,
    signed_checkpoint,
)
from backup_apps.domain.ledger.lines import SigningKey, export_lines
from sync.memory_ledger import Signer

SIGNER = Signer()
NOON = "2026-01-01T12:00:00.000+00:00"


def happening(number: int, **facts: Any) -> Happening:
    return Happening(Kind.WRITE, f"write/{number}", {"version": "v1", "number": number} | facts)


def chain(count: int, bundle: str = "acme") -> list[Entry]:
    return list(chained(bundle, EMPTY, [happening(number) for number in range(1, count + 1)], NOON))


def sealed(entry: Entry, reason: Reason = Reason.EXPORT, at: str = NOON) -> Checkpoint:
    return signed_checkpoint(entry, at, reason, SIGNER.key, SIGNER.sign)


def exported(count: int = 5, signer: Any = SIGNER) -> bytes:
    """With a checkpoint in the middle and one in the end."""
    entries = chain(count)
    inner = signed_checkpoint(entries[(count - 1) // 2], NOON, Reason.SYNC, signer.key, signer.sign)
    checkpoints = [inner, signed_checkpoint(entries[-1], NOON, Reason.EXPORT, signer.key, signer.sign)]
    key = SigningKey(id=signer.key, public_key=signer.public_key(signer.key))
    return b"".join(export_lines(entries, checkpoints, [key]))
