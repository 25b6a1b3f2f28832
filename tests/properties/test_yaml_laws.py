"""The quick reader of YAML says what the careful one says, or nothing."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.adapters.yaml_documents import read_carefully
from backup_apps.adapters.yaml_trees import read_tree

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("examples", "tests/cases") for path in sorted((ROOT / folder).rglob("*.yaml"))]
WORDS = ("a", "b: ", "'x'", '"y"', "0123", "1.5", "yes", "null", "~", "é", "@@assign", "'@@assign': ", "<<: ")
MARKS = ("- ", "\n", "\n  ", "[", "]", "{", "}", ", ", ": ", "&a ", "*a", "!t ", "! ", "# c", "? ", "\t")
BLOCKS = ("---\n", "\n...\n", ">\n  t\n", "|\n  t\n")
PIECES = st.sampled_from((*WORDS, *MARKS, *BLOCKS))
SLIPS = ["\n", " ", ":", "-", "'", "[", "}", "&x", "*x", "!", "@", ""]


def agree(text: str) -> bool:
    """Whether both readers say the same; False where the quick one left the file to the other."""
    quick = read_tree("f.yaml", text)
    if quick is None:
        return False
    file, findings = read_carefully("f.yaml", text)
    assert not findings
    assert file.readable
    assert _shown(quick) == _shown(file.documents)
    return True


def _shown(documents: object) -> str:
    """Without the note that spares a look for operators."""
    return re.sub(r", is_plain=(True|False)", "", repr(documents))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_both_readers_agree_on_every_file_of_the_repository(path: Path) -> None:
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    agree(text)
    if path.is_relative_to(ROOT / "examples"):
        assert agree(text), "an ordinary file is read quickly"


@given(st.lists(PIECES, max_size=25).map("".join))
def test_both_readers_agree_on_pieces_of_yaml(text: str) -> None:
    agree(text)


@pytest.mark.parametrize("seed", range(20))
def test_both_readers_agree_on_files_with_a_slip(seed: int) -> None:
    chance = random.Random(seed)
    for path in chance.sample(FILES, 40):
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        at = chance.randrange(len(text) + 1)
        agree(text[:at] + chance.choice(SLIPS) + text[at + 1 :])


UNUSUAL = [
    *("a: &x 1", "a: *x", "!t a: 1", "a: !t 1", "a: ! 1", "a: 1\na: 2", "1: a", "~: a", "<<: {a: 1}", "[a]: 1"),
    *("? {a: b}\n: 1", "a: [", "\ta: 1", "[" * 65 + "]" * 65, "{" * 20_000, "[" + "1, " * 100_001 + "]"),
]


@pytest.mark.parametrize("text", UNUSUAL, ids=range(len(UNUSUAL)))
def test_what_is_unusual_is_left_to_the_careful_reader(text: str) -> None:
    assert read_tree("f.yaml", text) is None
