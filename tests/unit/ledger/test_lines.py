"""The file of an export: whatever of it is changed, in whichever byte, is found."""

import json

import pytest

from backup_apps.domain.ledger.canonical import canonical
from backup_apps.domain.ledger.entries import Entry
from backup_apps.domain.ledger.lines import LedgerFile, line_of, read_lines
from backup_apps.domain.ledger.verification import FindingKind, IsSigned, LedgerFinding, verify

from .chains import SIGNER, chain, exported


def findings(text: bytes) -> list[LedgerFinding]:
    read = read_lines(text)
    return [*read.findings, *verify(read.entries, read.checkpoints, is_signed(read))]


def is_signed(read: LedgerFile) -> IsSigned:
    """As the command line does: by the keys of the file, and these by what is known of them."""
    known = {key.id for key in read.keys if key.public_key == SIGNER.public_key(SIGNER.key)}
    return lambda checkpoint: checkpoint.key in known and SIGNER.is_signed(checkpoint)


def test_what_is_exported_is_whole() -> None:
    read = read_lines(exported())
    assert findings(exported()) == []
    assert (len(read.entries), len(read.checkpoints), [key.id for key in read.keys]) == (5, 2, [SIGNER.key])


def test_checkpoints_stand_behind_their_entries_and_the_last_line_is_one() -> None:
    names = [next(iter(json.loads(line))) for line in exported().splitlines()]
    assert names == ["key", "entry", "entry", "entry", "checkpoint", "entry", "entry", "checkpoint"]


@pytest.mark.parametrize("bit", range(8))
def test_any_bit_changed_is_found(bit: int) -> None:
    """Every bit of a file with all kinds of lines, one after the other."""
    text = exported(2)
    unseen = []
    for place in range(len(text)):
        changed = bytearray(text)
        changed[place] ^= 1 << bit
        if not findings(bytes(changed)):
            unseen.append((place, text[place : place + 20]))
    assert unseen == []


def test_any_line_dropped_is_found_unless_nobody_needs_it() -> None:
    """A checkpoint in the middle may be absent: the last one seals all that comes before."""
    lines = exported().splitlines(keepends=True)
    for number, line in enumerate(lines):
        rest = b"".join(lines[:number] + lines[number + 1 :])
        is_inner_checkpoint = line.startswith(b'{"checkpoint"') and line is not lines[-1]
        assert (findings(rest) == []) is is_inner_checkpoint, line


def test_any_two_entries_exchanged_are_found() -> None:
    lines = exported().splitlines(keepends=True)
    entries = [number for number, line in enumerate(lines) if line.startswith(b'{"entry"')]
    for one in entries:
        for other in entries:
            if one < other:
                swapped = list(lines)
                swapped[one], swapped[other] = lines[other], lines[one]
                assert findings(b"".join(swapped)), (one, other)


def test_any_cut_is_found() -> None:
    text = exported(2)
    assert [length for length in range(len(text)) if not findings(text[:length])] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "Expecting value"),
        (b"nothing", "Expecting value"),
        (b"[1]", "neither an entry"),
        (b'{"entry":{},"more":1}', "neither an entry"),
        (b'{"other":{}}', "neither an entry"),
        (b'{"entry":{}}', "bundle: Field required"),
        (b'{"entry":{"bundle":1}}', "bundle: Input should be"),
        (b'{"checkpoint":null}', "Input should be"),
        (b"\xff", "utf-8"),
        (b"[" * 100_000, "recursion"),
        (b'{"key":{"id":"\\ud800","public_key":""}}', "surrogate"),
        (b'{"key":{"id": "a","public_key":""}}', "not written as we write it"),
        (b'{"key":{"public_key":"","id":"a"}}', "not written as we write it"),
        (b'{"key":{"id":"a","id":"a","public_key":""}}', "not written as we write it"),
        (b'{"key":{"id":"\\u0061","public_key":""}}', "not written as we write it"),
        (b'{"key":{"id":"a","public_key":""}}\r', "not written as we write it"),
    ],
)
def test_a_line_that_is_none_of_ours(line: bytes, why: str) -> None:
    (finding,) = read_lines(line + b"\n").findings
    assert (finding.sequence, finding.kind) == (None, FindingKind.MALFORMED)
    assert finding.message.startswith("line 1: ")
    assert why in finding.message


def test_facts_without_a_canonical_form_are_malformed() -> None:
    line = line_of(chain(1)[0]).replace(b'"number":1', b'"number":1.0')
    (finding,) = read_lines(line).findings
    assert finding.kind is FindingKind.MALFORMED


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), 2**53, -(2**53), {1: "a"}, {"a": {2: 3}}, [b"x"], "\ud800", {"a": {1}}]
)
def test_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


def test_the_canonical_form() -> None:
    value = {"b": [True, None, -5], "a": {"é": 'ü\n"', "Z": 2**53 - 1}}
    assert canonical(value) == '{"a":{"Z":9007199254740991,"é":"ü\\n\\""},"b":[true,null,-5]}'.encode()


def test_an_entry_of_a_kind_that_this_release_does_not_know_is_read() -> None:
    newer = chain(1)[0].model_copy(update={"kind": "something-newer"})
    newer = newer.model_copy(update={"hash": newer.computed_hash})
    assert read_lines(line_of(newer)).entries == (newer,)
    assert isinstance(newer, Entry)
