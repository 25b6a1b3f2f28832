"""Whether a ledger is whole: nothing in it changed, dropped, moved or doubled, nothing cut from its end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from backup_apps.domain.ledger.entries import NOTHING, Checkpoint, Entry, Reason

IsSigned = Callable[[Checkpoint], bool]
"""Whether the signature of a checkpoint is right."""


class FindingKind(StrEnum):
    """What is wrong."""

    MALFORMED = "malformed"
    """Not what our export writes, to the byte."""
    CHANGED = "changed"
    DROPPED = "dropped"
    REORDERED = "reordered"
    DOUBLED = "doubled"
    CUT = "cut"
    """The end is missing, or nobody signed it."""
    SIGNATURE = "signature"
    """A checkpoint was not signed with the hub's key."""


class LedgerFinding(NamedTuple):
    """`sequence` is that of the entry or of the checkpoint, where there is one to name."""

    sequence: int | None
    kind: FindingKind
    message: str


def verify(entries: Sequence[Entry], checkpoints: Sequence[Checkpoint], is_signed: IsSigned) -> list[LedgerFinding]:
    """All that is wrong with a whole chain, from its first entry to the checkpoint that it ends in."""
    bundle = entries[0].bundle if entries else checkpoints[0].bundle if checkpoints else ""
    found = [*_contents(entries, bundle), *_order(entries), *_links(entries)]
    found += _seals(entries, checkpoints, bundle, is_signed)
    return found + list(_end(entries, checkpoints))


def verify_segment(entries: Sequence[Entry]) -> list[LedgerFinding]:
    """The same for a part of a chain; nothing is said about what comes before and after."""
    bundle = entries[0].bundle if entries else ""
    return [*_contents(entries, bundle), *_order(entries, None), *_links(entries)]


def _contents(entries: Iterable[Entry], bundle: str) -> Iterator[LedgerFinding]:
    """Each entry in itself, and each happening once."""
    seen: dict[str, int] = {}
    for entry in entries:
        if _computed(entry) != entry.hash:
            yield _changed(entry, "its content does not have its hash")
        if entry.bundle != bundle:
            yield _changed(entry, f"it is of bundle {entry.bundle}, and the ledger is of {bundle}")
        if seen.setdefault(entry.id, entry.sequence) != entry.sequence:
            message = f"what happened is recorded in entry {seen[entry.id]} already"
            yield LedgerFinding(entry.sequence, FindingKind.DOUBLED, message)


def _computed(entry: Entry) -> str | None:
    try:
        return entry.computed_hash
    except ValueError:
        return None


def _order(entries: Sequence[Entry], first: int | None = 1) -> Iterator[LedgerFinding]:
    """Sequences count up by one from `first`."""
    present, seen = {entry.sequence for entry in entries}, set[int]()
    highest = entries[0].sequence - 1 if first is None and entries else (first or 1) - 1
    for entry in entries:
        if entry.sequence in seen:
            yield LedgerFinding(entry.sequence, FindingKind.DOUBLED, "the entry is there more than once")
        elif entry.sequence <= highest:
            yield LedgerFinding(entry.sequence, FindingKind.REORDERED, f"it stands behind entry {highest}")
        else:
            yield from _gap(highest, entry.sequence, present)
        seen.add(entry.sequence)
        highest = max(highest, entry.sequence)


def _gap(highest: int, sequence: int, present: set[int]) -> Iterator[LedgerFinding]:
    """What is missing before an entry; what comes later in the file is said to be out of order there."""
    searched = highest + 2 + len(present)  # a number among these is not present, however far the next entry is
    missing = [number for number in range(highest + 1, min(sequence, searched)) if number not in present]
    if missing:
        what = f"entry {missing[0]} is" if sequence - highest == 2 else f"entries from {missing[0]} are"
        yield LedgerFinding(missing[0], FindingKind.DROPPED, f"{what} missing before entry {sequence}")


def _links(entries: Sequence[Entry]) -> Iterator[LedgerFinding]:
    """Each entry holds the hash of the one before, and is not older."""
    by_sequence = {entry.sequence: entry for entry in reversed(entries)}
    for entry in entries:
        before = by_sequence.get(entry.sequence - 1)
        expected = NOTHING if entry.sequence == 1 else before.hash if before else entry.previous
        if entry.previous != expected:
            yield _changed(entry, "it does not follow on the entry before")
        elif before is not None and entry.at < before.at:
            yield _changed(entry, "it is older than the entry before")


def _seals(
    entries: Iterable[Entry], checkpoints: Sequence[Checkpoint], bundle: str, is_signed: IsSigned
) -> Iterator[LedgerFinding]:
    by_sequence = {entry.sequence: entry for entry in entries}
    for checkpoint in checkpoints:
        sealed = by_sequence.get(checkpoint.sequence)
        if not is_signed(checkpoint):
            message = f"the checkpoint of {checkpoint.at} is not signed with the key {checkpoint.key}"
            yield LedgerFinding(checkpoint.sequence, FindingKind.SIGNATURE, message)
        if checkpoint.bundle != bundle:
            message = f"the checkpoint of {checkpoint.at} is of bundle {checkpoint.bundle}"
            yield LedgerFinding(checkpoint.sequence, FindingKind.CHANGED, message)
        if sealed is not None and sealed.hash != checkpoint.hash:
            yield _changed(sealed, f"it is not the entry that was signed on {checkpoint.at}")
    for one, following in pairwise(checkpoints):
        if following == one:
            yield LedgerFinding(one.sequence, FindingKind.DOUBLED, "the checkpoint is there more than once")
        if following.sequence < one.sequence:
            message = f"the checkpoint stands behind that of entry {one.sequence}"
            yield LedgerFinding(following.sequence, FindingKind.REORDERED, message)


def _end(entries: Sequence[Entry], checkpoints: Sequence[Checkpoint]) -> Iterator[LedgerFinding]:
    """The last entry is the one that was signed last."""
    last = max((entry.sequence for entry in entries), default=0)
    signed = max((checkpoint.sequence for checkpoint in checkpoints), default=0)
    if not last and not signed:
        yield LedgerFinding(None, FindingKind.CUT, "nothing is there")
    elif signed > last:
        yield LedgerFinding(signed, FindingKind.CUT, f"entry {signed} was signed, and the last one here is {last}")
    elif signed < last:
        until = f"the last checkpoint is of entry {signed}" if signed else "there is no checkpoint"
        yield LedgerFinding(last, FindingKind.CUT, f"the end is not signed: {until}")
    elif checkpoints[-1].reason is not Reason.EXPORT:
        message = "the last checkpoint was not made as the end of an export, so that something followed"
        yield LedgerFinding(signed, FindingKind.CUT, message)


def _changed(entry: Entry, message: str) -> LedgerFinding:
    return LedgerFinding(entry.sequence, FindingKind.CHANGED, message)
