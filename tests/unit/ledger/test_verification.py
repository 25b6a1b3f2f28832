"""A ledger that was tampered with is found out, and one that was not is whole."""

from collections.abc import Callable

import pytest

from backup_apps.domain.ledger.entries import Checkpoint, Entry, Reason, chained, head_of
from backup_apps.domain.ledger.verification import FindingKind, LedgerFinding, verify, verify_segment

from .chains import NOON, SIGNER, chain, happening, sealed

Entries = list[Entry]


def findings(entries: Entries, checkpoints: list[Checkpoint]) -> list[LedgerFinding]:
    return verify(entries, checkpoints, SIGNER.is_signed)


def found(entries: Entries, checkpoints: list[Checkpoint]) -> set[tuple[int | None, FindingKind]]:
    return {(one.sequence, one.kind) for one in findings(entries, checkpoints)}


def edited(entry: Entry, **members: object) -> Entry:
    return entry.model_copy(update=members)


def rehashed(entry: Entry, **members: object) -> Entry:
    """By somebody who knows how."""
    changed = edited(entry, **members)
    return edited(changed, hash=changed.computed_hash)


def rewritten(entries: Entries, index: int, **members: object) -> Entries:
    """One entry changed, and all behind it chained anew: only a signature can tell."""
    changed = rehashed(entries[index], **members)
    following: Entries = []
    for entry in entries[index + 1 :]:
        following.append(rehashed(entry, previous=(following or [changed])[-1].hash))
    return [*entries[:index], changed, *following]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_whole_ledger(count: int) -> None:
    entries = chain(count)
    assert findings(entries, [*(sealed(entry, Reason.SYNC) for entry in entries), sealed(entries[-1])]) == []
    assert findings(entries, [sealed(entries[-1])]) == []
    assert findings(entries, [sealed(entries[-1]), sealed(entries[-1], at="2026-02-01T00:00:00.000+00:00")]) == []


@pytest.mark.parametrize(
    "members",
    [
        {"facts": {"version": "v2", "number": 3}},
        {"facts": {"version": "v1", "number": 3, "more": None}},
        {"at": "2026-01-01T12:00:00.001+00:00"},
        {"kind": "alert"},
        {"id": "write/33"},
        {"previous": "1" * 64},
        {"hash": "1" * 64},
        {"bundle": "other"},
        {"facts": {"number": 3.5}},
    ],
)
def test_a_changed_entry(members: dict[str, object]) -> None:
    entries = chain(5)
    entries[2] = edited(entries[2], **members)
    assert (3, FindingKind.CHANGED) in found(entries, [sealed(chain(5)[-1])])


def test_a_changed_entry_with_its_hash_made_anew_does_not_fit_the_next() -> None:
    entries = chain(5)
    entries[2] = rehashed(entries[2], facts={"version": "v2"})
    assert found(entries, [sealed(entries[-1])]) == {(4, FindingKind.CHANGED)}


def test_a_chain_that_was_made_anew_is_not_what_was_signed() -> None:
    entries = chain(5)
    forged = rewritten(entries, 2, facts={"version": "v2"})
    assert found(forged, [sealed(entries[1]), sealed(entries[-1])]) == {(5, FindingKind.CHANGED)}


def test_a_chain_that_was_made_anew_and_signed_with_another_key() -> None:
    forged = rewritten(chain(5), 2, facts={"version": "v2"})
    seal = sealed(forged[-1]).model_copy(update={"signature": "00" * 32})
    assert found(forged, [seal]) == {(5, FindingKind.SIGNATURE)}


@pytest.mark.parametrize("dropped", [[1], [2], [4], [2, 3], [1, 2, 3, 4]])
def test_dropped_entries(dropped: list[int]) -> None:
    entries = [entry for entry in chain(5) if entry.sequence not in dropped]
    assert (dropped[0], FindingKind.DROPPED) in found(entries, [sealed(chain(5)[-1])])


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 2), (0, 4), (3, 4), (1, 3)])
def test_entries_in_another_order(first: int, second: int) -> None:
    entries = chain(5)
    entries[first], entries[second] = entries[second], entries[first]
    kinds = {one.kind for one in findings(entries, [sealed(chain(5)[-1])])}
    assert kinds == {FindingKind.REORDERED}


@pytest.mark.parametrize("place", range(5))
def test_an_entry_that_is_there_twice(place: int) -> None:
    entries = chain(5)
    entries.insert(place, entries[2])
    assert FindingKind.DOUBLED in {one.kind for one in findings(entries, [sealed(chain(5)[-1])])}


def test_a_happening_that_is_recorded_twice() -> None:
    entries = chain(3)
    entries += chained("acme", head_of(entries[-1]), [happening(2)], NOON)
    assert found(entries, [sealed(entries[-1])]) == {(4, FindingKind.DOUBLED)}


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_tail_that_is_cut_off(left: int) -> None:
    entries = chain(5)
    assert found(entries[:left], [sealed(entries[-1])]) >= {(5, FindingKind.CUT)}


def test_an_end_that_nobody_signed() -> None:
    entries = chain(5)
    assert found(entries, [sealed(entries[2])]) == {(5, FindingKind.CUT)}
    assert found(entries, []) == {(5, FindingKind.CUT)}
    assert found([], []) == {(None, FindingKind.CUT)}


def test_a_cut_at_a_checkpoint_of_a_sync() -> None:
    entries = chain(5)
    assert found(entries[:3], [sealed(entries[2], Reason.SYNC)]) == {(3, FindingKind.CUT)}


def test_a_checkpoint_of_another_bundle_or_in_another_order() -> None:
    entries, other = chain(5), chain(5, "other")
    assert (3, FindingKind.CHANGED) in found(entries, [sealed(other[2]), sealed(entries[-1])])
    inner = sealed(entries[2], Reason.SYNC)
    assert found(entries, [sealed(entries[4], Reason.SYNC), inner, sealed(entries[4])]) == {(3, FindingKind.REORDERED)}
    assert found(entries, [inner, inner, sealed(entries[4])]) == {(3, FindingKind.DOUBLED)}


def test_an_entry_that_is_older_than_the_one_before() -> None:
    entries = rewritten(chain(3), 1, at="2025-12-31T00:00:00.000+00:00")
    assert found(entries, [sealed(entries[-1])]) == {(2, FindingKind.CHANGED)}


def test_a_clock_that_is_behind_does_not_turn_time_back() -> None:
    entries = chain(2)
    (late,) = chained("acme", head_of(entries[-1]), [happening(3)], "2025-01-01T00:00:00.000+00:00")
    assert late.at == entries[-1].at


@pytest.mark.parametrize(
    ("tamper", "whole"),
    [
        (lambda entries: entries[3:], True),
        (lambda entries: entries[3:5] + entries[6:], False),
        (lambda entries: [entries[3], entries[5], entries[4]], False),
        (lambda entries: [entries[3], edited(entries[4], kind="alert")], False),
    ],
)
def test_a_part_of_a_chain(tamper: Callable[[Entries], Entries], whole: bool) -> None:
    assert (verify_segment(tamper(chain(8))) == []) is whole
