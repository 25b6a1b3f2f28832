"""Whatever is recorded, what is exported is whole; whatever is done to the export, it is not any more."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.ledger.entries import EMPTY, Happening, Kind, chained
from backup_apps.domain.ledger.lines import export_lines, read_lines
from backup_apps.domain.ledger.verification import verify
from ledger.chains import NOON, SIGNER, sealed

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
FACTS = st.lists(st.dictionaries(TEXT, JSON, max_size=4), min_size=1, max_size=6)


def exported(facts: list[dict[str, Any]]) -> bytes:
    happenings = [Happening(Kind.WRITE, str(number), one) for number, one in enumerate(facts)]
    entries = list(chained("acme", EMPTY, happenings, NOON))
    return b"".join(export_lines(entries, [sealed(entries[-1])], []))


def is_whole(text: bytes) -> bool:
    read = read_lines(text)
    return not read.findings and not verify(read.entries, read.checkpoints, SIGNER.is_signed)


@given(FACTS)
def test_what_is_exported_is_whole(facts: list[dict[str, Any]]) -> None:
    assert is_whole(exported(facts))
    assert [dict(entry.facts) for entry in read_lines(exported(facts)).entries] == facts


@given(FACTS, st.data())
def test_a_changed_byte_is_found(facts: list[dict[str, Any]], data: st.DataObject) -> None:
    text = bytearray(exported(facts))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    assert not is_whole(bytes(text))


@given(FACTS, st.data())
def test_lines_in_another_order_number_or_content_are_found(facts: list[dict[str, Any]], data: st.DataObject) -> None:
    lines = exported(facts).splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(range(len(lines))), max_size=len(lines) + 2))
    assert is_whole(b"".join(lines[number] for number in chosen)) is (chosen == list(range(len(lines))))
